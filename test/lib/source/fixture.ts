// Trees to take snapshots of, and an independent opinion on their digest.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type SnapshotOptions, snapshotTree } from "../../../lib/source/snapshot.js";
import { racyMs } from "../../../lib/source/take-snapshot.js";
import { until } from "../../support/sandbox.js";

interface Test {
  teardown(action: () => void): void;
}

export const uid = process.getuid?.() ?? 0;

/** A directory outside of any repository, removed when the test ends. */
export function temporary(t: Test): string {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "lab-source-")));
  t.teardown(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Writes files; a value that begins with `-> ` makes a link. */
export function write(dir: string, files: Record<string, string>): string {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(dir, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (content.startsWith("-> ")) fs.symlinkSync(content.slice(3), file);
    else fs.writeFileSync(file, content);
  }
  return dir;
}

const identity = {
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.org",
};

export function git(dir: string, ...args: string[]): string {
  const env = { ...process.env, ...identity, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
  return execFileSync("git", ["-c", "protocol.file.allow=always", ...args], {
    cwd: dir,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** A repository with these files committed. */
export function repository(dir: string, files: Record<string, string>): string {
  fs.mkdirSync(dir, { recursive: true });
  git(dir, "init", "-q", "-b", "main");
  write(dir, files);
  git(dir, "add", "-A", "-f");
  git(dir, "commit", "-q", "--allow-empty", "-m", "first");
  return dir;
}

export function snapshot(root: string, options: Partial<SnapshotOptions> = {}) {
  return snapshotTree({ kind: "git", root, uid, env: process.env, ...options });
}

/** Waits until everything of a tree is old enough to be known by its numbers. */
export async function settled(root: string): Promise<void> {
  const times = execFileSync("find", [root, "-printf", "%C@\n"], { encoding: "utf8" }).split("\n");
  const youngest = Math.max(...times.map(Number)) * 1000;
  await until(`${root} is old`, () => Date.now() - youngest > racyMs);
}

const digestScript = `
set -euo pipefail
export LC_ALL=C
files() { find . -type f "$@" -printf './%P\\0' | sort -z | xargs -0 -r sha256sum -z -- | sed -z 's,^\\(.\\{64\\}  \\)\\./,\\1,'; }
{
  printf 'lab-tree/1\\0'
  printf '100644\\0'; files ! -perm -u=x
  printf '100755\\0'; files -perm -u=x
  printf '120000\\0'
  find . -type l -printf '%P\\0' | sort -z | while IFS= read -r -d '' link; do readlink -z -- "./$link"; printf '%s\\0' "$link"; done
} | sha256sum | cut -c1-64
`;

/** The digest of what lies in a directory, by coreutils alone. */
export function digestByCoreutils(dir: string): string {
  return `sha256:${execFileSync("bash", ["-c", digestScript], { cwd: dir, encoding: "utf8" }).trim()}`;
}

/** Unpacks a tar with tar(1) into a new directory. */
export function unpacked(tar: string): string {
  const dir = `${tar}.unpacked`;
  fs.mkdirSync(dir);
  execFileSync("tar", ["-xf", tar, "-C", dir]);
  return dir;
}

/** All files below a directory, `.git` left out, as `find` sees them. */
export function names(dir: string): string[] {
  const out = execFileSync("find", [".", "-name", ".git", "-prune", "-o", "!", "-type", "d", "-printf", "%P\\0"], {
    cwd: dir,
    encoding: "utf8",
  });
  return out.split("\0").slice(0, -1).sort();
}
