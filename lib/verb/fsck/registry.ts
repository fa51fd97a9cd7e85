// The registry itself: its record, the directories that all users share, and those that each user has in them.
import path from "node:path";
import { isFault } from "../../record/fault.js";
import { isUserName } from "../../record/names.js";
import { fanOut, otherAreas, registryFile, type UserArea, userAreas } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { registrySchema } from "../../registry/open.js";
import { ownerOfUser } from "../../registry/owners.js";
import { octal, sharedDirectoryNames, sharedTrouble } from "../../registry/shared-directories.js";
import { nameOf } from "../../registry/users.js";
import { type Looking, reading, type Survey } from "./breach.js";
import { namesIn, nounOf, recordIn, regular } from "./files.js";
import type { PromiseName } from "./promises.js";

export function* checkRegistry(survey: Survey): Looking {
  const { base, founder } = survey.registry;
  const file = registryFile(base);
  yield* recordIn(survey, file, { owner: founder, schema: registrySchema, check: "registry" });
  const seen = yield* reading(survey, "registry", base, () => lookAt(base));
  if (seen && seen.uid !== founder)
    yield {
      check: "registry",
      path: base,
      message: `belongs to ${nameOf(seen.uid)}, and its founder is ${nameOf(founder)}`,
    };
  if (seen && (seen.mode & 0o022) !== 0)
    yield { check: "registry", path: base, message: `has the mode ${octal(seen.mode)}: others may write it` };
  const known = new Set<string>([...userAreas, ...otherAreas, path.basename(file)]);
  for (const name of yield* namesIn(survey, "registry", base))
    if (!known.has(name)) yield { check: "stray", path: path.join(base, name), message: "is no part of a registry" };
  yield* sharedDirectories(survey);
}

function* sharedDirectories({ registry: { base, founder }, gid, looked }: Survey): Looking {
  for (const name of sharedDirectoryNames()) {
    const directory = path.join(base, name);
    const trouble = sharedTrouble(directory, founder, gid);
    looked();
    if (trouble)
      yield {
        check: "shared-directory",
        path: directory,
        message: trouble.message,
        hint: trouble.hint(nameOf(founder)),
      };
  }
}

/** Every area in which each user has a directory of her own. */
export const areasOfUsers: readonly UserArea[] = [...userAreas, "aliases/by-user"];

/** All that has the place of a user's directory: is it one, hers, and closed to others. */
export function* checkUserDirectories(survey: Survey): Looking {
  for (const area of areasOfUsers) {
    const directory = path.join(survey.registry.base, area);
    if (!isDirectory(directory)) continue;
    for (const name of yield* namesIn(survey, "user-directory", directory)) {
      if (survey.only !== undefined && survey.only !== name) continue;
      if (isUserName(name)) yield* userDirectory(survey, path.join(directory, name), name);
      else yield { check: "stray", path: path.join(directory, name), message: "is no user's name" };
    }
  }
}

function* userDirectory(survey: Survey, directory: string, user: string): Looking {
  const seen = yield* reading(survey, "user-directory", directory, () => lookAt(directory));
  if (!seen) return;
  survey.looked();
  const tell = (message: string, hint?: string) => ({
    check: "user-directory" as const,
    path: directory,
    message,
    ...(hint === undefined ? {} : { hint }),
  });
  if (seen.kind !== "directory") {
    yield tell(`stands in the place of ${user}'s directory, and is ${nounOf(seen)}`);
    return;
  }
  const owner = yield* reading(survey, "user-directory", directory, () =>
    ownerOfUser(survey.registry, directory, user),
  );
  if (owner === undefined) return;
  const wanted = survey.registry.modes.directory;
  if (seen.mode !== wanted)
    yield tell(
      `has the mode ${octal(seen.mode)}, not ${octal(wanted)}`,
      `${user}: chmod ${octal(wanted)} ${directory}`,
    );
  if (survey.gid !== undefined && seen.gid !== survey.gid)
    yield tell(`is of the group ${seen.gid}`, `${user}: chgrp -R ${survey.gid} ${directory}`);
}

/** The 256 directories that shared names are spread over hold nothing but what is theirs. */
export function* checkFanOut(survey: Survey, area: "aliases" | "claims", others: readonly string[]): Looking {
  const directory = path.join(survey.registry.base, area);
  const known = new Set([...fanOut(), ...others]);
  for (const name of yield* namesIn(survey, "stray", directory))
    if (!known.has(name))
      yield { check: "stray", path: path.join(directory, name), message: "is no part of a registry" };
}

/** A marker, or an end: an empty file whose name is all that it says. */
export function* emptyFile(survey: Survey, check: PromiseName, file: string, owner: number): Looking<boolean> {
  const seen = yield* regular(survey, file, owner);
  if (seen && seen.bytes > 0) yield { check, path: file, message: `has ${seen.bytes} bytes, and should be empty` };
  return seen !== undefined;
}

/** What is no directory is told of with the shared ones, and not followed. */
export function isDirectory(file: string): boolean {
  try {
    return lookAt(file)?.kind === "directory";
  } catch (error) {
    if (isFault(error)) return false;
    throw error;
  }
}
