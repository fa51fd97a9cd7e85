// A question to the person at the terminal.
import { createInterface } from "node:readline/promises";

/** Asks on stderr, reads a line from stdin: true if it says yes. For where `terminal.in` and `terminal.err` hold. */
export async function agrees(question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question(`${question} [y/N] `);
  asking.close();
  return /^y(es)?$/i.test(answer.trim());
}
