// What people wrote about runs, for lists that are filtered by it.
import { type Fault, fault } from "../../record/fault.js";
import type { Registry } from "../../registry/open.js";

/** The notes about a run; only of those that somebody wrote about is anything read. What cannot be read is told of. */
export async function notesIn(
  registry: Registry,
  report: (error: Fault) => void,
): Promise<(run: string) => readonly object[]> {
  const { annotatedRuns, notesOf } = await import("../../registry/notes.js");
  const bad = (message: string) => report(fault("dataerr", message));
  const runs = annotatedRuns(registry, bad);
  return (run) => (runs.has(run) ? notesOf(registry, run, bad) : []);
}
