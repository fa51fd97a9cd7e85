// The cache key: what a run computes, and nothing of who, when, where to and how long.
import crypto from "node:crypto";
import path from "node:path";
import canonicalize from "canonicalize";
import { fault } from "../record/fault.js";
import type { ArtifactInput, Resume, Run, RunInput } from "../record/run.js";
import { dotted, isTable, type TomlPath } from "../toml/path.js";
import { sweepParts } from "./key-sweep.js";

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
 * not count. What a run resumes from is in it where the run has that: lab-resolve takes it out where it changes nothing.
 * What recipes cannot say yet (the digest of a container) has its place here when they can, and a version of its own if
 * keys change by it.
 */
export function keyParts(run: Run): Record<string, unknown> {
  return {
    key: keyVersion,
    command: run.command,
    args: numbered(run.args, ["args"], run.numbers),
    ...(run.args_format?.style === "space" ? { args_format: run.args_format } : {}),
    ...(run.extra_args?.length ? { extra_args: run.extra_args } : {}),
    params: numbered(run.params, ["params"], run.numbers),
    ...(run.seed === undefined ? {} : { seed: run.seed }),
    floats: floats(run.numbers),
    env: run.env,
    pass: [...run.pass].sort(),
    workdir: path.posix.normalize(run.workdir).replace(/\/$/, ""),
    source: sourceDigest(run),
    environment: environment(run),
    topology: topology(run),
    ...launcher(run),
    ...evaluation(run),
    inputs: mapped(run.inputs, inputPart),
    ...(run.resume === undefined ? {} : { resume: resumePart(run.resume) }),
    outputs: mapped(run.outputs, ({ type, marker }) => ({ type, ...(marker === undefined ? {} : { marker }) })),
    ...sweepParts(run),
  };
}

/** What is run after the command belongs to what the run computes. */
function evaluation({ eval: asked, numbers }: Run): Record<string, unknown> {
  if (asked === undefined) return {};
  return { eval: { ...asked, ...(asked.args ? { args: numbered(asked.args, ["eval", "args"], numbers) } : {}) } };
}

function mapped<T>(table: Record<string, T>, part: (value: T, role: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([role, value]) => [role, part(value, role)]));
}

type Numbers = Run["numbers"];

/** Paths of floats that JSON writes as integers or cannot write; a zero below zero is another number to many a program. */
function floats(numbers: Numbers = {}): string[] {
  return Object.entries(numbers)
    .map(([at, spelled]) => ({ at, value: numberSaid(spelled) }))
    .filter(({ value }) => !/[.e]/.test(String(value)))
    .map(({ at, value }) => (Object.is(value, -0) ? `${at} -0` : at))
    .sort();
}

/** The number that a spelling of TOML's means. */
function numberSaid(spelled: string): number {
  const [, sign, word] = /^([+-]?)(inf|nan)$/.exec(spelled) ?? [];
  if (word === "nan") return Number.NaN;
  if (word === "inf") return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(spelled.replaceAll("_", ""));
}

/** A table in which numbers that JSON cannot write have one word each, however they are spelled. */
function numbered(value: unknown, at: TomlPath, numbers: Numbers = {}): unknown {
  if (Array.isArray(value)) return value.map((item, i) => numbered(item, [...at, i], numbers));
  if (isTable(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, numbered(item, [...at, key], numbers)]));
  const spelled = typeof value === "string" ? numbers[dotted(at)] : undefined;
  return spelled === undefined ? value : String(numberSaid(spelled));
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

/** An empty list says no more than none. */
function environment({ environment: { modules, conda, venv, container, setup, inherit } = {} }: Run) {
  const parts = { modules: some(modules), conda, venv, container, setup: some(setup), inherit: inherit || undefined };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}

function some(words: readonly string[] | undefined): readonly string[] | undefined {
  return words?.length ? words : undefined;
}

/** How many nodes and GPUs the command sees: what it computes may depend on it, as on no other resource. */
function topology({ resources }: Run): Record<string, unknown> {
  const of = ({ nodes = 1, gpus = 0 }: { nodes?: number; gpus?: number }) => ({ nodes, gpus });
  return { ...of(resources), ...(resources.components?.length ? { components: resources.components.map(of) } : {}) };
}

/** How many processes it is, and who starts them; a command that is started as it is, is what it was without a launcher. */
function launcher({ launcher }: Run): Record<string, unknown> {
  if (launcher === undefined) return {};
  if (launcher.resolved === undefined)
    throw fault("dataerr", "cannot make the cache key: the launcher is not resolved", {
      hint: "lab-resolve comes before it",
    });
  const { kind, nnodes, nproc_per_node } = launcher.resolved;
  if (kind === "none") return {};
  return { launcher: { kind, nnodes, nproc_per_node, ...(launcher.extra?.length ? { extra: launcher.extra } : {}) } };
}

/**
 * What a run made is who made it, however the recipe names it: the key and epoch of that run, role and step. An external input is what its fingerprint
 * says; without one there is only its path. What was registered from outside is its digest, without one its id.
 */
function inputPart(input: RunInput, role: string): Record<string, unknown> {
  if (input.type === "artifact") return artifactPart(input, role);
  const { fingerprint, recorded } = input;
  if (fingerprint === "none") return { fingerprint, path: input.path };
  if (recorded?.digest === undefined) throw unresolved(role, "has no fingerprint");
  return { fingerprint, kind: recorded.kind, digest: recorded.digest };
}

function artifactPart(input: ArtifactInput, role: string): Record<string, unknown> {
  const { id, run, role: output, pick, step = pick, key, epoch, digest } = input;
  if (run !== undefined) {
    const maker = key === undefined || epoch === undefined ? { run } : { key, epoch };
    return { ...maker, role: output, ...(step === undefined ? {} : { step }) };
  }
  if (digest !== undefined) return { digest };
  if (id !== undefined) return { id };
  throw unresolved(role, "is not known yet");
}

/** Who made the checkpoint; of one that answers for nothing, or is nobody's, there is only its run or path. */
function resumePart({ key, epoch, run, step, path: at }: Resume): Record<string, unknown> {
  const maker = key !== undefined && epoch !== undefined ? { key, epoch } : run === undefined ? { path: at } : { run };
  return { ...maker, ...(step === undefined ? {} : { step }) };
}

function unresolved(role: string, how: string) {
  return fault("dataerr", `cannot make the cache key: the input '${role}' ${how}`, {
    hint: "lab-resolve comes before it",
  });
}
