// Where everything is: lab-registry(5) in code. No other file spells these paths.
import crypto from "node:crypto";
import path from "node:path";
import { fault } from "../record/fault.js";
import { checkName, isUserName } from "../record/names.js";
import { isRunId } from "../record/run-id.js";

/** The areas whose directories all users of a registry write into; each user has a directory of her own in most. */
export const userAreas = [
  "runs",
  "active",
  "loose",
  "snapshots",
  "artifacts",
  "index",
  "arrays",
  "sweeps",
  "pipelines",
  "evals",
  "notes",
  "holds",
  "derived",
  "leases",
  "queue",
  "events",
  "packs",
] as const;
export type UserArea = (typeof userAreas)[number] | "aliases/by-user";

/** Shared areas that have no directory a user, or other ones. */
export const otherAreas = ["claims", "aliases", "aliases/by-user", "hosts", "services"] as const;

/** The 256 directories that names which anybody may take are spread over. */
export function fanOut(): string[] {
  return Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
}

export function registryFile(base: string): string {
  return path.join(base, "REGISTRY.json");
}

export function userDirectory(base: string, area: UserArea, user: string): string {
  return path.join(base, area, user);
}

/** Throws dataerr for a user or an id that cannot be one, before it becomes a path. */
export function runDirectory(base: string, user: string, id: string): string {
  return path.join(base, "runs", ...checkedPlace(user, id));
}

/** Whose run a run's directory is of, and in which registry. */
export function placeOfRun(runDirectory: string): { base: string; user: string } {
  const users = path.dirname(runDirectory);
  return { base: path.join(users, "../.."), user: path.basename(users) };
}

export function envelope(runDirectory: string): string {
  return path.join(runDirectory, ".lab");
}

export function marker(base: string, area: "active" | "loose", user: string, id: string): string {
  return path.join(base, area, ...checkedPlace(user, id));
}

/** Which run is which point of a sweep: the sweep's record, then a line a point. */
export function sweepFile(base: string, user: string, id: string): string {
  return `${path.join(base, "sweeps", ...checkedPlace(user, id))}.ndjson`;
}

/** Which runs the stages of a pipeline are. */
export function pipelineFile(base: string, user: string, id: string): string {
  return `${path.join(base, "pipelines", ...checkedPlace(user, id))}.json`;
}

function checkedPlace(user: string, id: string): [string, string] {
  checkedUser(user);
  if (!isRunId(id)) throw fault("dataerr", `'${id}' cannot be the id of a run`);
  return [user, id];
}

/** The files of a pack, by its name `<first>..<last>[.<n>]`; `n`, from 2, where there was one of that name already. */
export function packFiles(base: string, user: string, name: string): Record<PackFile, string> {
  const stem = path.join(base, "packs", checkedUser(user), name);
  return { summary: `${stem}.summary.ndjson`, full: `${stem}.full.ndjson`, handles: `${stem}.handles` };
}

/** Lines for lists; all of `.lab/`; the runs in the order of their handles. */
export type PackFile = "summary" | "full" | "handles";

function checkedUser(user: string): string {
  if (!isUserName(user)) throw fault("dataerr", `'${user}' cannot be the name of a user`);
  return user;
}

export function submissionDirectory(lab: string, n: number): string {
  return path.join(lab, `submit-${n}`);
}

export function attemptDirectory(lab: string, n: number): string {
  return path.join(lab, `attempt-${n}`);
}

/** The directory of an array: `arrays/<user>/<id>/`. */
export function arrayDirectory(base: string, user: string, id: string): string {
  return path.join(base, "arrays", ...checkedPlace(user, id));
}

/** What an array consists of; `script.sh` looks itself up in `index`, and `array.json` comes last. */
export function arrayFiles(dir: string): Record<"array" | "index" | "script" | "values", string> {
  return {
    array: path.join(dir, "array.json"),
    index: path.join(dir, "index"),
    script: path.join(dir, "script.sh"),
    values: path.join(dir, "values"),
  };
}

export function partDirectory(arrayDir: string, part: number): string {
  return path.join(arrayDir, `part-${part}`);
}

/** `submit-3` → 3 for the prefix `submit-`; undefined for other names. */
export function numbered(name: string, prefix: string): number | undefined {
  if (!name.startsWith(prefix)) return undefined;
  const digits = name.slice(prefix.length);
  return /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : undefined;
}

/** The numbers of those names that are `<prefix><number><end>`, in order. */
export function numbersIn(names: readonly string[], prefix: string, end = ""): number[] {
  const of = (name: string) =>
    name.endsWith(end) ? numbered(name.slice(0, name.length - end.length), prefix) : undefined;
  return names.flatMap((name) => of(name) ?? []).sort((a, b) => a - b);
}

export function snapshotFiles(base: string, user: string, digest: string): { tar: string; json: string } {
  const hex = /^(?:sha256:)?([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex === undefined || !isUserName(user)) throw fault("dataerr", `'${user}/${digest}' cannot be a snapshot`);
  const stem = path.join(base, "snapshots", user, hex);
  return { tar: `${stem}.tar`, json: `${stem}.json` };
}

export function journalFile(base: string, user: string, host: string, at: number): string {
  const day = new Date(at).toISOString().slice(0, 10).replaceAll("-", "");
  return path.join(base, "events", user, `${day}-${host}.ndjson`);
}

/** Which of the records of one output: of a step of a stream or of the whole, of which attempt, and which of that one's. */
export interface OutputVersion {
  step?: number;
  attempt: number;
  /** From 2: the same attempt wrote the step again. */
  revision?: number;
}

/** Where the records of a run's outputs are. */
export function outputsDirectory(lab: string): string {
  return path.join(lab, "outputs");
}

/** The record of one output of one attempt: `outputs/<role>[.<step>].a<attempt>[.<revision>].json`. */
export function outputFile(lab: string, role: string, version: OutputVersion): string {
  return path.join(outputsDirectory(lab), `${checkName(role, "role")}${versionWord(version)}.json`);
}

function versionWord({ step, attempt, revision }: OutputVersion): string {
  return `${step === undefined ? "" : `.${step}`}.a${attempt}${revision === undefined ? "" : `.${revision}`}`;
}

/** The seal under a run's outputs. */
export function sealFile(lab: string): string {
  return path.join(lab, "outputs.json");
}

/** The copy that lies beside the bytes of an output, outside them: `.meta/<directory>[.<step>].a<attempt>[.<revision>].json`. */
export function sidecarFile(output: string, version: OutputVersion): string {
  return path.join(path.dirname(output), ".meta", `${path.basename(output)}${versionWord(version)}.json`);
}

/** An artifact that no run of this registry made. */
export function artifactFile(base: string, user: string, id: string): string {
  if (!isUserName(user) || !/^art-[0-9a-f]{20}$/.test(id))
    throw fault("dataerr", `'${user}/${id}' cannot be an artifact`);
  return path.join(base, "artifacts", user, `${id}.json`);
}

/** What one user's policy has asked for: `evals/<user>/<policy>/`. */
export function policyDirectory(base: string, user: string, policy: string): string {
  return path.join(base, "evals", checkedUser(user), checkName(policy, "policy"));
}

/** What there is of one try of a policy at an artifact, `<artifact>.<attempt>`; a file beside the request has no more than its name. */
export function evalFile(directory: string, artifact: string, attempt: number, what: EvalFile): string {
  return path.join(directory, `${artifact}.${attempt}.${what}`);
}

export type EvalFile = "json" | "succeeded" | "failed" | "given-up";

/** The job that lab-throttle holds. */
export function holdFile(base: string, user: string, job: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_+-]{0,63}$/.test(job)) throw fault("dataerr", `'${job}' cannot be the id of a job`);
  return path.join(base, "holds", checkedUser(user), `${job}.json`);
}

/** Where the generations of a global name are: `aliases/<xx>/`, by the sha256 of the name. */
export function aliasDirectory(base: string, name: string): string {
  return path.join(base, "aliases", digitsOf(name));
}

/** What holds a user's names: `aliases/by-user/<user>/`. */
export function userAliasDirectory(base: string, user: string): string {
  return path.join(base, "aliases/by-user", checkedUser(user));
}

/** Where the generations of one of a user's names are: `aliases/by-user/<user>/<xx>/`. */
export function userAliasPart(base: string, user: string, name: string): string {
  return path.join(userAliasDirectory(base, user), digitsOf(name));
}

/** What the generations of a chain are called: `claims/<xx>/<key>.e<epoch>`, then `.<generation>.json` and `.<generation>.go.json`. */
export function claimStem(base: string, { key, epoch }: { key: string; epoch: string }): string {
  const hex = hexOf(key);
  if (!/^[1-9]\d{0,8}$/.test(epoch)) throw fault("dataerr", `'${epoch}' cannot be an epoch`);
  return path.join(base, "claims", hex.slice(0, 2), `${hex}.e${epoch}`);
}

/** Where the chains of a key are, of all epochs. */
export function claimDirectory(base: string, key: string): string {
  return path.join(base, "claims", hexOf(key).slice(0, 2));
}

function hexOf(key: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(key)?.[1];
  if (hex === undefined) throw fault("dataerr", `'${key}' cannot be a cache key`);
  return hex;
}

function digitsOf(name: string): string {
  return crypto.createHash("sha256").update(checkName(name, "alias")).digest("hex").slice(0, 2);
}

/**
 * One user's part of the index of what was made and used: `index/<user>/<xxx>/<thing>.<verb>.<run>`, empty files whose names
 * are the edges. `thing` is `art-…`, `ext-…`, `src-…` or `col-…`, `xxx` its first three digits: a listing stays short when there are a million of them.
 */
export function indexDirectory(base: string, user: string, thing: string): string {
  const digits = /^(?:art|ext|src|col|swp)-([0-9a-f]{3})[0-9a-f]{17}$/.exec(thing)?.[1];
  if (digits === undefined || !isUserName(user)) throw fault("dataerr", `'${thing}' cannot be looked up`);
  return path.join(base, "index", user, digits);
}

/** What a user has written about a run, by whomever it is: `notes/<author>/<run>/`. */
export function notesDirectory(base: string, author: string, run: string): string {
  return path.join(base, "notes", ...checkedPlace(author, run));
}

/** What a user has derived of a run: `derived/<user>/<run>/`. */
export function derivedDirectory(base: string, user: string, run: string): string {
  return path.join(base, "derived", ...checkedPlace(user, run));
}
