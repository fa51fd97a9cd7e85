// Inputs that are artifacts: what the recipe names is frozen to what that is now, or will be when its run has made it.
import fs from "node:fs";
import type { Context } from "../../command/context.js";
import { howItEnded } from "../../pass/producers.js";
import { artifactIdOf } from "../../record/artifact-id.js";
import { claims } from "../../record/claim.js";
import { type Fault, fault, isFault, systemFault } from "../../record/fault.js";
import type { ArtifactInput, Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import { hasSucceeded, type Standing, stateOf } from "../../record/state.js";
import { type ArtifactRef, findArtifact } from "../../registry/artifact-refs.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { artifactFile } from "../../registry/layout.js";
import type { Registry } from "../../registry/open.js";
import { artifactsOf } from "../../registry/outputs.js";
import { openRun } from "../../registry/runs.js";
import { graces } from "../runs.js";
import { trusted } from "../trust.js";

/**
 * The input with what it means. Throws noinput or dataerr where it means nothing, `refused` where the run that was to make
 * it has failed, noperm where it cannot be read. `maker` is the run of this stream that is to make it.
 */
export async function resolvedArtifact(
  role: string,
  input: ArtifactInput,
  context: Context,
  maker?: Run,
): Promise<ArtifactInput> {
  const registry = await context.registry();
  try {
    const made = input.stage === undefined ? undefined : ofStage(input, maker, registry);
    if (made) return made;
    const finding = { trusts: await trusted(context), report: context.say };
    const found = findArtifact(registry, input.artifact, context.cwd, finding);
    if (found.warning !== undefined) context.say(`input '${role}': ${found.warning}`);
    if (found.pending && found.producer) mustComeYet(found.producer, await graces(context));
    else mustBeReadable(found);
    if (found.id === undefined && input.pick === undefined) sayWhole(role, input.artifact, found, context);
    return { ...input, ...frozen(found, input.pick !== undefined, registry) };
  } catch (error) {
    if (!isFault(error)) throw error;
    throw fault(error.code, `input '${role}': ${error.message}`, { hint: error.hint, cause: error });
  }
}

/** What another stage of the same submission is to make; undefined where that is in the registry already. */
function ofStage(input: ArtifactInput, maker: Run | undefined, registry: Registry): ArtifactInput | undefined {
  const { role = "", stage, run = "", user = registry.user } = input;
  const output = maker?.outputs[role];
  if (!maker || !output) {
    if (openRun(registry, user, run)) return undefined;
    throw fault("dataerr", `the stage '${stage}', which is to make it, cannot be run`, {
      hint: "what is wrong with that one was said before",
    });
  }
  const isStream = output.type === "checkpoint_stream";
  return {
    ...input,
    ...given("id", isStream ? undefined : artifactIdOf(run, role)),
    ...given("path", output.path),
    ...given("key", maker.key?.digest),
    ...given("epoch", maker.epoch),
    ...given("marker", isStream && input.pick === undefined ? undefined : output.marker),
  };
}

/** A stream is given to the job as the directory of all its steps, which a name without @ may not have been meant as. */
function sayWhole(role: string, word: string, { producer, role: made }: ArtifactRef, context: Context): void {
  const steps = producer ? artifactsOf(producer).filter((one) => one.role === made && one.step !== undefined) : [];
  const count = steps.length === 1 ? "1 step" : `${steps.length || "no"} steps${steps.length === 0 ? " yet" : ""}`;
  context.say(`input '${role}' is the whole stream of ${count}; one step of it is ${word}@latest`);
}

/** What will not be made cannot be waited for. */
function mustComeYet({ run, facts }: RunOnDisk, limits: Parameters<typeof stateOf>[2]): void {
  const standing = stateOf(facts, Date.now(), limits);
  if (standing.final && !hasSucceeded(standing.state)) throw willNotCome(run.id, standing);
}

function willNotCome(run: string, standing: Standing): Fault {
  return fault("refused", `the run ${run}, which was to make it, ${howItEnded(standing)}`, {
    hint: `lab why ${handleOf(run)}`,
  });
}

function mustBeReadable({ path, user }: ArtifactRef): void {
  try {
    fs.accessSync(path, fs.statSync(path).isDirectory() ? fs.constants.R_OK | fs.constants.X_OK : fs.constants.R_OK);
  } catch (error) {
    throw systemFault(error, `read '${path}'`, user === undefined ? undefined : `it is ${user}'s`);
  }
}

/** What is found; `isPicked` where the job is to take a step of it. */
function frozen(
  { id, user, path, run, role, step, artifact, producer }: ArtifactRef,
  isPicked: boolean,
  registry: Registry,
) {
  const whose = { ...given("id", id), ...given("user", user), path };
  if (run === undefined || producer === undefined || role === undefined) {
    const { digest, digest_of, stat_digest } = artifact ?? {};
    const record = id === undefined || user === undefined ? undefined : artifactFile(registry.base, user, id);
    const known = {
      ...given("digest", digest),
      ...given("digest_of", digest_of),
      ...given("stat_digest", stat_digest),
    };
    return { ...whose, ...known, ...given("record", record) };
  }
  const { key, outputs } = producer.run;
  const isWhole = outputs[role]?.type === "checkpoint_stream" && step === undefined && !isPicked;
  return {
    ...whose,
    run,
    role,
    ...given("step", step),
    ...given("key", key?.digest),
    epoch: epochOf(producer),
    ...given("marker", isWhole ? undefined : outputs[role]?.marker),
    ...(step === undefined
      ? {}
      : { ...given("marker_mtime", artifact?.marker_mtime), ...given("marker_bytes", artifact?.marker_bytes) }),
  };
}

/** What a run has made that claims nothing answers for nothing, nor does what is made from it. */
function epochOf({ run, facts: { decision, outcome } }: RunOnDisk): string {
  const claimed = claims(run) && decision !== undefined && decision.decision !== "unclaimed";
  return claimed || outcome?.state === "cached" ? (run.epoch ?? run.id) : run.id;
}

function given<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}
