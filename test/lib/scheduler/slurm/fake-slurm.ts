// A Slurm that gives prepared answers and remembers what it was asked.
import type { Answer, SlurmClient } from "../../../../lib/scheduler/slurm/client.js";

export interface Call {
  program: string;
  argv: readonly string[];
  cwd?: string | undefined;
}

export type Prepared = Partial<Answer> | ((argv: readonly string[]) => Partial<Answer>);

/** A client that answers by program; a program without an answer is a mistake of the test. */
export function fakeSlurm(answers: Record<string, Prepared>): { slurm: SlurmClient; calls: Call[] } {
  const calls: Call[] = [];
  const slurm: SlurmClient = async (program, argv, { cwd, read } = {}) => {
    calls.push({ program, argv, cwd });
    const prepared = answers[program];
    if (prepared === undefined) throw new Error(`unexpected ${program} ${argv.join(" ")}`);
    const answer = typeof prepared === "function" ? prepared(argv) : prepared;
    read?.(answer.stdout ?? "");
    return { program, code: 0, stdout: "", stderr: "", ...answer };
  };
  return { slurm, calls };
}

/** Lines of fields as sacct prints them for us. */
export function table(rows: (string | number)[][], separator = "\u001f"): string {
  return rows.map((row) => `${row.join(separator)}\n`).join("");
}

/** The same of squeue. */
export function queueTable(rows: (string | number)[][]): string {
  return table(rows, "\u007f");
}

/** A row of squeue's output: id, state and reason; exit, derived exit and restarts; times; nodes; comment and name. */
export function queueRow(
  ...[id, state, reason, exit, derived, restarts, submit, start, end, nodes, comment, name = "x"]: (string | number)[]
): (string | number)[] {
  const row = [exit, derived, start, end, id, state, reason, restarts, nodes, submit, name, comment];
  return row.map((value) => value ?? "");
}

const [submitted, started, ended] = [1795233141, 1795233142, 1795233155];

/** A row of sacct's output; what is not said is as of a job of partition debug that ran on n1. */
export function accountsRow(
  id: string,
  state: string,
  more: Partial<Record<string, string | number>> = {},
): (string | number)[] {
  const { raw = id.replace(/\+\d+/, ""), exit = "0:0", derived = "0:0", reason = "None", partition = "debug" } = more;
  const { submit = submitted, start = started, end = ended, nodes = "n1", rss = "", comment = "" } = more;
  const { workdir = "/r/runs/alice/20261121-000000-abc123", name = "digits.abc123" } = more;
  return [id, raw, state, exit, derived, reason, submit, start, end, nodes, rss, partition, name, workdir, comment];
}
