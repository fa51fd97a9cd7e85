// What jobs and commands that were killed have left on this machine.
import path from "node:path";
import { isRunId } from "../../record/run-id.js";
import { readArray, readIndex } from "../../registry/arrays.js";
import { envelope, runDirectory } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { list } from "../../registry/read.js";
import { bytesBelow, type Collector, cautiously, type Item, oldFile, removeAll } from "./item.js";

/** Directories by their names: of a command, of a job of a run, of a job that ran many runs of an array. */
const names = /^lab-(?:(?<command>git|derive)-\w+|(?:(?<array>array)-)?(?<handle>[0-9a-z]{6})\.\w+)$/;

/** Of the caller's in a directory: what commands have left, and the jobs of runs which have ended. */
export function* scratchItems(collector: Collector, directory: string): Generator<Item> {
  const found = (cautiously(collector, () => list(directory)) ?? []).flatMap((name) => {
    const parts = names.exec(name)?.groups;
    return parts === undefined ? [] : [{ file: path.join(directory, name), parts }];
  });
  if (found.length === 0) return;
  const [runs, arrays] = [endedRuns(collector), endedArrays(collector)];
  for (const { file, parts } of found) {
    const { command, array, handle = "" } = parts;
    const left =
      command === undefined ? (array === undefined ? runs : arrays).get(handle) : "a command that was killed";
    const seen = cautiously(collector, () => oldFile(collector, file));
    if (!seen || left === undefined || lookAt(file)?.kind !== "directory") continue;
    yield {
      path: file,
      kind: "scratch",
      reason: `${left} left it`,
      bytes: cautiously(collector, () => bytesBelow(file)) ?? 0,
      mtime_ms: seen.mtime_ms,
      remove: () => oldFile(collector, file) !== undefined && removeAll(file),
    };
  }
}

/** By their handles. */
function endedRuns(collector: Collector): Map<string, string> {
  const ended = list(path.join(collector.registry.base, "runs", collector.registry.user)).filter(
    (id) => isRunId(id) && hasEnded(collector, id),
  );
  return new Map(ended.map((id) => [id.slice(-6), `the job of ${id}, which has ended,`]));
}

/** Those of which every run has ended. */
function endedArrays(collector: Collector): Map<string, string> {
  const { registry } = collector;
  const ended = list(path.join(registry.base, "arrays", registry.user)).filter((id) =>
    cautiously(collector, () => {
      const array = isRunId(id) ? readArray(registry, registry.user, id) : undefined;
      return array !== undefined && readIndex(array).every(({ run }) => hasEnded(collector, run));
    }),
  );
  return new Map(ended.map((id) => [id.slice(-6), `the job of the array ${id}, whose runs have ended,`]));
}

function hasEnded({ registry: { base, user } }: Collector, id: string): boolean {
  return lookAt(path.join(envelope(runDirectory(base, user, id)), "outcome.json")) !== undefined;
}
