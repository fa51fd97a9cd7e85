// What a stage takes of all runs of another: each is an input of its own, and a file of the submission tells of them all.
import path from "node:path";
import type { ArtifactInput, Run, RunInput } from "../../record/run.js";
import type { StepInput } from "./step-inputs.js";

/** The input of this role that stands for all of these, and these. */
export function gatheringInputs(role: string, all: readonly ArtifactInput[]): Record<string, RunInput> {
  const whole: RunInput = {
    type: "external",
    path: `/inputs/${role}.ndjson`,
    fingerprint: "none",
    gathers: all.length,
  };
  return { [role]: whole, ...Object.fromEntries(all.map((one, i) => [`${role}.${i}`, one])) };
}

/** The run with its files of this submission as inputs, and these files' texts by their names: a line an input. */
export function withGathered(run: Run, directory: string): { run: Run; beside: Record<string, string> } {
  const beside: Record<string, string> = {};
  const inputs = { ...run.inputs };
  for (const [role, input] of Object.entries(run.inputs)) {
    if (input.type !== "external" || input.gathers === undefined) continue;
    const name = `inputs-${role}.ndjson`;
    inputs[role] = { ...input, path: path.join(directory, name) };
    beside[name] = Array.from({ length: input.gathers }, (_, i) => lineOf(run.inputs[`${role}.${i}`], i)).join("");
  }
  return { run: { ...run, inputs }, beside };
}

function lineOf(input: RunInput | undefined, index: number): string {
  const { stage, run, id, path: file, point, steps } = (input ?? {}) as Partial<StepInput>;
  return `${JSON.stringify({ index, stage, run, ...(point === undefined ? {} : { point }), id, path: file, steps })}\n`;
}
