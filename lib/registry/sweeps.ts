// sweeps/<user>/<id>.ndjson: which run is which point of a sweep. Written whole before the first of its runs, so that what was
// killed in between can be told from it, and made.
import { fault } from "../record/fault.js";
import { handleOf, isRunId } from "../record/run-id.js";
import { checked } from "../record/schema.js";
import { type Sweep, sweepPointSchema, sweepSchema } from "../record/sweep.js";
import { sweepFile, userDirectory } from "./layout.js";
import { ownDirectory, type Registry } from "./open.js";
import { ownerOfUser } from "./owners.js";
import { list, parseJson, readText } from "./read.js";
import { usersWith } from "./runs.js";
import { writeOnce } from "./write.js";

/** The most that the file of one sweep may have (bytes). */
const largest = 64 * 2 ** 20;

/** Writes the file of one's own sweep; `exists` where this very sweep is there. Throws cantcreat where another one has its id. */
export function writeSweep(registry: Registry, { points = [], ...sweep }: Sweep): "made" | "exists" {
  ownDirectory(registry, "sweeps");
  const lines = [sweep, ...points].map((line) => `${JSON.stringify(line)}\n`);
  const file = sweepFile(registry.base, registry.user, sweep.id);
  if (writeOnce(file, lines.join(""), registry.modes.file) === "made") return "made";
  const there = readSweep(registry, registry.user, sweep.id);
  const isSame =
    there?.planned_at === sweep.planned_at &&
    JSON.stringify(there.points?.map(({ run, own }) => [run, own])) ===
      JSON.stringify(points.map(({ run, own }) => [run, own]));
  if (isSame) return "exists";
  throw fault("cantcreat", `cannot create the sweep: '${file}' is another one`, {
    hint: "its recipe, or one that it extends, has changed since it was planned: lab-plan again",
  });
}

/** A sweep with its points, or undefined where there is none of this id. Throws dataerr for what is not as it should be. */
export function readSweep(registry: Registry, user: string, id: string): Sweep | undefined {
  const owner = ownerOfUser(registry, userDirectory(registry.base, "sweeps", user), user);
  if (owner === undefined) return undefined;
  const file = sweepFile(registry.base, user, id);
  const text = readText(file, { owner, limit: largest });
  if (text === undefined) return undefined;
  const [head, ...rest] = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, i) => parseJson(line, file, i + 1));
  const sweep = checked(sweepSchema, head, `'${file}'`);
  if (sweep.id !== id || sweep.user !== user)
    throw fault("dataerr", `cannot read the sweep in '${file}': it is '${sweep.id}' of ${sweep.user}`);
  const points = rest.map((line, i) => checked(sweepPointSchema, line, `line ${i + 2} of '${file}'`));
  return { ...sweep, points };
}

/** The ids of a user's sweeps, the newest first. */
export function sweepIds(registry: Registry, user: string): string[] {
  return list(userDirectory(registry.base, "sweeps", user))
    .map((name) => name.replace(/\.ndjson$/, ""))
    .filter(isRunId)
    .sort()
    .reverse();
}

/**
 * The sweep that a word means: its id, its last six characters or a beginning, its name or `@last:<name>` (the newest of these),
 * `@last`. One's own before others'. Throws noinput, and dataerr where several are meant.
 */
export function findSweep(registry: Registry, ref: string): Sweep {
  const mine = sweepIds(registry, registry.user);
  const own = among(registry, registry.user, mine, ref);
  if (own) return own;
  for (const user of usersWith(registry, "sweeps").filter((one) => one !== registry.user)) {
    const found = ref.startsWith("@") ? undefined : among(registry, user, sweepIds(registry, user), ref);
    if (found) return found;
  }
  throw fault("noinput", ref === "@last" ? "you have no sweep yet" : `no sweep '${ref}'`, {
    hint: mine.length === 0 ? "lab sweep RECIPE makes one" : "lab sweep ls shows what there is; @last is your newest",
  });
}

function among(registry: Registry, user: string, ids: readonly string[], ref: string): Sweep | undefined {
  const open = (id: string | undefined) => (id === undefined ? undefined : readSweep(registry, user, id));
  if (ref === "@last") return open(ids[0]);
  const found = ref === "" ? [] : ids.filter((id) => id === ref || handleOf(id) === ref || id.startsWith(ref));
  if (found.length > 1)
    throw fault("dataerr", `'${ref}' could be ${found.length} sweeps: ${found.slice(0, 8).join(", ")}`);
  if (found[0] !== undefined) return open(found[0]);
  const name = ref.replace(/^@last:/, "");
  for (const id of ids) {
    const sweep = open(id);
    if (sweep?.name === name) return sweep;
  }
  return undefined;
}
