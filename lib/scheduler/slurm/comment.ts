// The comment by which a job tells whose run it is.
import type { JobOwner } from "../scheduler.js";

/** `lab/1 <registry id> <run id>`; of a part of an array the array's id and the part's number. */
export function jobComment(registry: string, run: string, part?: number): string {
  return [`lab/1 ${registry} ${run}`, ...(part === undefined ? [] : [part])].join(" ");
}

/** What a comment of ours says, else undefined. Of an array that was submitted by hand it does not name a part. */
export function readComment(comment: string): JobOwner | undefined {
  const [, registry, run, part] = /^lab\/1 (\S+) (\S+)(?: ([1-9]\d{0,8}))?$/.exec(comment.trim()) ?? [];
  if (registry === undefined || run === undefined) return undefined;
  return { registry, run, ...(part === undefined ? {} : { part: Number(part) }) };
}
