// The files of a run's source: those of its snapshot, or of the tree as it is now.
import os from "node:os";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { isFault } from "../../record/fault.js";
import type { ChangedFile } from "../../record/key.js";
import { randomWord } from "../../record/random.js";
import type { Run } from "../../record/run.js";
import { snapshotFiles } from "../../registry/layout.js";

/** How the files of two sources differ; undefined where one of them cannot be looked into. Only what counts is compared. */
export async function changedFiles(a: Run, b: Run, context: Context): Promise<ChangedFile[] | undefined> {
  const [one, other] = [await filesOf(a, context), await filesOf(b, context)];
  if (!one || !other) return undefined;
  const counts = (name: string) => [a, b].some(({ source }) => source.paths?.some((of) => isBelow(name, of)) ?? true);
  const names = [...new Set([...one.keys(), ...other.keys()])].filter(counts).sort();
  return names
    .filter((name) => one.get(name) !== other.get(name))
    .map((name) => ({ path: name, how: !other.has(name) ? "only in a" : !one.has(name) ? "only in b" : "changed" }));
}

function isBelow(name: string, directory: string): boolean {
  const of = path.posix.normalize(directory).replace(/\/$/, "");
  return of === "." || name === of || name.startsWith(`${of}/`);
}

async function filesOf(run: Run, context: Context): Promise<Map<string, string> | undefined> {
  try {
    const { tarFiles } = await import("../../source/tar-files.js");
    const { source } = run;
    // A planned run has been hashed only.
    if (run.created_at === undefined && source.tar === undefined) return await filesNow(source, context, tarFiles);
    const { base } = await context.registry();
    return await tarFiles(snapshotFiles(base, run.user, source.digest ?? "").tar);
  } catch (error) {
    if (!isFault(error)) throw error;
    context.say(`cannot tell which files differ: ${error.message}`);
    return undefined;
  }
}

async function filesNow(
  { root, kind, ignore, paths, include }: Run["source"],
  context: Context,
  tarFiles: (file: string) => Promise<Map<string, string>>,
): Promise<Map<string, string> | undefined> {
  const { snapshotTree } = await import("../../source/snapshot.js");
  const { rmSync } = await import("node:fs");
  const spool = path.join(os.tmpdir(), `lab-source-${randomWord(12)}.tar`);
  try {
    const { tar } = await snapshotTree({
      ...{ root, kind, uid: os.userInfo().uid, env: context.env, spool },
      ...(ignore ? { ignore } : {}),
      ...(paths ? { paths } : {}),
      ...(include ? { include } : {}),
    });
    return tar && (await tarFiles(tar.path));
  } finally {
    rmSync(spool, { force: true });
  }
}
