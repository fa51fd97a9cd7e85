// Looking at one file or directory of the registry: is it what it should be, whose, and for whom.
import type * as v from "valibot";
import { lookAt, type Seen } from "../../registry/look.js";
import { list, readRecord, readText } from "../../registry/read.js";
import { octal } from "../../registry/shared-directories.js";
import { isTempName } from "../../registry/temp-name.js";
import { type Breach, day_ms, type Looking, reading, type Survey } from "./breach.js";
import type { PromiseName } from "./promises.js";

/** The names in a directory, in order, without temporary ones; those that are old are told of. */
export function* namesIn(survey: Survey, check: PromiseName, directory: string): Looking<string[]> {
  const all = yield* reading(survey, check, directory, () => list(directory).sort());
  const names: string[] = [];
  for (const name of all ?? []) {
    if (isTempName(name)) yield* temporary(survey, `${directory}/${name}`);
    else names.push(name);
  }
  return names;
}

function* temporary(survey: Survey, file: string): Looking {
  const seen = yield* reading(survey, "temporary", file, () => lookAt(file));
  survey.looked();
  if (seen && survey.now - seen.mtime_ms > day_ms)
    yield { check: "temporary", path: file, message: `is there since ${new Date(seen.mtime_ms).toISOString()}` };
}

/** A regular file of `owner`'s that the lab may read and nobody else may write; undefined where it is none. */
export function* regular(survey: Survey, file: string, owner: number): Looking<Seen | undefined> {
  const seen = yield* reading(survey, "mode", file, () => lookAt(file));
  if (!seen) return undefined;
  survey.looked();
  if (seen.kind !== "file") {
    yield { check: "mode", path: file, message: `is ${nounOf(seen)}, no regular file` };
    return undefined;
  }
  yield* access(survey, file, seen, owner);
  return seen.uid === owner ? seen : undefined;
}

/** A directory of `owner`'s that nobody else may write; undefined where it is none. */
export function* folder(survey: Survey, file: string, owner: number): Looking<Seen | undefined> {
  const seen = yield* reading(survey, "mode", file, () => lookAt(file));
  if (!seen) return undefined;
  survey.looked();
  if (seen.kind !== "directory") {
    yield { check: "mode", path: file, message: `is ${nounOf(seen)}, no directory` };
    return undefined;
  }
  yield* access(survey, file, seen, owner);
  return seen;
}

function* access({ gid }: Survey, file: string, { uid, mode }: Seen, owner: number): Looking {
  const tell = (message: string, hint?: string): Breach => ({
    check: "mode",
    path: file,
    message,
    ...(hint === undefined ? {} : { hint }),
  });
  if (uid !== owner) yield tell(`belongs to uid ${uid}, not to uid ${owner}`, "it counts for nothing: move it away");
  else if ((mode & 0o022) !== 0) yield tell(`has the mode ${octal(mode)}: others may write it`);
  else if (gid !== undefined && (mode & 0o040) === 0) yield tell(`has the mode ${octal(mode)}: the lab cannot read it`);
}

export function nounOf({ kind }: Seen): string {
  return { file: "a file", directory: "a directory", link: "a symbolic link", other: "a device, pipe or socket" }[kind];
}

export interface Expected<S extends v.GenericSchema> {
  owner: number;
  schema: S;
  check?: PromiseName;
  /** Says of what is read why it is not what its place says, or nothing. */
  wrong?: (record: v.InferOutput<S>) => string | undefined;
}

/** A record, read by its schema and compared with its place; undefined where there is none, or none that counts. */
export function* recordIn<S extends v.GenericSchema>(
  survey: Survey,
  file: string,
  { owner, schema, check = "record", wrong }: Expected<S>,
): Looking<v.InferOutput<S> | undefined> {
  if (!(yield* regular(survey, file, owner))) return undefined;
  const record = yield* reading(survey, check, file, () => readRecord(file, schema, { owner }));
  const message = record === undefined ? undefined : wrong?.(record as v.InferOutput<S>);
  if (message === undefined) return record as v.InferOutput<S> | undefined;
  yield { check, path: file, message };
  return undefined;
}

/** The text of a file of `owner`'s, or undefined where it cannot be had. */
export function* textIn(survey: Survey, check: PromiseName, file: string, owner: number): Looking<string | undefined> {
  if (!(yield* regular(survey, file, owner))) return undefined;
  return yield* reading(survey, check, file, () => readText(file, { owner }));
}
