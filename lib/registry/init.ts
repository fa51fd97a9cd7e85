// Making a registry: every directory that users share, by one founder, once.
import crypto from "node:crypto";
import path from "node:path";
import { fault, systemFault } from "../record/fault.js";
import { timestamp } from "../record/units.js";
import { fs } from "./disk.js";
import { fanOut, otherAreas, registryFile, userAreas } from "./layout.js";
import { checkOwner, openRegistry, ownDirectory, type Registry, readRegistry } from "./open.js";
import { list, readText } from "./read.js";
import { isTempName } from "./temp-name.js";
import { makeDirectory, recordText, writeOnce } from "./write.js";

export interface NewRegistry {
  base: string;
  uid: number;
  now: number;
  /** The Unix group of the lab: its gid and its name. Without one the registry is open to all users of the machine. */
  group?: { gid: number; name: string };
}

/**
 * Makes the registry, or completes one whose making was interrupted; says which directories it made. REGISTRY.json comes
 * last: a registry without it does not exist. In a sticky directory its owner may delete anybody's files, so all of them
 * belong to the founder, and nobody else makes one.
 */
export function initRegistry({ base, uid, now, group }: NewRegistry): { registry: Registry; made: string[] } {
  const made: string[] = [];
  const shared = (directory: string) => {
    if (makeDirectory(directory) === "made") made.push(directory);
    else checkOwner(directory, uid);
    own(directory, group === undefined ? 0o1777 : 0o3770, group?.gid);
  };
  makeParents(base);
  if (makeDirectory(base) === "made") made.push(base);
  checkOwner(base, uid);
  checkIsOurs(base, group?.name);
  try {
    own(base, group === undefined ? 0o755 : 0o2750, group?.gid);
  } catch (error) {
    if (made.length > 0) fs.rmdirSync(base);
    throw error;
  }
  for (const area of [...userAreas, ...otherAreas]) shared(path.join(base, area));
  for (const area of ["claims", "aliases"]) for (const part of fanOut()) shared(path.join(base, area, part));
  const record = {
    format: "lab-registry",
    version: 1,
    id: crypto.randomUUID(),
    founder: uid,
    created_at: timestamp(now),
    ...(group ? { shared_group: group.name } : {}),
  };
  writeOnce(registryFile(base), recordText(record), group === undefined ? 0o644 : 0o640);
  return { registry: openRegistry(base, uid), made };
}

/** The caller's own directories in every area, so that a first submission has nothing left to make. */
export function initUser(registry: Registry): void {
  for (const area of [...userAreas, "aliases/by-user"] as const) ownDirectory(registry, area);
}

function own(directory: string, mode: number, gid: number | undefined): void {
  try {
    if (gid !== undefined) fs.chownSync(directory, -1, gid);
    fs.chmodSync(directory, mode);
  } catch (error) {
    throw systemFault(error, `give '${directory}' to the group`, "are you a member of the group?");
  }
}

function makeParents(base: string): void {
  try {
    fs.mkdirSync(path.dirname(base), { recursive: true });
  } catch (error) {
    throw systemFault(error, `make the directory '${path.dirname(base)}'`);
  }
}

/** Refuses what is another's, newer, or shared otherwise than is asked now, before anything is changed. */
function checkIsOurs(base: string, group: string | undefined): void {
  const text = readText(registryFile(base));
  if (text === undefined) {
    checkEmpty(base);
    return;
  }
  const { shared_group } = readRegistry(text, registryFile(base));
  if (shared_group === group) return;
  const shared = shared_group === undefined ? "is open to all" : `belongs to the group ${shared_group}`;
  throw fault("config", `cannot make the registry '${base}' again: it ${shared}`, {
    hint: "leave it as it is, or name another directory",
  });
}

/** An interrupted lab-init left some of our areas, still without content; anything else there is somebody's data. */
function checkEmpty(base: string): void {
  const areas = new Set<string>([...userAreas, ...otherAreas]);
  const parts = new Set([...fanOut(), "by-user"]);
  const foreign =
    list(base).find((name) => !areas.has(name) && !isTempName(name)) ??
    [...areas]
      .flatMap((area) => contents(base, area))
      .find((name) => !parts.has(path.basename(name)) && !isTempName(name));
  if (foreign !== undefined) {
    throw fault("cantcreat", `cannot make a registry in '${base}': it already holds '${foreign}'`, {
      hint: "name an empty or a new directory",
    });
  }
}

function contents(base: string, area: string): string[] {
  return list(path.join(base, area)).map((name) => path.join(area, name));
}
