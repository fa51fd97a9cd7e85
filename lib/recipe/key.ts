// The cache key: what a run computes, and nothing of who, when, where to and how long.
import crypto from "node:crypto";
import canonicalize from "canonicalize";
import { fault } from "../record/fault.js";
import type { ArtifactInput, Run, RunInput } from "../record/run.js";

/** Changing what goes in means a new version: old keys must not answer for what they do not tell apart. */
export const keyVersion = "lab-key/1";

export interface CacheKey {
  version: string;
  digest: string;
  /** What went in. */
  of: Record<string, unknown>;
}

/** sha256 over the canonical JSON (RFC 8785) of what went in. Throws dataerr for a run without snapshot or fingerprints. */
export function cacheKey(run: Run): CacheKey {
  const of = keyParts(run);
  const digest = crypto
    .createHash("sha256")
    .update(canonicalize(of) ?? "")
    .digest("hex");
  return { version: keyVersion, digest: `sha256:${digest}`, of };
}

/**
 * What makes the key. Tokens stand in it unexpanded, so that ids, names and paths do not; the values of params, args
 * and seed do. Floats are told from integers by a list, since JSON writes 1.0 as 1; how else a number is spelled does
 * not count.
 */
export function keyParts(run: Run): Record<string, unknown> {
  return {
    key: keyVersion,
    command: run.command,
    args: run.args,
    ...(run.args_format?.style === "space" ? { args_format: run.args_format } : {}),
    params: run.params,
    ...(run.seed === undefined ? {} : { seed: run.seed }),
    floats: floats(run.numbers ?? {}),
    env: run.env,
    pass: [...run.pass].sort(),
    workdir: run.workdir,
    source: sourceDigest(run),
    environment: environment(run),
    topology: topology(run),
    inputs: mapped(run.inputs, inputPart),
    outputs: mapped(run.outputs, ({ type, marker }) => ({ type, ...(marker === undefined ? {} : { marker }) })),
  };
}

function mapped<T>(table: Record<string, T>, part: (value: T, role: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([role, value]) => [role, part(value, role)]));
}

/** Paths of floats that JSON writes as integers or cannot write. */
function floats(numbers: Record<string, string>): string[] {
  return Object.keys(numbers)
    .filter((path) => !/[.e]/.test(String(Number(numbers[path]))))
    .sort();
}

function sourceDigest({ source }: Run): string {
  const digest = source.paths === undefined ? source.digest : source.paths_digest;
  if (digest === undefined) {
    throw fault("dataerr", "cannot make the cache key: the run has no snapshot", {
      hint: "lab-snapshot comes before it",
    });
  }
  return digest;
}

function environment({
  environment: { modules, conda, venv, container, setup, inherit } = {},
}: Run): Record<string, unknown> {
  const parts = { modules, conda, venv, container, setup, inherit: inherit === true ? true : undefined };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}

/** How many nodes and GPUs the command sees: what it computes may depend on it, as on no other resource. */
function topology({ resources }: Run): Record<string, unknown> {
  const of = ({ nodes = 1, gpus = 0 }: { nodes?: number; gpus?: number }) => ({ nodes, gpus });
  return { ...of(resources), ...(resources.components?.length ? { components: resources.components.map(of) } : {}) };
}

/**
 * What a run made is who made it: the key and epoch of that run, role and step. An external input is what its fingerprint
 * says; without one there is only its path. What was registered from outside is its digest, without one its id.
 */
function inputPart(input: RunInput, role: string): Record<string, unknown> {
  if (input.type === "artifact") return artifactPart(input, role);
  const { type, fingerprint, recorded, path } = input;
  if (fingerprint === "none") return { type, fingerprint, path };
  if (recorded?.digest === undefined) throw unresolved(role, "has no fingerprint");
  return { type, fingerprint, kind: recorded.kind, digest: recorded.digest };
}

function artifactPart(input: ArtifactInput, role: string): Record<string, unknown> {
  const { type, id, run, role: output, step, key, epoch, digest } = input;
  if (run !== undefined) {
    const maker = key === undefined || epoch === undefined ? { run } : { key, epoch };
    return { type, ...maker, role: output, ...(step === undefined ? {} : { step }) };
  }
  if (digest !== undefined) return { type, digest };
  if (id !== undefined) return { type, id };
  throw unresolved(role, "is not known yet");
}

function unresolved(role: string, how: string) {
  return fault("dataerr", `cannot make the cache key: the input '${role}' ${how}`, {
    hint: "lab-resolve comes before it",
  });
}
