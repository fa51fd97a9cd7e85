// leader.json: what the owner of a run that follows saw of the job of the run that it follows.
import path from "node:path";
import { type LeaderFact, leaderSchema } from "../record/facts.js";
import { isFault } from "../record/fault.js";
import type { RunOnDisk } from "./facts.js";
import { envelope } from "./layout.js";
import type { Registry } from "./open.js";
import { readRecord } from "./read.js";
import { recordText, replace } from "./write.js";

/** What was seen last of the job of `leader`; undefined where nothing was. What cannot be read was not seen. */
export function readLeader({ dir, owner }: Pick<RunOnDisk, "dir" | "owner">, leader: string): LeaderFact | undefined {
  try {
    const fact = readRecord(path.join(envelope(dir), "leader.json"), leaderSchema, { owner });
    return fact?.leader === leader ? fact : undefined;
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

/** Replaces it, unless what is there was seen later. Throws faults. */
export function writeLeader(registry: Registry, disk: Pick<RunOnDisk, "dir" | "owner">, fact: LeaderFact): void {
  const there = readLeader(disk, fact.leader);
  if (there && Date.parse(there.observed_at) > Date.parse(fact.observed_at)) return;
  replace(path.join(envelope(disk.dir), "leader.json"), recordText(fact), registry.modes.file);
}
