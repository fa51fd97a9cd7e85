// The runtime's parts in the order in which they stand in a script.
import array from "./runtime/array.sh";
import attempt from "./runtime/attempt.sh";
import checkpoint from "./runtime/checkpoint.sh";
import cleanStart from "./runtime/clean-start.sh";
import command from "./runtime/command.sh";
import environment from "./runtime/environment.sh";
import evaluation from "./runtime/eval.sh";
import fence from "./runtime/fence.sh";
import fingerprint from "./runtime/fingerprint.sh";
import finish from "./runtime/finish.sh";
import gate from "./runtime/gate.sh";
import launch from "./runtime/launch.sh";
import main from "./runtime/main.sh";
import oneJob from "./runtime/one-job.sh";
import outputs from "./runtime/outputs.sh";
import inParts from "./runtime/parts.sh";
import record from "./runtime/record.sh";
import requeue from "./runtime/requeue.sh";
import source from "./runtime/source.sh";
import steps from "./runtime/steps.sh";
import usage from "./runtime/usage.sh";
import watch from "./runtime/watch.sh";
import words from "./runtime/words.sh";

const parts = [
  cleanStart,
  words,
  fingerprint,
  checkpoint,
  inParts,
  attempt,
  fence,
  source,
  environment,
  gate,
  outputs,
  record,
  watch,
  usage,
  steps,
  launch,
  requeue,
  evaluation,
  command,
  finish,
  main,
];

/** The whole runtime: what runs after the values of a script. */
export const runtime: string = whole(parts);

/** That of a script of many runs, which begins with finding the one that it is. */
export const arrayRuntime: string = whole([...parts.slice(0, -1), array, oneJob, main]);

function whole(texts: readonly string[]): string {
  return texts.map((text) => text.trim()).join("\n\n");
}
