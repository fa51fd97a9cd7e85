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

/** A field of a run that another has not, or otherwise; the source by no field, where files that are not committed changed. */
export interface Change {
  path: string;
  from?: string;
  to?: string;
}

/** Lines such as `params.lr: 0.1 → 0.3`, from the older to the newer run. Pure. */
export function differences(older: Run, newer: Run): string[] {
  return changes(older, newer).map(changeLine);
}

/** A change in words. */
export function changeLine({ path, from, to }: Change): string {
  if (path === "source" && from === undefined && to === undefined)
    return "the source: files that are not committed changed";
  return `${path}: ${from ?? "not set"} → ${to ?? "not set"}`;
}

/** What differs from the older to the newer run, field by field. Pure. */
export function changes(older: Run, newer: Run): Change[] {
  const a = new Map(compared.flatMap((key) => [...leaves(key, older[key])]));
  const b = new Map(compared.flatMap((key) => [...leaves(key, newer[key])]));
  const keys = [...new Set([...a.keys(), ...b.keys()])];
  const found = keys.filter((key) => a.get(key) !== b.get(key)).map((path) => changeOf(path, a.get(path), b.get(path)));
  const sameCommit = older.source.commit === newer.source.commit;
  if (older.source.digest !== newer.source.digest && sameCommit) found.push({ path: "source" });
  return found;
}

function changeOf(path: string, from: string | undefined, to: string | undefined): Change {
  return { path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function* leaves(key: string, value: unknown): Generator<[string, string]> {
  if (value === undefined || silent.has(key.split(".").at(-1) ?? "")) return;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [name, inner] of Object.entries(value)) yield* leaves(`${key}.${name}`, inner);
  } else yield [key, typeof value === "string" ? value : JSON.stringify(value)];
}
