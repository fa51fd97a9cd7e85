// What lab-init asks a person at the terminal, with what a look at the machine and at Slurm proposes.
import os from "node:os";
import type { Context } from "../../command/context.js";
import type { InitOptions } from "./init-plan.js";

/** The questions; each is for an option that was not given, and an empty answer takes what is proposed. */
export async function askedFor(
  options: InitOptions,
  proposed: { name: string; root: string; scheduler: string },
  context: Context,
): Promise<InitOptions> {
  const { asks } = await import("../../command/ask.js");
  const { root, "runs-base": base, "artifact-root": artifacts } = options;
  const name = options.name ?? (await asks("The cluster's name", proposed.name));
  const needsRoot = root === undefined && (base === undefined || artifacts === undefined);
  const shared = proposed.scheduler === "slurm" ? ", on a file system that login and compute nodes share" : "";
  const asked: InitOptions = {
    ...options,
    name,
    ...(needsRoot ? { root: await asks(`A directory for registry and artifacts${shared}`, proposed.root) } : {}),
  };
  if (proposed.scheduler !== "slurm") return asked;
  const partition = options.partition ?? (await chosen("Partition where a recipe names none", partitions, context));
  const account = options.account ?? (await chosen("Account where a recipe names none", accounts, context));
  return { ...asked, partition, account };
}

/** Of several; none is an answer too. */
async function chosen(
  question: string,
  probe: (context: Context) => Promise<string[]>,
  context: Context,
): Promise<string | undefined> {
  const known = await probe(context);
  if (known.length === 0) return undefined;
  const { asks } = await import("../../command/ask.js");
  const answer = await asks(`${question} (${known.join(", ")})`, "none");
  return answer === "none" ? undefined : answer;
}

async function partitions(context: Context): Promise<string[]> {
  return wordsOf(["sinfo", "--noheader", "--format=%R"], context);
}

/** Where there is no accounting there are none. */
async function accounts(context: Context): Promise<string[]> {
  const user = `user=${os.userInfo().username}`;
  return wordsOf(["sacctmgr", "--noheader", "--parsable2", "show", "assoc", user, "format=account"], context);
}

async function wordsOf([program = "", ...words]: string[], { env }: Context): Promise<string[]> {
  const { execa } = await import("execa");
  const { stdout = "", exitCode } = await execa(program, words, {
    reject: false,
    timeout: 20_000,
    stdin: "ignore",
    env: env as Record<string, string>,
  });
  return exitCode === 0 ? [...new Set(stdout.split("\n").filter(Boolean))] : [];
}
