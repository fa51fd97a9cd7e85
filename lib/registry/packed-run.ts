// A settled run as a pack has it.
import { fault } from "../record/fault.js";
import { jsonFilesOf } from "./envelope-files.js";
import type { RunOnDisk } from "./facts.js";
import { isSealed } from "./outputs.js";
import { summaryOf } from "./summary.js";
import type { PackedRun } from "./write-pack.js";

/** Of a run with more (bytes) only the summary is kept; whoever wants more opens the run. */
const largestFull = 4 * 2 ** 20;

/**
 * The lines of a run. Throws refused for one that is not settled, and dataerr for one with a file that is not what it should
 * be: it stays loose, so that lists tell of it.
 */
export function packedRun(disk: RunOnDisk): PackedRun {
  const { run, dir, owner, facts, problems } = disk;
  if (!facts.outcome || !isSealed(dir)) throw fault("refused", "cannot pack the run: it is not settled");
  const [problem] = problems;
  if (problem !== undefined) throw fault("dataerr", `cannot pack the run: ${problem}`);
  const files = jsonFilesOf(dir, owner);
  const full = lineOf(run.id, files);
  return { summary: summaryOf(disk), full: full.length > largestFull ? lineOf(run.id, {}) : full };
}

function lineOf(id: string, files: object): Buffer {
  return Buffer.from(JSON.stringify({ type: "packed", v: 1, id, files }));
}
