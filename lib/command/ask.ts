// A question to the person at the terminal.
import { createInterface } from "node:readline";
import { fault } from "../record/fault.js";

/** Asks on stderr, reads a line from stdin: true if it says yes. For where `terminal.in` and `terminal.err` hold. */
export async function agrees(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await answerTo(`${question} [y/N] `)) ?? "");
}

/** Asks on stderr for a line; an empty one is what is proposed. Throws usage where there is no answer. */
export async function asks(question: string, proposed: string): Promise<string> {
  return mustAnswer(await answerTo(`${question} [${proposed}] `)) || proposed;
}

/** Asks on stderr which of several it is to be, by number or word; asks again until it is one of them. */
export async function chooses(question: string, choices: readonly (readonly [word: string, purpose: string])[]) {
  const list = choices.map(([word, purpose], i) => `  ${i + 1}  ${word.padEnd(10)} ${purpose}\n`).join("");
  for (;;) {
    const answer = mustAnswer(await answerTo(`${question}\n${list}[1] `));
    const chosen = choices.find(([word], i) => answer === word || answer === String(i + 1));
    if (chosen ?? answer === "") return (chosen ?? choices[0])?.[0];
  }
}

function mustAnswer(answer: string | undefined): string {
  if (answer !== undefined) return answer;
  throw fault("usage", "nothing was answered", { hint: "options say the same without a question" });
}

/** Of all questions of a command, so that what was typed ahead is the answer to the next. */
let lines: AsyncIterator<string> | undefined;

async function answerTo(prompt: string): Promise<string | undefined> {
  process.stderr.write(prompt);
  lines ??= typed();
  const { done, value } = await lines.next();
  return done ? undefined : value.trim();
}

function typed(): AsyncIterator<string> {
  const reader = createInterface({ input: process.stdin, terminal: false });
  // Who interrupts a question has answered it.
  process.once("SIGINT", () => reader.close());
  return reader[Symbol.asyncIterator]();
}
