// The scripts that a run has: the newest, or one for what is decided now.
import fs from "node:fs";
import type { Context } from "../../command/context.js";
import type { Run } from "../../record/run.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { arrayDirectory, arrayFiles, placeOfRun } from "../../registry/layout.js";
import { submissionFiles } from "../../registry/submissions.js";
import { decisionOf } from "./caching.js";

/** The run with the newest script that it has; where it has none it comes back as it was created. */
export function rendered(disk: RunOnDisk): Run {
  const last = disk.facts.submissions.at(-1);
  const files = last && submissionFiles(disk.dir, last.n);
  if (files && last.array) return element(disk, last.n, last.array, files.context);
  if (!files || !fs.existsSync(files.script)) return { ...disk.run, ...decisionOf(disk) };
  return {
    ...disk.run,
    ...decisionOf(disk),
    phase: "rendered",
    submission: { n: last.n, script: files.script, context: files.context },
  };
}

/** Its script is its array's. */
function element(disk: RunOnDisk, n: number, { id, index }: { id: string; index: number }, context: string): Run {
  const { base, user } = placeOfRun(disk.dir);
  const { script } = arrayFiles(arrayDirectory(base, user, id));
  const submission = { n, script, context, array: { id, index } };
  return { ...disk.run, ...decisionOf(disk), phase: "rendered", submission };
}

/** The run of a new claim, or one whose script was made for another, with a script for what is decided now. */
export async function renderedAnew(disk: RunOnDisk, context: Context): Promise<Run> {
  const { renderRun } = await import("./rendering.js");
  return renderRun({ ...disk.run, ...decisionOf(disk) }, context);
}
