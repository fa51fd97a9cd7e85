// Putting a tree back as it was after something has been done to it, at the cost of what was changed.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

/** Keeps a copy of `tree` at `kept` and gives what puts everything back: contents, modes, owners and times. */
export function restorer(tree: string, kept: string): () => void {
  copy(tree, kept);
  const before = stamps(tree);
  return () => {
    const now = stamps(tree);
    // What is below something that is new goes with it.
    for (const name of now.keys())
      if (!before.has(name)) fs.rmSync(path.join(tree, name), { recursive: true, force: true });
    const changed = [...before].filter(([name, stamp]) => now.get(name) !== stamp).map(([name]) => name);
    for (const name of changed) put(path.join(kept, name), path.join(tree, name));
    // Once nothing is put into them any more.
    for (const name of changed.toReversed()) dated(path.join(kept, name), path.join(tree, name));
    const touched = changed.flatMap((name) => (name === "" ? [name] : [name, path.dirname(name).replace(/^\.$/, "")]));
    for (const name of new Set(touched))
      before.set(name, stampOf(fs.lstatSync(path.join(tree, name), { bigint: true })));
  };
}

/** By the path of each: a change of anything changes its inode or its time of change. Links are not followed. */
function stamps(tree: string): Map<string, string> {
  const found = new Map<string, string>();
  const look = (name: string) => {
    const stat = fs.lstatSync(path.join(tree, name), { bigint: true, throwIfNoEntry: false });
    if (!stat) return;
    found.set(name, stampOf(stat));
    if (stat.isDirectory())
      for (const entry of fs.readdirSync(path.join(tree, name)).sort()) look(path.join(name, entry));
  };
  look("");
  return found;
}

function stampOf({ ino, ctimeNs, size }: fs.BigIntStats): string {
  return `${ino} ${ctimeNs} ${size}`;
}

function put(from: string, to: string): void {
  const stat = fs.lstatSync(from);
  const there = fs.lstatSync(to, { throwIfNoEntry: false });
  if (there && (there.isDirectory() !== stat.isDirectory() || !there.isDirectory()))
    fs.rmSync(to, { recursive: true, force: true });
  if (!stat.isDirectory()) {
    copy(from, to);
    return;
  }
  if (!fs.existsSync(to)) fs.mkdirSync(to);
  fs.chownSync(to, stat.uid, stat.gid);
  fs.chmodSync(to, stat.mode & 0o7777);
}

function dated(from: string, to: string): void {
  const stat = fs.lstatSync(from);
  if (stat.isDirectory()) fs.utimesSync(to, stat.atime, stat.mtime);
}

function copy(from: string, to: string): void {
  execFileSync("cp", ["-a", "-T", "--", from, to]);
}
