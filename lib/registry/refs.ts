// How a person names a run: id, unique prefix, handle, @last, @last:<name>, @-2, or its directory.
import path from "node:path";
import { fault } from "../record/fault.js";
import { nearest } from "../record/names.js";
import { handleOf, isHandle, isRunId } from "../record/run-id.js";
import { fs } from "./disk.js";
import { type RunOnDisk, readRun } from "./facts.js";
import { envelope, runDirectory } from "./layout.js";
import { ownerOf, type Registry } from "./open.js";
import { idsWith } from "./parts.js";
import { type Entry, roll, usersOnRoll } from "./roll.js";
import { openRun, type RunPlace, usersWith } from "./runs.js";

/** The one run that a word means. Throws noinput (none, with the nearest) and dataerr (several, listed). */
export function findRun(registry: Registry, ref: string, cwd: string): RunOnDisk {
  const place = placeOf(registry, ref, cwd);
  const run = openRun(registry, place.user, place.id);
  if (!run) throw fault("noinput", `cannot open the run '${ref}': it was never completed`);
  return run;
}

/** Where the one run is that a word means, whether or not it can be opened. Throws as findRun does. */
export function placeOf(registry: Registry, ref: string, cwd: string): RunPlace {
  if (ref.includes("/") || ref === "." || ref === "..") return byDirectory(registry, path.resolve(cwd, ref), ref);
  if (ref.startsWith("@")) return byRecency(registry, ref);
  if (ref === "") throw fault("usage", "cannot read the run ''", { hint: "an id, its last six characters, or @last" });
  const found = isRunId(ref) ? byId(registry, ref) : byPart(registry, ref);
  if (found.length === 1 && found[0]) return found[0];
  if (found.length > 1) {
    const shown = found.slice(0, 8).map(({ user, id }) => `${id} (${user})`);
    throw fault(
      "dataerr",
      `'${ref}' could be ${found.length} runs: ${shown.join(", ")}${found.length > 8 ? ", …" : ""}`,
      { hint: "type more of the id" },
    );
  }
  throw fault("noinput", `no run '${ref}'`, { hint: hintFor(registry, ref) });
}

function hintFor(registry: Registry, ref: string): string {
  const near = isHandle(ref) || ref.length === 6 ? nearest(ref, newestHandles(registry)) : undefined;
  return near ? `did you mean ${near}?` : "lab ls shows what there is; @last is your newest";
}

/** One's own newest: who mistypes a handle has most often just seen it. */
function* newestHandles(registry: Registry): Generator<string> {
  let count = 0;
  for (const { id } of roll(registry, [registry.user])) {
    if (++count > 2000) return;
    yield handleOf(id);
  }
}

function byDirectory(registry: Registry, directory: string, ref: string): RunPlace {
  const real = realPath(directory);
  const base = realPath(registry.base);
  // Anywhere inside the run will do: its log, its .lab, the directory itself.
  const [area, user, id] = path.relative(base, real).split(path.sep);
  if (area === "runs" && user && id && isRunId(id)) return { user, id, dir: runDirectory(registry.base, user, id) };
  if (fs.existsSync(path.join(envelope(real), "run.json")))
    throw fault("noinput", `the run in '${ref}' belongs to another registry`, {
      hint: "--cluster names its cluster file",
    });
  throw fault("noinput", `no run in '${ref}'`);
}

/** The path without links, or as it is where it leads nowhere. */
function realPath(directory: string): string {
  try {
    return fs.realpathSync(directory);
  } catch {
    return directory;
  }
}

/** One's own run first; else whoever has it. That two have one id is no accident, so it is nobody's choice to make. */
function byId(registry: Registry, id: string): RunPlace[] {
  const of = (user: string) => ({ user, id, dir: runDirectory(registry.base, user, id) });
  const mine = of(registry.user);
  if (fs.existsSync(mine.dir)) return [mine];
  return usersWith(registry, "runs")
    .map(of)
    .filter(({ dir }) => fs.existsSync(dir));
}

function byPart(registry: Registry, part: string): RunPlace[] {
  const of = (user: string) =>
    idsWith(registry, user, part).map((id) => ({ user, id, dir: runDirectory(registry.base, user, id) }));
  const mine = of(registry.user);
  return mine.length > 0 ? mine : usersOnRoll(registry).flatMap((user) => (user === registry.user ? [] : of(user)));
}

function byRecency(registry: Registry, ref: string): RunPlace {
  const back = /^@-([1-9]\d*)$/.exec(ref);
  const name = /^@last:(.+)$/.exec(ref)?.[1];
  if (ref !== "@last" && !back && name === undefined)
    throw fault("usage", `cannot read the run '${ref}'`, { hint: "@last, @last:NAME or @-2" });
  const passes = name === undefined ? exists : (_: Registry, entry: Entry) => nameOf(registry, entry) === name;
  let seen = 0;
  let all = 0;
  for (const entry of roll(registry, [registry.user])) {
    all += 1;
    if (!passes(registry, entry) || ++seen < Number(back?.[1] ?? 1)) continue;
    return { user: entry.user, id: entry.id, dir: runDirectory(registry.base, entry.user, entry.id) };
  }
  throw fault("noinput", `no run '${ref}'`, {
    hint: all === 0 ? "you have none yet: lab run RECIPE" : `you have ${all}`,
  });
}

/** One whose making was interrupted has a marker, but does not exist. */
function exists({ base }: Registry, { user, id, packed }: Entry): boolean {
  return packed !== undefined || fs.existsSync(path.join(envelope(runDirectory(base, user, id)), "run.json"));
}

function nameOf(registry: Registry, { user, id, packed }: Entry): string | undefined {
  try {
    if (packed) return (JSON.parse(packed.line.text()) as { name?: string }).name;
    const owner = ownerOf(path.join(registry.base, "runs", user));
    return owner === undefined ? undefined : readRun(runDirectory(registry.base, user, id), owner)?.run.name;
  } catch {
    return undefined;
  }
}
