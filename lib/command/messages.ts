// What goes to stderr: `lab-verb: <id>: cannot …: … (hint)`, and the same line twenty times becomes "and N more".
import fs from "node:fs";
import { type Fault, fault, isFault } from "../record/fault.js";
import { plain } from "./plain.js";

export interface Messages {
  say(message: string): void;
  error(id: string | undefined, error: Fault): void;
  /** The same of a line of standard input that is no record. */
  badLine(line: number, error: Fault): void;
  /** Says why the command ends here; returns the exit status. */
  fatal(error: unknown): number;
  /** Says how often the last message was held back. */
  flush(): void;
}

const shownAlike = 3;

/** Messages of one command; as records where `json` (LAB_ERRORS=json). */
export function messages(name: string, json: boolean): Messages {
  let last = "";
  let repeated = 0;
  const print = (line: string) => {
    try {
      fs.writeSync(2, `${line}\n`);
    } catch {
      // Nobody listens; the exit status still tells.
    }
  };
  const flush = () => {
    if (repeated > shownAlike) print(`${name}: and ${repeated - shownAlike} more like it`);
    [last, repeated] = ["", 0];
  };
  const error = (id: string | undefined, problem: Fault, line?: number) => {
    if (json) {
      print(
        JSON.stringify({
          type: "problem",
          v: 1,
          ...(id ? { id } : {}),
          ...(line === undefined ? {} : { line }),
          command: name,
          severity: "error",
          code: problem.code,
          message: problem.message,
          ...(problem.hint ? { hint: problem.hint } : {}),
        }),
      );
      return;
    }
    const words = `${clean(problem.message)}${problem.hint ? ` (${clean(problem.hint)})` : ""}`;
    if (words !== last) flush();
    last = words;
    repeated += 1;
    const about = line === undefined ? id && clean(id) : `line ${line} of standard input`;
    if (repeated > shownAlike) return;
    print(`${name}: ${about ? `${about}: ` : ""}${words}`);
    for (const piece of problem.excerpt?.split("\n") ?? []) print(`  ${plain(piece)}`);
  };
  return {
    flush,
    error,
    badLine: (line, problem) => error(undefined, problem, line),
    say(message) {
      flush();
      print(
        json
          ? JSON.stringify({ type: "line", v: 1, source: name, text: message })
          : `${name}: ${message.split("\n").map(clean).join("\n")}`,
      );
    },
    fatal(cause) {
      const known = isFault(cause)
        ? cause
        : fault("ioerr", `cannot go on: ${cause instanceof Error ? cause.message : String(cause)}`);
      error(undefined, known);
      return known.exit;
    },
  };
}

function clean(text: string): string {
  return plain(text.replaceAll("\n", "; "));
}
