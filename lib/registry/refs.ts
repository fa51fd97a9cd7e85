// How a person names a run: id, unique prefix, handle, @last, @last:<name>, @-2, or its directory.
import path from "node:path";
import { fault } from "../record/fault.js";
import { nearest } from "../record/names.js";
import { handleOf, isHandle, isRunId } from "../record/run-id.js";
import { fs } from "./disk.js";
import { type RunOnDisk, readRun } from "./facts.js";
import { envelope, runDirectory } from "./layout.js";
import { ownerOf, type Registry } from "./open.js";
import { marked, openRun, type RunPlace, usersWith } from "./runs.js";

/** The one run that a word means. Throws noinput (none, with the nearest) and dataerr (several, listed). */
export function findRun(registry: Registry, ref: string, cwd: string): RunOnDisk {
  const place = placeOf(registry, ref, cwd);
  const run = openRun(registry, place.user, place.id);
  if (!run) throw fault("noinput", `cannot open the run '${ref}': it was never completed`);
  return run;
}

function placeOf(registry: Registry, ref: string, cwd: string): RunPlace {
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
  const mine = marked(registry, "loose", registry.user);
  const near = isHandle(ref) || ref.length === 6 ? nearest(ref, mine.map(handleOf)) : undefined;
  return near ? `did you mean ${near}?` : "lab ls shows what there is; @last is your newest";
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
  const matches = isHandle(part)
    ? (id: string) => id.endsWith(part) || id.startsWith(part)
    : (id: string) => id.startsWith(part);
  const of = (user: string) =>
    marked(registry, "loose", user)
      .filter(matches)
      .map((id) => ({ user, id, dir: runDirectory(registry.base, user, id) }));
  const mine = of(registry.user);
  return mine.length > 0
    ? mine
    : usersWith(registry, "loose").flatMap((user) => (user === registry.user ? [] : of(user)));
}

function byRecency(registry: Registry, ref: string): RunPlace {
  const mine = marked(registry, "loose", registry.user).reverse();
  // One whose making was interrupted has a marker, but does not exist.
  const exists = (id: string) =>
    fs.existsSync(path.join(envelope(runDirectory(registry.base, registry.user, id)), "run.json"));
  const place = (id: string | undefined) =>
    id === undefined ? undefined : { user: registry.user, id, dir: runDirectory(registry.base, registry.user, id) };
  const back = /^@-([1-9]\d*)$/.exec(ref);
  const name = /^@last:(.+)$/.exec(ref)?.[1];
  const found =
    name !== undefined
      ? place(mine.find((id) => nameOf(registry, id) === name))
      : back
        ? place(nth(mine, exists, Number(back[1])))
        : ref === "@last"
          ? place(mine.find(exists))
          : undefined;
  if (found) return found;
  if (ref !== "@last" && !back && name === undefined)
    throw fault("usage", `cannot read the run '${ref}'`, { hint: "@last, @last:NAME or @-2" });
  throw fault("noinput", `no run '${ref}'`, {
    hint: mine.length === 0 ? "you have none yet: lab run RECIPE" : `you have ${mine.length}`,
  });
}

/** The n-th, from 1, of those that pass. */
function nth(ids: string[], passes: (id: string) => boolean, n: number): string | undefined {
  let seen = 0;
  return ids.find((id) => passes(id) && ++seen === n);
}

function nameOf(registry: Registry, id: string): string | undefined {
  try {
    const owner = ownerOf(path.join(registry.base, "runs", registry.user));
    return owner === undefined ? undefined : readRun(runDirectory(registry.base, registry.user, id), owner)?.run.name;
  } catch {
    return undefined;
  }
}
