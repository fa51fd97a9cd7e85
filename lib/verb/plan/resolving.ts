// What a planned run means here and now: its inputs as they are, where its outputs go, what its key is. Reads, writes nothing.

import type { Context } from "../../command/context.js";
import { outputRoot } from "../../config/output-root.js";
import { cacheKey } from "../../recipe/key.js";
import { resolvedLauncher } from "../../recipe/launcher.js";
import { outputNames } from "../../recipe/outputs.js";
import { sized } from "../../recipe/sized.js";
import { checkTokens } from "../../recipe/tokens.js";
import { claims } from "../../record/claim.js";
import { fault, isFault } from "../../record/fault.js";
import { contentFingerprint, statFingerprint } from "../../record/fingerprint.js";
import type { Run, RunInput, RunOutput } from "../../record/run.js";
import { generationsOf, highestEpoch, ownKey } from "../../registry/claims.js";
import { runDirectory } from "../../registry/layout.js";
import type { Registry } from "../../registry/open.js";
import { stagedPath } from "../../registry/stage.js";
import { trusted } from "../trust.js";
import { checkRun } from "./checking.js";
import { rememberResolved, resolvedBefore } from "./resolved-before.js";

/** The run resolved. Throws dataerr, noinput or config for what cannot be; what is only doubtful is said. */
export async function resolveRun(given: Run, context: Context): Promise<Run> {
  const run = sized(given);
  const registry = await context.registry();
  const { config } = await context.config();
  checkTokens(run);
  const inputs: Record<string, RunInput> = {};
  const run_dir = runDirectory(registry.base, run.user, run.id);
  for (const [role, input] of Object.entries(run.inputs))
    inputs[role] = staged(await resolvedInput(role, input, context), run_dir);
  const outputs: Record<string, RunOutput> = {};
  const names = outputNames(run);
  for (const [role, output] of Object.entries(run.outputs)) {
    const { alias, directory } = names[role] as { alias: string; directory: string };
    outputs[role] = { ...output, alias, path: `${outputRoot(config, output.type)}/${run.user}/${directory}` };
  }
  const resolved: Run = {
    ...run,
    phase: "resolved",
    inputs,
    outputs,
    run_dir,
    toolkit: LAB_VERSION,
    ...launched(run),
  };
  const keyed = await withKey({ ...resolved, outputs: run.outputs }, context);
  Object.assign(resolved, { key: keyed.key, epoch: keyed.epoch });
  for (const warning of checkRun(resolved, registry)) sayOnce(resolved, warning, context);
  rememberResolved(resolved, context);
  return resolved;
}

function launched({ launcher, resources }: Run): Pick<Run, "launcher"> {
  return launcher === undefined ? {} : { launcher: { ...launcher, resolved: resolvedLauncher(launcher, resources) } };
}

const said = new Set<string>();

/** What is doubtful of all points of a sweep is said of the first. */
function sayOnce({ id, sweep }: Run, warning: string, context: Context): void {
  if (sweep && said.has(`${sweep.id} ${warning}`)) return;
  said.add(`${sweep?.id} ${warning}`);
  context.say(`${id}: ${warning}`);
}

/**
 * The run with its key and epoch. A checkpoint to go on from that was made under the very same changes nothing of what is
 * computed; any other one does.
 */
async function withKey(run: Run, context: Context): Promise<Pick<Run, "key" | "epoch">> {
  const { resume, ...plain } = run;
  const key = { ...cacheKey(plain) };
  const epoch = await epochOf({ ...plain, key }, context);
  if (resume === undefined || (resume.key === key.digest && resume.epoch === epoch)) return { key, epoch };
  const own = { ...cacheKey(run) };
  return { key: own, epoch: await epochOf({ ...run, key: own }, context) };
}

/**
 * Which of the times that this key was computed it belongs to: the newest in which somebody who is trusted has claimed it,
 * or the one after that. A run that claims nothing answers for nothing: its results are an epoch of their own.
 */
async function epochOf(run: Run, context: Context): Promise<string> {
  if (!claims(run) || run.key === undefined) return run.id;
  const registry = await context.registry();
  const trusts = await trusted(context);
  const newest = Math.max(
    highestEpoch(registry, run.key.digest, ({ user }) => trusts(user)),
    highestEpoch(registry, ownKey(run.key.digest, registry.uid), ({ user }) => user === registry.user),
  );
  if (run.caching?.mode !== "recompute") return String(newest);
  return String(newest > 1 || isClaimed(registry, run.key.digest) ? newest + 1 : newest);
}

/** Whether anybody has ever claimed the key: the first time is no second one. */
function isClaimed(registry: Registry, key: string): boolean {
  const keys = [key, ownKey(key, registry.uid)];
  return keys.some((one) => generationsOf(registry, { key: one, epoch: "1" }).length > 0);
}

/** Of what the run takes along, the job reads the copy that lab-create makes. */
function staged(input: RunInput, run_dir: string): RunInput {
  if (input.type !== "external" || input.staged_from === undefined) return input;
  return { ...input, path: stagedPath(run_dir, input.staged_from) };
}

async function resolvedInput(role: string, input: RunInput, context: Context): Promise<RunInput> {
  if (input.type === "artifact") {
    const { resolvedArtifact } = await import("./artifact-inputs.js");
    return resolvedArtifact(role, input, context, resolvedBefore(input, context));
  }
  if (input.fingerprint === "none") return input;
  try {
    const file = input.staged_from ?? input.path;
    const recorded = input.fingerprint === "stat" ? await statFingerprint(file) : await contentFingerprint(file);
    return { ...input, recorded: { ...recorded } };
  } catch (error) {
    if (!isFault(error)) throw error;
    throw fault(error.code, `input '${role}': ${error.message}`, {
      hint: error.hint ?? "relative paths are relative to the recipe's directory",
      cause: error,
    });
  }
}
