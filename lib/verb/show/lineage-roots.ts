// What a person means by a word whose lineage is wanted: a run, an artifact, a path, a snapshot.
import fs from "node:fs";
import path from "node:path";
import { type Fault, fault, isFault } from "../../record/fault.js";
import type { Node } from "../../record/lineage.js";
import { isName } from "../../record/names.js";
import { isHandle, isRunId } from "../../record/run-id.js";
import { currentAlias } from "../../registry/aliases.js";
import { type ArtifactRef, findArtifact } from "../../registry/artifact-refs.js";
import { openArtifact } from "../../registry/artifacts.js";
import { asGiven } from "../../registry/as-given.js";
import { edgesOf } from "../../registry/edges.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { userDirectory } from "../../registry/layout.js";
import { madeAt } from "../../registry/made-at.js";
import { makerOfRun } from "../../registry/makers.js";
import { list } from "../../registry/read.js";
import { findRun } from "../../registry/refs.js";
import { usersWith } from "../../registry/runs.js";
import type { Things } from "../../registry/things.js";
import { placeIdOf, sourceIdOf, type Use, usesOf } from "../../registry/used.js";

export interface Finding {
  things: Things;
  cwd: string;
  /** Whose names count. */
  trusts(user: string): boolean;
  /** Told of what the caller should know of a name. */
  warn(message: string): void;
}

/**
 * The things that a word means: one, save for the steps of a stream, and for a path that held different bytes when
 * different runs read it. Throws noinput where there is none, dataerr where it could be several.
 */
export function rootsOf(ref: string, finding: Finding): Node[] {
  const digest = /^(?:sha256:)?([0-9a-f]{64})$/.exec(ref)?.[1];
  if (digest !== undefined) return usedAs(sourceIdOf(digest), ref, finding);
  if (/^(ext|src|col)-[0-9a-f]{20}$/.test(ref)) return usedAs(ref, ref, finding);
  if (/^(\/|\.\.?(\/|$))/.test(ref)) return atPath(ref, finding);
  try {
    return named(ref, finding);
  } catch (error) {
    if (!isFault(error) || !fs.existsSync(path.resolve(finding.cwd, ref))) throw error;
    return atPath(ref, finding);
  }
}

/** A run or an artifact. Throws dataerr for a word that means one of each. */
function named(ref: string, finding: Finding): Node[] {
  const { things, cwd, trusts } = finding;
  const { registry } = things;
  const mayBeRun = !/^art-|\//.test(ref) && (!ref.includes(":") || ref.startsWith("@"));
  const run = mayBeRun ? tried(() => findRun(registry, ref, cwd)) : undefined;
  const runNode = (it: RunOnDisk) => nodeOf(it, finding);
  if (run && !isFault(run) && !mayBeName(ref, things)) return runNode(run);
  const found = tried(() => findArtifact(registry, ref, cwd, { trusts, report: (text) => things.report(ref, text) }));
  if (isFault(found)) {
    if (run && !isFault(run)) return runNode(run);
    throw whyNot(ref, found, run);
  }
  if (!run || isFault(run)) return artifactNodes(found, ref, finding);
  throw fault("dataerr", `'${ref}' is the run ${run.run.id}, and also what an artifact is called`, {
    hint: `write ${run.run.id}${found.id === undefined ? "" : `, or ${found.id}`}`,
  });
}

/** A run; in place of one that was answered, or that follows, the one that makes what it stands for. */
function nodeOf(disk: RunOnDisk, { things, warn }: Finding): Node[] {
  const maker = makerOfRun(things.registry, disk);
  const { id, user } = maker.run;
  if (id !== disk.run.id)
    warn(`${disk.run.id} ${disk.facts.outcome ? "was answered by" : "follows"} ${id}, whose lineage this is`);
  return [things.run(things.open(user, id) ?? maker)];
}

/** Whether a word that is a run could be an artifact as well; answered without a search. */
function mayBeName(ref: string, { registry }: Things): boolean {
  if (!isName(ref)) return ref.includes(":");
  return (currentAlias(registry, registry.user, ref) ?? currentAlias(registry, undefined, ref)) !== undefined;
}

/** An artifact; of a stream its steps, since what was made of it was made of them. */
function artifactNodes(found: ArtifactRef, ref: string, { things, warn }: Finding): Node[] {
  if (found.warning !== undefined) warn(found.warning);
  const maker = found.run === undefined ? found.producer : (things.open(found.user, found.run) ?? found.producer);
  const { role } = found;
  if (maker && role !== undefined) {
    const node = things.output(maker, role, found.step);
    if (!things.known(node).stream) return [node];
    const steps = things.artifacts(maker).filter((one) => one.role === role && one.step !== undefined);
    return steps.length === 0 ? [node] : steps.map(({ step }) => things.output(maker, role, step));
  }
  if (found.artifact) return [things.registered(found.artifact)];
  throw fault("noinput", `no artifact '${ref}'`);
}

function tried<T>(find: () => T): T | Fault {
  try {
    return find();
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
}

/** Why a word means nothing: what it could not be as a run, where it was meant as one, or else that neither is there. */
export function whyNot(ref: string, artifact: Fault, run: Fault | undefined, what = "run, artifact or file"): Fault {
  if (run && (run.code === "dataerr" || /^@(last:)?[^:]*$/.test(ref))) return run;
  if (run === undefined || (isName(ref) && artifact.code !== "noinput")) return artifact;
  // It was understood, and is not there yet: that says more than that there is nothing.
  if (/^no step '|^nothing is called '.*' yet/.test(artifact.message)) return artifact;
  const meant = [run.hint, artifact.hint].find((hint) => hint?.startsWith("did you mean"));
  const hint = meant ?? (isHandle(ref) || isRunId(ref) || !isName(ref) ? run.hint : artifact.hint);
  return fault("noinput", `no ${what} is called '${ref}'`, { hint });
}

/** The thing of an id that says nothing of itself, by a run that used it. */
function usedAs(thing: string, ref: string, { things }: Finding): Node[] {
  for (const [run, use] of usesIn(thing, things)) {
    if (use.thing === thing && use.type === "external") return [things.external(use)];
    const { source } = run;
    if (use.thing === thing && source.digest !== undefined) return [things.source(source, source.digest)];
    const made = use.path === undefined ? undefined : madeAt(things.registry, use.path, things.open);
    if (made?.id === thing && made.type === "collected") return [things.collected(made.run, made.path)];
  }
  throw fault("noinput", `no run is known that used '${ref}'`);
}

/** What was at a path, by everything that runs have made, used or registered there. */
function atPath(ref: string, finding: Finding): Node[] {
  const { things, cwd } = finding;
  const file = path.resolve(cwd, ref);
  const run = tried(() => findRun(things.registry, file, cwd));
  if (!isFault(run) && isRunItself(run.dir, file)) return nodeOf(run, finding);
  const made = madeAt(things.registry, file, things.open);
  if (made?.type === "artifact") return [things.output(made.run, made.role, made.step)];
  if (made) return [things.collected(made.run, made.path)];
  const places = [...new Set([file, real(file)])];
  const found = places.flatMap((place) =>
    usesIn(placeIdOf(place), things).flatMap(([, use]) =>
      use.type === "external" && use.path === place ? [things.external(use)] : [],
    ),
  );
  const nodes = [...found, ...registeredAt(places, things)];
  if (nodes.length > 0) return [...new Map(nodes.map((node) => [node.id, node])).values()];
  throw fault("noinput", `nothing in the registry was made from '${ref}', and no run made it`, {
    hint: "a run's input is found by the path that its recipe gave",
  });
}

/** The run's directory, or one of its records. */
function isRunItself(dir: string, file: string): boolean {
  const below = path.relative(real(dir), real(file));
  return below === "" || below === ".lab" || below.startsWith(`.lab${path.sep}`);
}

function usesIn(thing: string, things: Things): [run: Pick<ReturnType<typeof asGiven>, "source">, use: Use][] {
  return edgesOf(things.registry, thing).flatMap(({ verb, user, run: id }) => {
    const run = verb === "used" ? things.open(user, id) : undefined;
    if (!run) return [];
    const given = asGiven(run, (message) => things.report(id, message));
    return usesOf(given).map((use): [typeof given, Use] => [given, use]);
  });
}

/** Artifacts that somebody registered where they are; these are few. */
function registeredAt(places: readonly string[], things: Things): Node[] {
  const { registry } = things;
  return usersWith(registry, "artifacts").flatMap((user) => {
    const names = tried(() => list(userDirectory(registry.base, "artifacts", user)));
    return (isFault(names) ? [] : names).flatMap((name) => {
      const id = name.replace(/\.json$/, "");
      const artifact = /^art-[0-9a-f]{20}$/.test(id) ? openArtifact(registry, id)?.artifact : undefined;
      return artifact && places.includes(artifact.path) ? [things.registered(artifact)] : [];
    });
  });
}

function real(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
  }
}
