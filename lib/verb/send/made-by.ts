// Inputs as a submission gets them: what the plan says a run makes is taken from where that is made now. A producer that was
// answered by another run, or follows one, makes nothing itself.
import type { Asker } from "../../pass/answer.js";
import { madeSince } from "../../pass/made-since.js";
import { artifactIdOf } from "../../record/artifact-id.js";
import type { ArtifactInput, Run, RunInput } from "../../record/run.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { makerOfRun } from "../../registry/makers.js";
import { openRun } from "../../registry/runs.js";
import { readContext } from "../../registry/submissions.js";

/** The run with its inputs as they are made now; steps of streams and what no run makes stay as they are. Throws faults. */
export async function withMakers(run: Run, asker: Asker): Promise<Run> {
  const inputs: Run["inputs"] = {};
  for (const [role, input] of Object.entries(run.inputs)) inputs[role] = await madeNow(input, run.user, asker);
  return { ...run, inputs };
}

/** Whether a submission that was rendered earlier takes an input from where it is not made any more. */
export async function makersChanged(disk: RunOnDisk, asker: Asker, n: number): Promise<boolean> {
  if (Object.values(disk.run.inputs).every(({ type }) => type !== "artifact")) return false;
  const context = readContext(disk, n);
  if (!context) return false;
  const given = new Map(context.inputs.map(({ role, run }) => [role, run]));
  const { inputs } = await withMakers(disk.run, asker);
  return Object.entries(inputs).some(([role, input]) => input.type === "artifact" && given.get(role) !== input.run);
}

async function madeNow(input: RunInput, me: string, asker: Asker): Promise<RunInput> {
  if (input.type !== "artifact" || input.run === undefined || input.role === undefined || input.step !== undefined)
    return input;
  const { registry } = asker;
  const producer = openRun(registry, input.user ?? me, input.run);
  const last = producer && makerOfRun(registry, producer);
  const maker = (last && (await madeSince(last, asker))) ?? last;
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
