// The comment by which a job tells whose run it is.
import type { JobOwner } from "../scheduler.js";

/** `lab/1 <registry id> <run id>`. */
export function jobComment(registry: string, run: string): string {
  return `lab/1 ${registry} ${run}`;
}

/** The registry and run of a comment of ours, else undefined. */
export function readComment(comment: string): JobOwner | undefined {
  const [, registry, run] = /^lab\/1 (\S+) (\S+)$/.exec(comment.trim()) ?? [];
  return registry === undefined || run === undefined ? undefined : { registry, run };
}
