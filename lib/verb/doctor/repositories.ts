// Repositories that recipes call by name: there, and for the lab to read.
import fs from "node:fs";
import path from "node:path";
import type { Config } from "../../config/config.js";
import { isFault, systemFault } from "../../record/fault.js";
import { doubtful, type Finding, well, wrong } from "./finding.js";

export function* repositoryFindings({ repos, filesystem }: Config, gid: number | undefined): Generator<Finding> {
  for (const [name, { path: place }] of Object.entries(repos))
    yield looked(`repo ${name}`, place, gid, filesystem.shared_group);
}

/** A repository in a home that is closed cannot even be looked at. */
function looked(name: string, place: string, gid: number | undefined, group: string | undefined): Finding {
  try {
    return repository(name, place, gid, group);
  } catch (error) {
    const known = systemFault(error, "look at it");
    if (!isFault(known)) throw error;
    return wrong(name, known.message, { path: place, hint: "keep it where you, and the lab, can get to it" });
  }
}

function repository(name: string, place: string, gid: number | undefined, group: string | undefined): Finding {
  const stat = fs.statSync(place, { throwIfNoEntry: false });
  if (!stat?.isDirectory())
    return wrong(name, "there is no such directory", { path: place, hint: "[repos] of the cluster file" });
  if (group === undefined) return well(name, "is there", { path: place });
  const closed = closedPart(place, gid);
  if (closed === undefined) return well(name, `${group} can get there`, { path: place });
  return doubtful(name, `${group} cannot get past '${closed}'`, {
    path: place,
    hint: `chmod g+x ${closed}, or keep it elsewhere than in a home`,
  });
}

/** The first directory on the way that others of the group may not enter; undefined where all may. */
export function closedPart(place: string, gid: number | undefined): string | undefined {
  const parts = fs.realpathSync(place).split(path.sep);
  for (let i = 1; i <= parts.length; i += 1) {
    const directory = parts.slice(0, i).join(path.sep) || "/";
    const { mode, gid: of } = fs.statSync(directory);
    const open = (mode & 0o001) !== 0 || (of === gid && (mode & 0o010) !== 0);
    if (!open) return directory;
  }
  return undefined;
}
