// The registry: who made it and for whom, its shared directories, the caller's own, and what others have put where it does
// not belong.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { getgroups } from "node:process";
import { shortSize } from "../../record/units.js";
import { userAreas } from "../../registry/layout.js";
import type { Registry } from "../../registry/open.js";
import { type Probe, probe } from "../../registry/probe.js";
import { list } from "../../registry/read.js";
import { sharedDirectoryNames, sharedTrouble } from "../../registry/shared-directories.js";
import { nameOf } from "../../registry/users.js";
import { doubtful, type Finding, well, wrong } from "./finding.js";

export function* registryFindings(
  registry: Registry,
  group: { gid: number; name: string } | undefined,
  dry = false,
): Generator<Finding> {
  const { base, founder, user } = registry;
  yield well(
    "registry",
    `${registry.id}, of ${nameOf(founder)}, ${group ? `for the group ${group.name}` : "open to all users"}; you are ${user}`,
    {
      path: base,
    },
  );
  if (group) yield membership(group);
  yield* sharedDirectories(registry, group);
  yield* strangers(registry);
  yield* ownDirectories(registry, group, dry);
}

function membership({ gid, name }: { gid: number; name: string }): Finding {
  const { gid: primary } = os.userInfo();
  if (primary === gid || getgroups?.().includes(gid)) return well("group", `you are in ${name}`);
  return wrong("group", `you are not in ${name}, for which the registry is`, {
    hint: `ask an administrator (usermod -aG ${name} ${os.userInfo().username}), then log in again`,
  });
}

/** Every directory that users share: there, a real one, the founder's, sticky, of the group. */
function* sharedDirectories({ base, founder }: Registry, group: { gid: number } | undefined): Generator<Finding> {
  const names = sharedDirectoryNames();
  const bad: Finding[] = [];
  for (const name of names) {
    const directory = path.join(base, name);
    const trouble = sharedTrouble(directory, founder, group?.gid);
    if (trouble)
      bad.push(wrong("shared directory", trouble.message, { path: directory, hint: trouble.hint(nameOf(founder)) }));
  }
  yield* bad.slice(0, 20);
  if (bad.length > 20)
    yield wrong("shared directory", `and ${bad.length - 20} more are not as they should be`, { path: base });
  if (bad.length === 0)
    yield well("shared directories", `${names.length}, all ${nameOf(founder)}'s, sticky${group ? ", setgid" : ""}`, {
      path: base,
    });
}

/** Directories that bear a user's name and belong to another: nobody reads them, and the user cannot work until they go. */
function* strangers({ base, user, founder }: Registry): Generator<Finding> {
  let seen = 0;
  for (const area of userAreas) {
    for (const name of list(path.join(base, area))) {
      const place = path.join(base, area, name);
      const stat = fs.lstatSync(place, { throwIfNoEntry: false });
      if (!stat || name.startsWith(".")) continue;
      const owner = nameOf(stat.uid);
      if (stat.isDirectory() && owner === name) continue;
      seen += 1;
      const hint = `${owner} or ${nameOf(founder)} removes it: rm -r ${place}`;
      const message = `stands in the place of ${name}, and ${stat.isDirectory() ? `belongs to ${owner}` : "is no directory"}`;
      if (seen <= 20) yield (name === user ? wrong : doubtful)("squatted", message, { path: place, hint });
    }
  }
  if (seen > 20) yield doubtful("squatted", `and ${seen - 20} more`, { path: base });
}

function* ownDirectories(
  registry: Registry,
  group: { gid: number; name: string } | undefined,
  dry: boolean,
): Generator<Finding> {
  for (const area of ["runs", "events", "snapshots"] as const) {
    const directory = path.join(registry.base, area, registry.user);
    const stat = fs.lstatSync(directory, { throwIfNoEntry: false });
    if (!stat) yield well(`your ${area}`, "no directory yet: a first run makes it", { path: directory });
    else if (stat.isDirectory() && stat.uid === registry.uid && dry) yield untried(`your ${area}`, directory);
    else if (stat.isDirectory() && stat.uid === registry.uid)
      yield* probed(area === "runs" ? "your runs" : `your ${area}`, directory, group?.gid, area === "runs");
  }
}

/** Of a directory in which nothing is to be written. */
export function untried(name: string, directory: string): Finding {
  return well(name, "is there; whether it can be written, lab doctor tries", { path: directory });
}

/** What a probe found, in words; space and clocks are told once, by `whole`. */
export function* probed(name: string, directory: string, gid: number | undefined, whole: boolean): Generator<Finding> {
  const found = probe(directory);
  if (found.trouble !== undefined) {
    yield wrong(name, found.trouble, { path: directory, hint: remedyOf(found.trouble) });
    return;
  }
  if (gid !== undefined && found.gid !== gid) {
    yield wrong(name, `what is made in it is of the group ${found.gid}, so that the lab cannot read it`, {
      path: directory,
      hint: `chgrp -R ${gid} ${directory} && chmod g+s ${directory}`,
    });
    return;
  }
  yield well(name, "writes, links and renames work", { path: directory });
  if (whole) yield* surroundings(directory, found);
}

function remedyOf(trouble: string): string {
  if (/space|quota/.test(trouble)) return "free some space, or ask for more";
  if (/read-only|no such directory/.test(trouble)) return "is the file system mounted as it should be?";
  if (/permission/.test(trouble)) return "its owner and mode are shown by ls -ld";
  return "the registry cannot be on a file system that does this: lab-registry(5)";
}

function* surroundings(directory: string, { skew_s = 0, free_bytes = 0, free_inodes }: Probe): Generator<Finding> {
  const free = `${shortSize(free_bytes)} free${free_inodes === undefined ? "" : `, ${free_inodes} inodes`}`;
  const hint = "lab-registry(5) says what takes the room";
  if (free_bytes < 2 ** 30 || (free_inodes !== undefined && free_inodes < 10_000))
    yield doubtful("space", free, { path: directory, hint });
  else yield well("space", free, { path: directory });
  const skew = `the file server's clock is ${Math.abs(skew_s).toFixed(1)} s ${skew_s > 0 ? "ahead" : "behind"}`;
  if (Math.abs(skew_s) > 30)
    yield doubtful("clock", skew, { hint: "both should follow one time server: chronyc tracking" });
  else yield well("clock", Math.abs(skew_s) < 1 ? "the file server's is ours" : skew);
}
