// The index of what was made and used: empty files whose names are edges. Derived: run.json and outputs say the same.
import path from "node:path";
import { type Fault, isFault } from "../record/fault.js";
import { isRunId } from "../record/run-id.js";
import { fs } from "./disk.js";
import { indexDirectory } from "./layout.js";
import { ownDirectory, ownerOf, type Registry } from "./open.js";
import { ownerOfUser } from "./owners.js";
import { list } from "./read.js";
import { usersWith } from "./runs.js";
import { makeDirectory, mark } from "./write.js";

export type EdgeVerb = "made" | "used";

export interface IndexedEdge {
  /** `art-…`, `ext-…`, `src-…` or `col-…` */
  thing: string;
  verb: EdgeVerb;
  run: string;
  /** Whose run it is. */
  user: string;
}

/** Notes that one of the caller's runs made or used a thing. Twice is the same as once. */
export function noteEdge(registry: Registry, thing: string, verb: EdgeVerb, run: string): void {
  const directory = indexDirectory(registry.base, registry.user, thing);
  ownDirectory(registry, "index");
  if (!fs.existsSync(directory)) makeDirectory(directory, registry.modes.directory);
  mark(path.join(directory, `${thing}.${verb}.${run}`));
}

/**
 * The runs of everybody that made or used a thing, oldest first; one list of a directory a user. What it says is a hint
 * where to look: the run's own records tell whether it is so. A user's part that cannot be read is told of and left out.
 */
export function edgesOf(registry: Registry, thing: string, report?: Report): IndexedEdge[] {
  const found: IndexedEdge[] = [];
  for (const [user, name] of indexed(registry, thing, report)) {
    const [what, verb, run] = name.split(".");
    if (what !== thing || (verb !== "made" && verb !== "used") || run === undefined || !isRunId(run)) continue;
    found.push({ thing, verb, run, user });
  }
  return found.sort((a, b) => (a.run < b.run ? -1 : a.run > b.run ? 1 : 0));
}

/** Of one user's runs those that made or used a thing, oldest first. Throws faults. */
export function edgesOfUser(registry: Registry, user: string, thing: string, verb: EdgeVerb): string[] {
  if (ownerOfUser(registry, path.join(registry.base, "index", user), user) === undefined) return [];
  const begin = `${thing}.${verb}.`;
  const names = list(indexDirectory(registry.base, user, thing)).filter((name) => name.startsWith(begin));
  return names
    .map((name) => name.slice(begin.length))
    .filter(isRunId)
    .sort();
}

type Report = (message: string, user: string, error: Fault) => void;

/** What everybody's index holds about things like this one: whose, and the file's name. A part that cannot be read is told of. */
export function indexed(registry: Registry, thing: string, report?: Report): [user: string, name: string][] {
  return usersWith(registry, "index").flatMap((user) => {
    try {
      if (ownerOf(path.join(registry.base, "index", user)) === undefined) return [];
      return list(indexDirectory(registry.base, user, thing)).map((name): [string, string] => [user, name]);
    } catch (error) {
      if (!isFault(error)) throw error;
      report?.(error.message, user, error);
      return [];
    }
  });
}
