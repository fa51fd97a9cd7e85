// A Slurm that gives prepared answers and remembers what it was asked.
import type { Answer, SlurmClient } from "../../../../lib/scheduler/slurm/client.js";

export interface Call {
  program: string;
  argv: readonly string[];
  cwd: string | undefined;
}

export type Prepared = Partial<Answer> | ((argv: readonly string[]) => Partial<Answer>);

/** A client that answers by program; a program without an answer is a mistake of the test. */
export function fakeSlurm(answers: Record<string, Prepared>): { slurm: SlurmClient; calls: Call[] } {
  const calls: Call[] = [];
  const slurm: SlurmClient = async (program, argv, cwd) => {
    calls.push({ program, argv, cwd });
    const prepared = answers[program];
    if (prepared === undefined) throw new Error(`unexpected ${program} ${argv.join(" ")}`);
    const answer = typeof prepared === "function" ? prepared(argv) : prepared;
    return { program, code: 0, stdout: "", stderr: "", ...answer };
  };
  return { slurm, calls };
}

/** Lines of fields as squeue and sacct print them for us. */
export function table(rows: (string | number)[][]): string {
  return rows.map((row) => `${row.join("\u001f")}\n`).join("");
}
