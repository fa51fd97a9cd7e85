// Arrays that were never sent, and whose runs went on without them; and those whose making was interrupted.
import path from "node:path";
import { isRunId } from "../../record/run-id.js";
import { readArray, readIndex } from "../../registry/arrays.js";
import { arrayDirectory, envelope, numbered, runDirectory, submissionDirectory } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import type { Registry } from "../../registry/open.js";
import { list } from "../../registry/read.js";
import { bytesBelow, type Collector, cautiously, type Item, oldFile, removeAll } from "./item.js";

/** Of the caller's arrays those of which nothing was sent and nothing can be any more. */
export function* arrayItems(collector: Collector): Generator<Item> {
  const { registry } = collector;
  const directory = path.join(registry.base, "arrays", registry.user);
  for (const id of list(directory).filter(isRunId)) {
    const dir = arrayDirectory(registry.base, registry.user, id);
    const seen = oldFile(collector, dir);
    const reason = seen && cautiously(collector, () => whyUnneeded(registry, id, dir));
    if (!seen || reason === undefined) continue;
    yield {
      path: dir,
      kind: "array",
      reason,
      bytes: bytesBelow(dir),
      mtime_ms: seen.mtime_ms,
      remove: () =>
        oldFile(collector, dir) !== undefined && whyUnneeded(registry, id, dir) !== undefined && removeAll(dir),
    };
  }
}

function whyUnneeded(registry: Registry, id: string, dir: string): string | undefined {
  const names = list(dir);
  if (names.some((name) => name.startsWith("part-") || name.startsWith("slurm-"))) return undefined;
  if (!names.includes("array.json")) return "its making was interrupted: it has no array.json";
  const array = readArray(registry, registry.user, id);
  if (array === undefined) return undefined;
  const isDone = readIndex(array).every(({ run, submission }) => wentOn(registry, run, submission));
  return isDone ? "it was never sent, and its runs have gone on without it" : undefined;
}

/** Whether the run has ended, or has a later submission, and this one was not sent by hand either. */
function wentOn(registry: Registry, run: string, submission: number): boolean {
  const lab = envelope(runDirectory(registry.base, registry.user, run));
  const names = list(lab);
  if (lookAt(path.join(submissionDirectory(lab, submission), "intent.json"))) return false;
  const isLater = names.some((name) => (numbered(name, "submit-") ?? 0) > submission);
  return isLater || names.includes("outcome.json") || !names.includes("run.json");
}
