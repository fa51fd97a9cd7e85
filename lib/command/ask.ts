// A question to the person at the terminal.
import { createInterface } from "node:readline/promises";

/** Asks on stderr, reads a line from stdin: true if it says yes. For where `terminal.in` and `terminal.err` hold. */
export async function agrees(question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question(`${question} [y/N] `);
  asking.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Asks on stderr which of several it is to be, by number or word; asks again until it is one of them. */
export async function chooses(question: string, choices: readonly (readonly [word: string, purpose: string])[]) {
  const list = choices.map(([word, purpose], i) => `  ${i + 1}  ${word.padEnd(10)} ${purpose}\n`).join("");
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (;;) {
      const answer = (await asking.question(`${question}\n${list}[1] `)).trim();
      const chosen = choices.find(([word], i) => answer === word || answer === String(i + 1));
      if (chosen ?? answer === "") return (chosen ?? choices[0])?.[0];
    }
  } finally {
    asking.close();
  }
}
