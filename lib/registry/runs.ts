// Making runs, and listing them by their markers; no list walks runs/.
import path from "node:path";
import { type Fault, fault, isFault, systemFault } from "../record/fault.js";
import { isUserName } from "../record/names.js";
import type { Run } from "../record/run.js";
import { isRunId } from "../record/run-id.js";
import { type Dir, fs } from "./disk.js";
import { type RunOnDisk, readRun } from "./facts.js";
import { envelope, marker, runDirectory, type UserArea } from "./layout.js";
import { checkOwner, ownDirectory, ownerOf, type Registry } from "./open.js";
import { lookUp, ownerOfUser } from "./owners.js";
import { list, readText } from "./read.js";
import { stageInputs } from "./stage.js";
import { makeDirectory, mark, nameAlso, recordText, unmark } from "./write.js";
import { writeMany } from "./write-many.js";

/**
 * Makes a run: markers first, run.json last, so that a crash between leaves a run that does not exist and a marker that
 * is removed after an hour. Says `exists` where this very run is there already; `text` is its recipe. Throws cantcreat if
 * another has its id.
 */
export async function createRun(registry: Registry, run: Run, text: string): Promise<"made" | "exists"> {
  if (run.user !== registry.user) throw fault("noperm", `cannot create a run of ${run.user}: you are ${registry.user}`);
  for (const area of ["runs", "active", "loose"] as const) ownDirectory(registry, area);
  const dir = runDirectory(registry.base, registry.user, run.id);
  const lab = envelope(dir);
  const markers = (["active", "loose"] as const).map((area) => marker(registry.base, area, registry.user, run.id));
  const began = Date.now();
  const areNew = markers.map((file) => mark(file)).every((said) => said === "made");
  makeDirectory(dir, registry.modes.directory);
  makeDirectory(lab, registry.modes.directory);
  stageInputs(registry, run, dir);
  const another = () => fault("cantcreat", `cannot create the run: '${dir}' is another run`);
  const { file: mode } = registry.modes;
  const recipe = { file: path.join(lab, "recipe.toml"), text, mode };
  const record = { file: path.join(lab, "run.json"), text: recordText(run), mode };
  const isNamed = alike?.text === text && alike.registry === registry && nameAlso(alike.file, recipe.file);
  let [written, made] = isNamed ? (["made"] as const) : await writeMany([recipe, record], { to_first: true });
  if (written === "exists" && readText(recipe.file) !== text) throw another();
  if (written === "made") alike = { text, registry, file: recipe.file };
  if (isNamed || written === "exists") [made] = await writeMany([record]);
  if (made === "made") {
    // A pass that met the markers of an old plan without its run.json may have removed them meanwhile; it leaves alone those
    // that are younger than an hour.
    const isSure = areNew && Math.abs(Date.now() - began) < 15 * 60_000;
    if (!isSure) for (const file of markers) mark(file);
    return made;
  }
  const there = readRun(dir, registry.uid)?.run;
  if (there?.planned_at === run.planned_at && there.recipe.digest === run.recipe.digest) return "exists";
  throw another();
}

/** The recipe of the run that this process made last. A thousand points of a sweep have one, which is written once. */
let alike: { text: string; registry: Registry; file: string } | undefined;

/** A run's place in the registry: whose it is and where. */
export interface RunPlace {
  user: string;
  id: string;
  dir: string;
}

/** The users that have something in an area, in order of name. Directories that are not of whom they say are told of and left out. */
export function usersWith(registry: Registry, area: UserArea, report?: (error: Fault) => void): string[] {
  const users = list(path.join(registry.base, area)).filter(isUserName).sort();
  lookUp(users.filter((user) => user !== registry.user));
  return users.filter((user) => {
    try {
      return ownerOfUser(registry, path.join(registry.base, area, user), user) !== undefined;
    } catch (error) {
      if (!isFault(error)) throw error;
      report?.(error);
      return false;
    }
  });
}

/**
 * The ids of a user's runs that are marked in an area, oldest first. None where the directory is not the user's, or is
 * another's that may not be read: what one user does with hers stops nobody else's list.
 */
export function marked(registry: Registry, area: "active" | "loose", user: string): string[] {
  const directory = path.join(registry.base, area, user);
  try {
    if (ownerOfUser(registry, directory, user) === undefined) return [];
    return list(directory).filter(isRunId).sort();
  } catch (error) {
    if (isFault(error) && (error.code === "dataerr" || (error.code === "noperm" && user !== registry.user))) return [];
    throw error;
  }
}

/** The ids of those of the caller's runs, by their directories, that pass: a walk that only what mends lists may afford. */
export function runsOnDisk(registry: Registry, passes: (id: string) => boolean): string[] {
  const directory = path.join(registry.base, "runs", registry.user);
  if (ownerOf(directory) !== registry.uid) return [];
  const ids = list(directory).filter((name) => isRunId(name) && passes(name));
  return ids.sort().filter((id) => list(envelope(path.join(directory, id))).includes("run.json"));
}

/** Whether one of the caller's active runs passes; where one of the first does, the directory is not read to its end. */
export function anyActive(registry: Registry, passes: (id: string) => boolean): boolean {
  const directory = path.join(registry.base, "active", registry.user);
  if (ownerOf(directory) !== registry.uid) return false;
  let opened: Dir | undefined;
  try {
    opened = fs.opendirSync(directory, { bufferSize: 256 });
    for (let entry = opened.readSync(); entry; entry = opened.readSync())
      if (isRunId(entry.name) && passes(entry.name)) return true;
    return false;
  } catch (error) {
    throw systemFault(error, `list '${directory}'`);
  } finally {
    opened?.closeSync();
  }
}

/**
 * The run of a user, or undefined where it does not exist, or is not `wanted` by its run.json. Throws dataerr where it is not
 * what it should be.
 */
export function openRun(
  registry: Registry,
  user: string,
  id: string,
  wanted?: (run: Run) => boolean,
): RunOnDisk | undefined {
  const dir = runDirectory(registry.base, user, id);
  const place = path.dirname(dir);
  const uid = ownerOf(place);
  if (uid === undefined) return undefined;
  if (uid === registry.uid) return readRun(dir, uid, wanted);
  if (user === registry.user) checkOwner(place, registry.uid);
  const owner = ownerOfUser(registry, place, user);
  return owner === undefined ? undefined : readRun(dir, owner, wanted);
}

/**
 * Whose run of this id is to be believed among those that say they have one: two cannot have planned one run, so that of
 * several only one's own is; undefined where that is nobody's. `users` are those who have runs.
 */
export function believed(
  registry: Registry,
  id: string,
  users: readonly string[] = usersWith(registry, "runs"),
): { user?: string; all: string[] } {
  const all = users.filter((user) => fs.existsSync(runDirectory(registry.base, user, id)));
  const user = all.length > 1 ? all.find((one) => one === registry.user) : all[0];
  return { ...(user === undefined ? {} : { user }), all };
}

export function severalHave(users: readonly string[]): string {
  return `several have a run of this id, and only one's own is believed: ${users.join(", ")}`;
}

/** Takes a run off the list of those that are not settled. */
export function deactivate(registry: Registry, user: string, id: string): void {
  unmark(marker(registry.base, "active", user, id));
}

/**
 * Removes the markers of a run whose making was interrupted, where they are at least `age_ms` old. Whoever makes it all the
 * same marks it again after run.json, and if that came in between it is marked again here: one of the two sees the other.
 * Says whether none is left.
 */
export function dropUnborn(registry: Registry, id: string, age_ms = 3_600_000): boolean {
  const markers = (["active", "loose"] as const).map((area) => marker(registry.base, area, registry.user, id));
  const ages = markers.map((file) => fs.lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  if (ages.some((mtime) => Date.now() - mtime < age_ms)) return false;
  for (const file of markers) unmark(file);
  // By its name, since a file that was just missing may be taken for missing for a while.
  const isThere = list(envelope(runDirectory(registry.base, registry.user, id))).includes("run.json");
  if (isThere) for (const file of markers) mark(file);
  return !isThere;
}
