import { type Fault, fault } from "../record/fault.js";
import { shortSize } from "../record/units.js";
import { shownPath, type TreePath } from "./tree-path.js";

export interface Budget {
  /** More than this is refused. */
  error_bytes: number;
  /** More than this is worth a word. */
  warn_bytes: number;
}

export interface Warning {
  message: string;
  hint?: string;
}

export interface Size {
  files: number;
  bytes: number;
  /** The largest files, largest first. */
  largest: { path: string; bytes: number }[];
}

const usual: Budget = { error_bytes: 2 ** 30, warn_bytes: 100 * 2 ** 20 };
const hint = "what is data belongs to [inputs]; leave it out by .gitignore or [source] ignore";

/** A warning if the tree is large; throws dataerr, naming its largest files, if it is too large to be shipped with a run. */
export function checkBudget(root: string, size: Size, budget: Partial<Budget> = {}): Warning[] {
  const { error_bytes, warn_bytes } = { ...usual, ...budget };
  if (size.bytes > error_bytes) throw tooLarge(root, size, error_bytes);
  if (size.bytes <= warn_bytes) return [];
  return [{ message: `the snapshot of '${root}' is large: ${words(size)}`, hint }];
}

/** Adds up a tree; `largest` names at most five. */
export function sizeOf(files: readonly { path: TreePath; bytes: number }[]): Size {
  let [bytes, threshold] = [0, 0];
  let largest: Size["largest"] = [];
  for (const file of files) {
    bytes += file.bytes;
    if (file.bytes <= threshold) continue;
    largest = [...largest, { path: shownPath(file.path), bytes: file.bytes }]
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, 5);
    if (largest.length === 5) threshold = largest[4]?.bytes ?? 0;
  }
  return { files: files.length, bytes, largest };
}

function tooLarge(root: string, size: Size, limit: number): Fault {
  return fault("dataerr", `cannot snapshot '${root}': more than ${shortSize(limit)}: ${words(size)}`, { hint });
}

function words({ bytes, files, largest }: Size): string {
  const named = largest.map(({ path, bytes: size }) => `${path} (${shortSize(size)})`).join(", ");
  return `${shortSize(bytes)} in ${files} files, the largest: ${named}`;
}
