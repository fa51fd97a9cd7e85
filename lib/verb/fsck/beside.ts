// What lies beside the bytes of outputs: copies of the records, and the note that says whose an output is.
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { fault, isFault } from "../../record/fault.js";
import { runId } from "../../record/schema.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { envelope, outputFile, sidecarFile } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { type RunArtifact, versionOf } from "../../registry/outputs.js";
import { readText } from "../../registry/read.js";
import { writeSidecar } from "../../registry/sidecars.js";
import { unmark } from "../../registry/write.js";
import { hour_ms, type Looking, reading, type Survey } from "./breach.js";
import { recordIn, textIn } from "./files.js";

/** The note and the copies of all records; until an hour after the record, of a run that is not sealed, the copy may be on its way. */
export function* checkBeside(survey: Survey, disk: RunOnDisk, records: RunArtifact[], sealed: boolean): Looking {
  const places = new Map<string, RunArtifact[]>();
  for (const artifact of records) {
    const output = disk.run.outputs[artifact.role]?.path;
    if (output !== undefined) places.set(output, [...(places.get(output) ?? []), artifact]);
  }
  for (const [output, artifacts] of places) {
    if (!isMounted(survey, output)) continue;
    if (!output.startsWith(`${disk.dir}/`)) yield* note(survey, disk, output);
    for (const artifact of artifacts) yield* copy(survey, disk, output, artifact, sealed);
  }
}

/** Whether anything can be said of what should be at `place`, in a user's directory below a root: that may not be mounted here. */
export function isMounted(survey: Survey, place: string): boolean {
  const root = path.dirname(path.dirname(place));
  try {
    if (lookAt(path.dirname(place)) ?? lookAt(root)) return true;
    survey.unread(root, fault("unavailable", `cannot look at '${root}': no such directory`));
  } catch (error) {
    if (!isFault(error)) throw error;
    survey.unread(root, error);
  }
  return false;
}

const noteSchema = v.looseObject({ type: v.literal("output"), run: runId });

function* note(survey: Survey, { run, owner }: RunOnDisk, output: string): Looking {
  const file = path.join(path.dirname(output), ".meta", `${path.basename(output)}.run.json`);
  const seen = yield* reading(survey, "note", file, () => lookAt(file));
  if (!seen) {
    yield { check: "note", path: file, message: "is missing", run: run.id };
    return;
  }
  const wrong = (note: { run: string }) => (note.run === run.id ? undefined : `names run ${note.run}, not ${run.id}`);
  yield* recordIn(survey, file, { owner, schema: noteSchema, check: "note", wrong });
}

function* copy(survey: Survey, disk: RunOnDisk, output: string, artifact: RunArtifact, sealed: boolean): Looking {
  const { registry } = survey;
  const file = sidecarFile(output, versionOf(artifact));
  const record = outputFile(envelope(disk.dir), artifact.role, versionOf(artifact));
  const mine = disk.owner === registry.uid;
  const again = () => {
    unmark(file);
    writeSidecar(registry, output, artifact);
  };
  const tell = (message: string) => ({
    check: "sidecar" as const,
    path: file,
    message,
    run: disk.run.id,
    ...(mine ? { mend: again } : {}),
  });
  const seen = yield* reading(survey, "sidecar", file, () => lookAt(file));
  if (!seen) {
    if (sealed || survey.now - Date.parse(artifact.at) > hour_ms) yield tell("is missing");
    return;
  }
  const text = yield* textIn(survey, "sidecar", file, disk.owner);
  const original = yield* reading(survey, "outputs", record, () => readText(record, { owner: disk.owner }));
  if (text !== undefined && original !== undefined && !saySame(text, original))
    yield tell("is not what the registry has");
}

/** Fields have no order. */
function saySame(a: string, b: string): boolean {
  try {
    return a === b || isDeepStrictEqual(JSON.parse(a), JSON.parse(b));
  } catch {
    return false;
  }
}
