// The digest of a tree, in a form that coreutils can compute again where it was unpacked.
import crypto from "node:crypto";
import type { TreePath } from "./tree-path.js";

export type Mode = "100644" | "100755" | "120000";

/** What of a file or link counts for the digest. */
export interface DigestEntry {
  path: TreePath;
  mode: Mode;
  /** Of a file: the sha256 of its content, in hex. */
  sha?: string | undefined;
  /** Of a link: where it points. */
  target?: TreePath | undefined;
}

/**
 * The digest `sha256:…` of entries that are sorted by path ("lab-tree/1"): sha256 over the line "lab-tree/1", then for
 * plain and for executable files their mode and what `sha256sum -z` prints, then for links mode, target and path; each
 * field ends with NUL. Directories do not count, so an empty one does not either.
 */
export function treeDigest(entries: readonly DigestEntry[]): string {
  const hash = crypto.createHash("sha256").update("lab-tree/1\0");
  for (const mode of ["100644", "100755", "120000"] as const) {
    const lines = [`${mode}\0`];
    for (const entry of entries) if (entry.mode === mode) lines.push(lineOf(entry));
    // In parts, since one text of a million lines is longer than a string may be.
    for (let at = 0; at < lines.length; at += 100_000) hash.update(lines.slice(at, at + 100_000).join(""), "latin1");
  }
  return `sha256:${hash.digest("hex")}`;
}

function lineOf({ path, sha, target }: DigestEntry): string {
  return target === undefined ? `${sha}  ${path}\0` : `${target}\0${path}\0`;
}
