// Text for a terminal, whoever wrote it.
import { controlSequences } from "./control-sequences.js";

const controls = /(?![\t\n])\p{Cc}/gu;

/** Text of a file without the control characters that could steer a terminal. */
export function plain(text: string): string {
  return text.replace(controlSequences, "").replace(controls, "").replaceAll("\t", " ").replaceAll("\n", "⏎");
}
