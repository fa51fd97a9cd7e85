// What a recipe may say. Everything that is specified and not built yet is here by name, so that it is refused by it.
import * as v from "valibot";
import { isName } from "../record/names.js";
import { argument, argumentName } from "./argument.js";
import { checkpointsSchema } from "./checkpoints.js";
import { evalSchema } from "./eval.js";
import { gpuEstimateSchema } from "./gpu-estimate.js";
import { launcherSchema } from "./launcher.js";
import { inside, line, maybe, notYet, variableTrouble } from "./pieces.js";
import { resourcesSchema } from "./resources.js";
import { fromInput, stageInput } from "./stage-inputs.js";
import { sweepSchema } from "./sweep.js";

const variable = v.pipe(
  v.string(),
  v.check(
    (name) => variableTrouble(name) === undefined,
    ({ input }) => `= ${JSON.stringify(input)} ${variableTrouble(String(input)) ?? ""}`,
  ),
);

const wholeNumber = v.pipe(
  v.number(),
  v.check((value) => Number.isSafeInteger(value), "is a number that is not whole: write it in quotes, as it is to be"),
);

const role = v.pipe(
  v.string(),
  v.check(isName, "cannot be a role: letters, digits and . _ + - only, and a letter or digit first"),
);

/** `model.5` is how step 5 of a stream `model` is called on disk. */
const outputRole = v.pipe(
  role,
  v.check(
    (text) => !/\.(\d+|a\d+)$/.test(text),
    "cannot be the role of an output: it would be called like a step of one",
  ),
);

const fingerprint = v.picklist(["stat", "sha256", "none"]);

const ofExternal = v.pipe(
  v.unknown(),
  v.check(() => false, "is for external inputs: what an artifact is known by was recorded with it"),
);

const inputs = v.record(
  role,
  v.variant("type", [
    v.strictObject({
      type: v.literal("external"),
      path: line,
      fingerprint: maybe(fingerprint),
      prewarm: maybe(notYet),
    }),
    v.strictObject({
      type: v.literal("artifact"),
      artifact: line,
      fingerprint: maybe(ofExternal),
      prewarm: maybe(notYet),
    }),
    stageInput,
    fromInput,
    /** What a policy fills; a recipe with one is no run by itself. */
    v.strictObject({ type: v.literal("checkpoint") }),
  ]),
);

const outputs = v.record(
  outputRole,
  v.pipe(
    v.strictObject({
      type: v.pipe(v.string(), v.check(isName, "cannot be a type: letters, digits and . _ + - only")),
      marker: maybe(inside),
      alias: maybe(line),
      digest: maybe(fingerprint),
    }),
    v.check(
      (output) => output.type !== "checkpoint_stream" || output.marker !== undefined,
      "needs a marker: nothing else tells when a step of a stream is complete",
    ),
  ),
);

const environment = v.pipe(
  v.strictObject({
    modules: maybe(v.array(line)),
    conda: maybe(line),
    venv: maybe(line),
    container: maybe(line),
    setup: maybe(v.array(v.string())),
    inherit: maybe(v.boolean()),
  }),
  v.check(
    ({ conda, venv, container }) => [conda, venv, container].filter((one) => one !== undefined).length <= 1,
    "names more than one of conda, venv and container",
  ),
);

const reference = v.pipe(v.string(), v.regex(/^[^\s,:?\p{Cc}]+$/u, "is no job or run"));
const references = maybe(v.array(reference));
const check = maybe(v.picklist(["warn", "error", "off"]));

export const recipeSchema = v.strictObject({
  name: v.pipe(line, v.regex(/^\S(.*\S)?$/, "has a space at its beginning or end"), v.maxLength(128, "is too long")),
  /** Read and taken out before the rest is checked: here so that its misspellings are known. */
  extends: maybe(v.string()),
  repo: maybe(line),
  command: v.union([v.pipe(v.string(), v.regex(/\S/, "is empty")), v.pipe(v.array(v.string()), v.minLength(1))]),
  workdir: maybe(inside),
  seed: maybe(v.pipe(v.number(), v.integer())),
  tags: maybe(v.array(line)),
  args: maybe(v.record(argumentName, argument)),
  args_format: maybe(v.strictObject({ style: v.picklist(["equals", "space"]) })),
  params: maybe(v.record(v.string(), v.unknown())),
  env: maybe(v.objectWithRest({ pass: maybe(v.array(variable)) }, v.union([v.string(), wholeNumber]))),
  source: maybe(
    v.strictObject({
      paths: maybe(v.pipe(v.array(inside), v.minLength(1))),
      ignore: maybe(v.array(line)),
      include: maybe(v.array(line)),
      unpack: maybe(v.picklist(["auto", "node", "shared"])),
    }),
  ),
  environment: maybe(environment),
  resources: maybe(resourcesSchema),
  launcher: maybe(launcherSchema),
  inputs: maybe(inputs),
  outputs: maybe(outputs),
  checkpoints: maybe(checkpointsSchema),
  collect: maybe(v.strictObject({ globs: v.array(inside), exclude: maybe(v.array(inside)) })),
  eval: maybe(evalSchema),
  sweep: maybe(sweepSchema),
  gpu_estimate: maybe(gpuEstimateSchema),
  after: maybe(
    v.strictObject({ after: references, afterok: references, afterany: references, afternotok: references }),
  ),
  notify: maybe(
    v.pipe(
      v.strictObject({
        email: maybe(v.pipe(line, v.regex(/^\S+@\S+$/, "is no address"))),
        when: maybe(v.picklist(["after", "afterok", "afterany", "afternotok"])),
        run: maybe(line),
      }),
      v.check(({ email, run }) => email !== undefined || run !== undefined, "says neither email nor run"),
    ),
  ),
  tracking: maybe(
    v.strictObject({ wandb: maybe(v.strictObject({ entity: maybe(line), project: line, group: maybe(line) })) }),
  ),
  checks: maybe(
    v.strictObject({ unknown_args: check, topology: check, resources: check, preflight: check, near_duplicate: check }),
  ),
  narrative: maybe(
    v.strictObject({
      hypothesis: maybe(v.string()),
      context: maybe(v.string()),
      intent: maybe(v.string()),
      expected_outcome: maybe(v.string()),
      note: maybe(v.string()),
      group: maybe(line),
      parent: maybe(reference),
    }),
  ),
});

/** A recipe that has been checked; tokens unexpanded, dates and infinite numbers as TOML has them. */
export type RecipeTable = v.InferOutput<typeof recipeSchema>;
