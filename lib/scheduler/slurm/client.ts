// Running Slurm's programs: no shell, the caller's environment without what would change their answers, a time limit.
import { type Fault, fault } from "../../record/fault.js";
import { slurmEnvironment, slurmQueryEnvironment } from "./environment.js";
import { streamed } from "./streamed.js";

export const slurmPrograms = ["sbatch", "squeue", "sacct", "scancel", "scontrol", "sinfo", "sacctmgr"] as const;
export type SlurmProgram = (typeof slurmPrograms)[number];

export interface SlurmOptions {
  /** The caller's environment. */
  env: Readonly<Record<string, string | undefined>>;
  /** What the cluster file calls the programs. */
  binaries?: Partial<Record<SlurmProgram, string>>;
  /** For the files that Slurm opens for a job; that of this process if not given. */
  umask?: string;
  /** How long sbatch, and any other program, may take, in seconds (180 and 120; Slurm gives up sooner by itself). */
  timeouts?: { submit_s?: number; query_s?: number };
}

/** What a program said; `end` is how it came to its end if not by itself. */
export interface Answer {
  program: SlurmProgram;
  code: number | undefined;
  end?: "missing" | "timeout" | "killed";
  stdout: string;
  stderr: string;
}

export interface HowToAsk {
  /** Where the program is run; `/` where not said. */
  cwd?: string;
  /** Gets the program's output as it comes; the answer then has none. */
  read?: (text: string) => void;
}

export type SlurmClient = (program: SlurmProgram, argv: readonly string[], how?: HowToAsk) => Promise<Answer>;

/** The one way to Slurm. Answers are given whatever the program's exit status; only a bug of ours throws. */
export function slurmClient({ env, binaries, umask, timeouts }: SlurmOptions): SlurmClient {
  return async (program, argv, { cwd = "/", read } = {}) => {
    const file = binaries?.[program] ?? program;
    const seconds = program === "sbatch" ? (timeouts?.submit_s ?? 180) : (timeouts?.query_s ?? 120);
    if (read) {
      const told = await streamed(file, argv, { cwd, env: slurmQueryEnvironment(env), seconds, read });
      return { program, stdout: "", ...told };
    }
    const { execa } = await import("execa");
    const result = await execa(file, argv, {
      cwd,
      env: program === "sbatch" ? slurmEnvironment(env, umask) : slurmQueryEnvironment(env),
      extendEnv: false,
      stdin: "ignore",
      stripFinalNewline: false,
      timeout: seconds * 1000,
      forceKillAfterDelay: 2000,
      // an interrupt from the keyboard is for us to answer, not for an sbatch that may just have been heard
      detached: program === "sbatch",
      reject: false,
    });
    const { exitCode: code, stdout, stderr, timedOut } = result;
    if (timedOut) return { program, code, stdout, stderr, end: "timeout" };
    if (code !== undefined) return { program, code, stdout, stderr };
    const missing = result.code === "ENOENT" || result.code === "EACCES";
    return { program, code, stdout: stdout ?? "", stderr: stderr ?? "", end: missing ? "missing" : "killed" };
  };
}

/** What Slurm said on stderr, for a person: without the program's prefixes, each line once, one after the other. */
export function slurmWords({ program, code, end, stderr }: Answer): string {
  if (end === "missing") return `${program} cannot be run`;
  if (end === "timeout") return `${program} gave no answer in time`;
  if (end === "killed") return `${program} was killed`;
  const lines = stderr.split("\n").map((line) => line.replace(/^(\w+: )?((error|fatal): )?/, "").trim());
  const told = [...new Set(lines)].filter((line) => line !== "" && !noise.test(line));
  return told.length === 0 ? `${program} exited with ${code}` : told.join("; ");
}

const noise = /^(If munged is up, restart|Slurm temporarily unable to accept job|Try "\w+ --help")/;

/** The fault for a query that Slurm could not answer. */
export function unanswered(answer: Answer, doing: string): Fault {
  return fault("unavailable", `cannot ${doing}: ${slurmWords(answer)}`, { hint: hintOf(answer) });
}

export function hintOf({ program, end }: Answer): string {
  return end === "missing"
    ? `put ${program} on PATH, or say under [scheduler] of the cluster file where it is`
    : "scontrol ping tells whether the controller is up";
}
