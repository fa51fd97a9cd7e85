// The directories that all users share: which there are, and what may be wrong with one.
import { errnoOf, isFault } from "../record/fault.js";
import { fanOut, otherAreas, userAreas } from "./layout.js";
import { lookAt, type Seen } from "./look.js";
import { nameOf } from "./users.js";

/** Their names below the registry's directory. */
export function sharedDirectoryNames(): string[] {
  return [
    ...userAreas,
    ...otherAreas,
    ...["claims", "aliases"].flatMap((area) => fanOut().map((part) => `${area}/${part}`)),
  ];
}

export interface Trouble {
  message: string;
  /** What to do, by whom: the founder's name. */
  hint(founder: string): string;
}

/** What keeps a shared directory from being one: it is there, no link, the founder's, sticky, and of the group; undefined if nothing does. */
export function sharedTrouble(directory: string, founder: number, gid: number | undefined): Trouble | undefined {
  const completes = (who: string) => `${who} completes the registry: lab init --yes`;
  let seen: Seen | undefined;
  try {
    seen = lookAt(directory);
  } catch (error) {
    if (!isFault(error)) throw error;
    return { message: `cannot be looked at: ${errnoOf(error.cause) ?? error.code}`, hint: completes };
  }
  if (!seen) return { message: "is missing", hint: completes };
  if (seen.kind !== "directory")
    return { message: "is no directory", hint: (who) => `${who} removes it, then: lab init --yes` };
  if (seen.uid !== founder)
    return {
      message: `belongs to ${nameOf(seen.uid)}, who may delete what others put there`,
      hint: (who) => `an administrator: chown ${who} ${directory}`,
    };
  const wanted = gid === undefined ? 0o1777 : 0o3770;
  if (seen.mode !== wanted)
    return {
      message: `has the mode ${octal(seen.mode)}, not ${octal(wanted)}`,
      hint: (who) => `${who}: chmod ${octal(wanted)} ${directory}`,
    };
  if (gid !== undefined && seen.gid !== gid)
    return { message: `is of the group ${seen.gid}`, hint: (who) => `${who}: chgrp ${gid} ${directory}` };
  return undefined;
}

/** A mode as chmod(1) takes it. */
export function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}
