// `[eval]`: what is run in the same job after the command has succeeded.
import * as v from "valibot";
import type { InlineEval, Run } from "../record/run.js";
import { argument, argumentName } from "./argument.js";
import { commandLine } from "./command-line.js";
import { launcherSchema, runLauncher } from "./launcher.js";
import { inside, line, maybe } from "./pieces.js";
import { expandTokens, type TokenValues, tokensIn } from "./tokens.js";

export const evalSchema = v.strictObject({
  command: v.union([v.pipe(v.string(), v.regex(/\S/, "is empty")), v.pipe(v.array(v.string()), v.minLength(1))]),
  args: maybe(v.record(argumentName, argument)),
  checkpoint: maybe(line),
  workdir: maybe(inside),
  launcher: maybe(v.union([v.literal("inherit"), launcherSchema], 'is neither "inherit" nor a table like [launcher]')),
  pass_params: maybe(v.boolean()),
});

/** As a run records it, its arguments as JSON can hold them. */
export function runEval(
  { launcher, ...rest }: v.InferOutput<typeof evalSchema>,
  args?: InlineEval["args"],
): InlineEval {
  return {
    ...rest,
    ...(args === undefined ? {} : { args }),
    ...(launcher === undefined ? {} : { launcher: launcher === "inherit" ? launcher : runLauncher(launcher) }),
  };
}

/** An evaluation as its job starts it. */
export interface EvalCommand {
  /** In which `checkpointPlace` stands for the path of the checkpoint. */
  argv: string[];
  workdir: string;
  /** What it is of: a policy, a path, or nothing, where it asks for none. */
  checkpoint: string;
}

/** Where the job puts the path of the checkpoint, which is not known before. No word of a recipe has it. */
const checkpointPlace = "\u0001checkpoint\u0001";

/** The command of the evaluation, tokens replaced. Throws dataerr for a token without a value. */
export function evalCommand(run: Run, known: TokenValues, params: string): EvalCommand | undefined {
  const { eval: asked } = run;
  if (asked === undefined) return undefined;
  const { command, args = {}, workdir, pass_params } = asked;
  const values = new Map([...known, ["checkpoint.path", checkpointPlace]]);
  const { numbers, args_format } = run;
  const given = { ...(args_format ? { args_format } : {}), ...(numbers ? { numbers } : {}) };
  const extra_args = pass_params ? [`--params-json=${params}`] : [];
  const texts = [command, ...Object.values(args)].flat().map(String);
  const isNamed = texts.some((text) => tokensIn(text).includes("checkpoint.path"));
  return {
    argv: commandLine({ command, args, extra_args, ...given }, values, ["eval", "args"]),
    workdir: expandTokens(workdir ?? run.workdir, known),
    checkpoint: asked.checkpoint === undefined ? (isNamed ? "latest" : "") : expandTokens(asked.checkpoint, known),
  };
}
