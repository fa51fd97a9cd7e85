// The sources of two runs as a patch: what was changed in the code between them, committed or not.
import { unified } from "../../graph/unified.js";
import { isFault } from "../../record/fault.js";
import type { ChangedFile } from "../../record/key.js";
import type { Run } from "../../record/run.js";
import { snapshotFiles } from "../../registry/layout.js";
import type { TarText } from "../../source/tar-texts.js";

/** Larger files are named, not shown, and no more than so much of a patch is made (bytes). */
const limits = { file: 2 ** 19, patch: 2 ** 20 };

/** The files of both snapshots that differ, and the patch from `a` to `b`. Undefined where one of them cannot be read, which `say` is told. */
export async function sourceDiff(
  a: Run,
  b: Run,
  base: string,
  say: (message: string) => void,
): Promise<{ files: ChangedFile[]; patch: string } | undefined> {
  const [{ tarFiles }, { tarTexts }] = await Promise.all([
    import("../../source/tar-files.js"),
    import("../../source/tar-texts.js"),
  ]);
  try {
    const [one, other] = [tarOf(a, base), tarOf(b, base)];
    const [before, after] = [await tarFiles(one), await tarFiles(other)];
    const names = [...new Set([...before.keys(), ...after.keys()])]
      .filter((name) => before.get(name) !== after.get(name))
      .sort();
    const files = names.map((path): ChangedFile => {
      const how = !after.has(path) ? "only in a" : !before.has(path) ? "only in b" : "changed";
      return { path, how };
    });
    const wanted = new Set(names);
    const [texts, others] = [await tarTexts(one, wanted, limits.file), await tarTexts(other, wanted, limits.file)];
    return { files, patch: patchOf(names, texts, others) };
  } catch (error) {
    if (!isFault(error)) throw error;
    say(`the sources cannot be compared: ${error.message}`);
    return undefined;
  }
}

function tarOf({ user, source }: Run, base: string): string {
  return snapshotFiles(base, user, source.digest ?? "").tar;
}

function patchOf(names: readonly string[], a: Map<string, TarText>, b: Map<string, TarText>): string {
  let patch = "";
  for (const [i, name] of names.entries()) {
    if (patch.length > limits.patch) return `${patch}(and ${names.length - i} files more)\n`;
    patch += `${fileOf(name, a.get(name), b.get(name)).join("\n")}\n`;
  }
  return patch;
}

function fileOf(name: string, a: TarText | undefined, b: TarText | undefined): string[] {
  const head = [
    `diff a/${name} b/${name}`,
    `--- ${a ? `a/${name}` : "/dev/null"}`,
    `+++ ${b ? `b/${name}` : "/dev/null"}`,
  ];
  const unread = [a, b].flatMap((side) => (side && "unread" in side ? side.unread : []));
  if (unread[0] !== undefined) return [head[0] ?? "", `(not shown: ${unread[0]})`];
  const hunks = unified(wordsOf(a), wordsOf(b));
  return [...head, ...(hunks.length > 0 ? hunks : ["(the mode changed)"])];
}

function wordsOf(side: TarText | undefined): string {
  return side === undefined ? "" : "link" in side ? `-> ${side.link}` : "text" in side ? side.text : "";
}
