// evals/<user>/<policy>/: what a policy has asked for. A request, `<artifact>.<attempt>.json`, is written once and before its
// run is handed on; how the try ended is an empty file beside it, so that a pass reads names and opens only what is under way.
import path from "node:path";
import { fault } from "../record/fault.js";
import { type EvalRequest, evalRequestSchema } from "../record/policy.js";
import { type EvalFile, evalFile, policyDirectory } from "./layout.js";
import { lookAt } from "./look.js";
import { checkOwner, ownDirectory, type Registry } from "./open.js";
import { list, readOwned } from "./read.js";
import { makeDirectory, mark, recordText, writeOnce } from "./write.js";

/** One try as the names of its files tell it. */
export interface Try {
  attempt: number;
  ended?: "succeeded" | "failed";
  /** It was told that no more follow. */
  givenUp: boolean;
}

const form = /^(art-[0-9a-f]{20})\.([1-9]\d{0,8})\.(json|succeeded|failed|given-up)$/;

/** What the name of a file of a policy's directory says; undefined for one that is none of ours. */
export function evalName(name: string): { artifact: string; attempt: number; what: EvalFile } | undefined {
  const [, artifact, attempt, what] = form.exec(name) ?? [];
  if (artifact === undefined) return undefined;
  return { artifact, attempt: Number(attempt), what: what as EvalFile };
}

/** All tries of a policy of a user by their artifacts, each the first attempt first. Of a file without its request nothing is believed. */
export function triesOf(registry: Registry, user: string, policy: string): Map<string, Try[]> {
  const names = list(policyDirectory(registry.base, user, policy));
  const known = new Set(names);
  const tries = new Map<string, Try[]>();
  for (const name of names) {
    const file = evalName(name);
    if (file?.what !== "json") continue;
    const { artifact, attempt } = file;
    const has = (what: EvalFile) => known.has(evalFile("", artifact, attempt, what));
    const ended = has("succeeded") ? "succeeded" : has("failed") ? "failed" : undefined;
    const one: Try = { attempt, ...(ended === undefined ? {} : { ended }), givenUp: has("given-up") };
    tries.set(artifact, [...(tries.get(artifact) ?? []), one]);
  }
  for (const list of tries.values()) list.sort((a, b) => a.attempt - b.attempt);
  return tries;
}

/** When a policy of a user last asked for something (milliseconds, by the file server's clock). */
export function lastAsked(registry: Registry, user: string, policy: string): number | undefined {
  const directory = policyDirectory(registry.base, user, policy);
  const times = list(directory)
    .filter((name) => evalName(name)?.what === "json")
    .map((name) => lookAt(path.join(directory, name))?.mtime_ms ?? 0);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** A request of one's own, and when it was written by the file server's clock (milliseconds). Throws dataerr for one that is none. */
export function readRequest(
  registry: Registry,
  policy: string,
  artifact: string,
  attempt: number,
): { request: EvalRequest; written: number } | undefined {
  const file = evalFile(policyDirectory(registry.base, registry.user, policy), artifact, attempt, "json");
  const read = readOwned(file, evalRequestSchema);
  if (read === undefined) return undefined;
  const { record: request, uid, mtime: written } = read;
  if (uid !== registry.uid) throw fault("dataerr", `cannot trust '${file}': it belongs to uid ${uid}, not to you`);
  if (request.policy === policy && request.artifact === artifact && request.attempt === attempt)
    return { request, written };
  throw fault("dataerr", `cannot trust '${file}': it speaks of another try`);
}

/** Writes a request of one's own; `exists` where another pass has made this very try. Throws faults. */
export function writeRequest(registry: Registry, request: EvalRequest): "made" | "exists" {
  const directory = ownPolicy(registry, request.policy);
  const file = evalFile(directory, request.artifact, request.attempt, "json");
  return writeOnce(file, recordText(request), registry.modes.file);
}

/** Notes how a try ended, or that it was the last. */
export function markTry(
  registry: Registry,
  { policy, artifact, attempt }: Pick<EvalRequest, "policy" | "artifact" | "attempt">,
  what: Exclude<EvalFile, "json">,
): "made" | "exists" {
  return mark(evalFile(ownPolicy(registry, policy), artifact, attempt, what));
}

/** Whether a try is known to have failed: then its run, if it was never made, is not made any more. */
export function hasFailed(registry: Registry, policy: string, artifact: string, attempt: number): boolean {
  const directory = policyDirectory(registry.base, registry.user, policy);
  return list(directory).includes(evalFile("", artifact, attempt, "failed"));
}

function ownPolicy(registry: Registry, policy: string): string {
  ownDirectory(registry, "evals");
  const directory = policyDirectory(registry.base, registry.user, policy);
  if (makeDirectory(directory, registry.modes.directory) === "exists") checkOwner(directory, registry.uid);
  return directory;
}
