// Inputs of which the job takes a step: where it finds that, and of a best one which that is, once its run has ended.
import path from "node:path";
import { hasMadeIt } from "../../pass/producers.js";
import { type Fault, fault, isFault } from "../../record/fault.js";
import type { ArtifactInput, Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import { stateOf } from "../../record/state.js";
import { isBest, stepPick } from "../../record/step-pick.js";
import { scored } from "../../registry/best-step.js";
import { completeSteps } from "../../registry/checkpoints.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { makerOfRun } from "../../registry/makers.js";
import type { Registry } from "../../registry/open.js";
import { openRun } from "../../registry/runs.js";
import { readContext } from "../../registry/submissions.js";

/** Such an input as a submission has it. */
export interface StepInput extends ArtifactInput {
  /** The directory of the steps, where `path` is a link to one; or the list of them. */
  stream?: string;
  steps?: string;
}

/**
 * The run with the paths of this submission for inputs of which it takes a step. Which one is the best is settled if the run
 * that makes them has succeeded. Throws noinput where nothing tells.
 */
export function withSteps(run: Run, directory: string, registry: Registry): Run {
  const inputs: Record<string, Run["inputs"][string] | StepInput> = {};
  for (const [role, input] of Object.entries(run.inputs))
    inputs[role] = input.type === "artifact" ? placed(role, input, run, directory, registry) : input;
  return { ...run, inputs };
}

function placed(role: string, input: ArtifactInput, { user }: Run, directory: string, registry: Registry): StepInput {
  const { pick, step, path: stream = "" } = input;
  if (pick === undefined || step !== undefined) return input;
  if (pick === "all") return { ...input, stream, steps: path.join(directory, `steps-${role}.ndjson`) };
  const best = bestOf(input, user, registry);
  return { ...input, stream, path: path.join(directory, "inputs", role), pick: best ?? pick };
}

/** The number of the best step, where that is asked for and can be told by now. */
function bestOf(input: ArtifactInput, me: string, registry: Registry): number | undefined {
  const pick = stepPick(input.pick ?? "all");
  const maker = pick.which === "best" ? makerOf(input, me, registry) : undefined;
  if (pick.which !== "best" || !maker || !hasEnded(maker)) return undefined;
  const { role = "" } = input;
  const { path: stream = "", marker } = maker.run.outputs[role] ?? {};
  const steps = completeSteps(role, stream, marker);
  const [first] = scored(maker, steps, pick.by, () => {}).best;
  if (first?.one.step !== undefined) return first.one.step;
  throw fault(
    "noinput",
    `cannot tell the best step of ${maker.run.id}:${role}: none of ${steps.length} has a value of '${pick.by.name}'`,
    { hint: `lab metrics ${handleOf(maker.run.id)}` },
  );
}

function makerOf({ run, user }: ArtifactInput, me: string, registry: Registry): RunOnDisk | undefined {
  const producer = run === undefined ? undefined : openRun(registry, user ?? me, run);
  return producer && makerOfRun(registry, producer);
}

function hasEnded({ facts }: RunOnDisk): boolean {
  return hasMadeIt(stateOf(facts, Date.now()));
}

/** Whether a submission was rendered when nobody could tell yet which step is the best, and somebody can now. */
export function bestIsKnown(disk: RunOnDisk, n: number, registry: Registry): boolean {
  const asked = Object.entries(disk.run.inputs).filter(([, { pick }]) => isBest(pick));
  if (asked.length === 0) return false;
  const open = new Set(readContext(disk, n)?.inputs.flatMap(({ role, pick }) => (isBest(pick) ? [role] : [])));
  return asked.some(([role, input]) => {
    const maker = open.has(role) ? makerOf(input as ArtifactInput, disk.run.user, registry) : undefined;
    return maker !== undefined && hasEnded(maker);
  });
}

/** Why nothing will ever tell which step is the best; undefined where it can be told, or is not asked. */
export function whyNoBest({ run }: RunOnDisk, registry: Registry): Fault | undefined {
  try {
    for (const input of Object.values(run.inputs))
      if (input.type === "artifact" && isBest(input.pick)) bestOf(input, run.user, registry);
    return undefined;
  } catch (error) {
    if (isFault(error) && error.code === "noinput") return error;
    throw error;
  }
}
