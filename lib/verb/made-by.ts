// Inputs as a submission gets them: what the plan says a run makes is taken from where that is made now. A producer that was
// answered by another run, or follows one, makes nothing itself.
import { artifactIdOf } from "../record/artifact-id.js";
import type { ArtifactInput, Run, RunInput } from "../record/run.js";
import type { RunOnDisk } from "../registry/facts.js";
import { makerOfRun } from "../registry/makers.js";
import type { Registry } from "../registry/open.js";
import { openRun } from "../registry/runs.js";
import { readContext } from "../registry/submissions.js";

/** The run with its inputs as they are made now; steps of streams and what no run makes stay as they are. */
export function withMakers(run: Run, registry: Registry): Run {
  const inputs = Object.entries(run.inputs).map(([role, input]) => [role, madeNow(input, run.user, registry)]);
  return { ...run, inputs: Object.fromEntries(inputs) as Run["inputs"] };
}

/** Whether a submission that was rendered earlier takes an input from where it is not made any more. */
export function makersChanged(disk: RunOnDisk, registry: Registry, n: number): boolean {
  if (Object.values(disk.run.inputs).every(({ type }) => type !== "artifact")) return false;
  const context = readContext(disk, n);
  if (!context) return false;
  const given = new Map(context.inputs.map(({ role, run }) => [role, run]));
  return Object.entries(withMakers(disk.run, registry).inputs).some(
    ([role, input]) => input.type === "artifact" && given.get(role) !== input.run,
  );
}

function madeNow(input: RunInput, me: string, registry: Registry): RunInput {
  if (input.type !== "artifact" || input.run === undefined || input.role === undefined || input.step !== undefined)
    return input;
  const producer = openRun(registry, input.user ?? me, input.run);
  const maker = producer && makerOfRun(registry, producer);
  if (!maker || maker.run.id === input.run) return input;
  return { ...input, ...placeIn(maker.run, input) };
}

function placeIn({ id: run, user, outputs }: Run, { role = "", id, path }: ArtifactInput) {
  const at = outputs[role]?.path ?? path;
  return {
    run,
    user,
    ...(at === undefined ? {} : { path: at }),
    ...(id === undefined ? {} : { id: artifactIdOf(run, role) }),
  };
}
