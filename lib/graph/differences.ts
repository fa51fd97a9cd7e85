// What differs between two runs, field by field, in words.
import type { Run } from "../record/run.js";

const compared = [
  "command",
  "args",
  "params",
  "env",
  "pass",
  "seed",
  "workdir",
  "resources",
  "environment",
  "inputs",
  "source",
] as const;
/** Fields that differ between any two runs, and say nothing. */
const silent = new Set([
  "tar",
  "tar_digest",
  "root",
  "files",
  "bytes",
  "paths_digest",
  "digest",
  "branch",
  "dirty",
  "recorded",
]);

/** Lines such as `params.lr: 0.1 → 0.3`, from the older to the newer run. Pure. */
export function differences(older: Run, newer: Run): string[] {
  const a = new Map(compared.flatMap((key) => [...leaves(key, older[key])]));
  const b = new Map(compared.flatMap((key) => [...leaves(key, newer[key])]));
  const keys = [...new Set([...a.keys(), ...b.keys()])];
  const lines = keys
    .filter((key) => a.get(key) !== b.get(key))
    .map((key) => `${key}: ${a.get(key) ?? "not set"} → ${b.get(key) ?? "not set"}`);
  const sameCommit = older.source.commit === newer.source.commit;
  if (older.source.digest !== newer.source.digest && sameCommit)
    lines.push("the source: files that are not committed changed");
  return lines;
}

function* leaves(key: string, value: unknown): Generator<[string, string]> {
  if (value === undefined || silent.has(key.split(".").at(-1) ?? "")) return;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [name, inner] of Object.entries(value)) yield* leaves(`${key}.${name}`, inner);
  } else yield [key, typeof value === "string" ? value : JSON.stringify(value)];
}
