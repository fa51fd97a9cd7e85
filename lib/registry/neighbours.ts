// What a thing was made from and what was made of it, from disk. The index says where to look; what a run's own records do
// not say is not so. Opened is what is shown, and nothing else.
import { artifactIdOf } from "../record/artifact-id.js";
import { isFault } from "../record/fault.js";
import type { Link, Neighbours, Node } from "../record/lineage.js";
import { isRunId } from "../record/run-id.js";
import { openArtifact } from "./artifacts.js";
import { asGiven } from "./as-given.js";
import { edgesOf } from "./edges.js";
import type { RunOnDisk } from "./facts.js";
import { isWithin, madeAt } from "./made-at.js";
import { sealOf } from "./outputs.js";
import { outputNode, type Things } from "./things.js";
import { type Use, usesOf } from "./used.js";

/** The neighbours of the nodes that `things` made. A run or file that is not what it should be is told of and left out. */
export function neighboursOn(things: Things): Neighbours {
  const ways = { up: upOf, down: downOf };
  return async (node, way) => ways[way](things, node);
}

function upOf(things: Things, node: Node): Link[] {
  const { run, role, step, stream } = things.known(node);
  if (node.type === "run") return run ? [...inputsOf(things, run), ...parentOf(things, run)] : [];
  if (node.type === "artifact" && run && role !== undefined) {
    const steps = stream ? things.artifacts(run).filter((one) => one.role === role && one.step !== undefined) : [];
    if (steps.length > 0) return steps.map((one) => ({ node: things.output(run, role, one.step), kind: "part" }));
    return [{ node: things.run(run), kind: "made", role, ...(step === undefined ? {} : { step }) }];
  }
  if (node.type === "artifact") return originOf(things, node);
  return node.type === "collected" && run ? [{ node: things.run(run), kind: "made" }] : [];
}

function downOf(things: Things, node: Node): readonly Link[] {
  const { run, role, step, path: place } = things.known(node);
  if (node.type === "run") return run ? outputsOf(things, run) : [];
  const links = consumersOf(things, node.id, place);
  if (!run || role === undefined || step === undefined) return links;
  const whole = consumersOf(things, artifactIdOf(run.run.id, role), run.run.outputs[role]?.path);
  return whole.length === 0 ? links : [...links, { node: things.output(run, role), kind: "part" }];
}

/** What went into a run: its artifacts, its external inputs (or who made what is there), and its source. */
function inputsOf(things: Things, run: RunOnDisk): Link[] {
  const given = asGiven(run, (message) => things.report(run.run.id, message));
  return usesOf(given).flatMap((use): Link[] => {
    if (use.type === "source") return [{ node: things.source(given.source, given.source.digest ?? ""), kind: "used" }];
    const node = use.type === "artifact" ? artifactUsed(things, run, use) : externalUsed(things, use);
    return node ? [{ node, kind: "used", ...(use.role === undefined ? {} : { role: use.role }) }] : [];
  });
}

function artifactUsed(things: Things, run: RunOnDisk, { thing, role, path: place, maker }: Use): Node | undefined {
  if (maker === undefined) {
    const found = openArtifact(things.registry, thing, (message) => things.report(run.run.id, message));
    if (found?.run && found.artifact.role !== undefined)
      return things.output(found.run, found.artifact.role, found.artifact.step);
    if (found) return things.registered(found.artifact);
    return { id: thing, type: "artifact", name: role ?? thing, state: "missing", ...(place ? { path: place } : {}) };
  }
  if (thing !== artifactIdOf(maker.run, maker.role, maker.step)) {
    things.report(run.run.id, `its input '${role}' names an artifact that ${maker.run} cannot have made`);
    return undefined;
  }
  const by = things.open(maker.user, maker.run);
  if (by) return things.output(by, maker.role, maker.step);
  return {
    ...outputNode(thing, maker.run, maker.role, maker.step),
    state: "unknown",
    ...(place ? { path: place } : {}),
  };
}

function externalUsed(things: Things, use: Use): Node {
  const made = use.path === undefined ? undefined : madeAt(things.registry, use.path, things.open);
  if (made?.type === "artifact") return things.output(made.run, made.role, made.step);
  return made ? things.collected(made.run, made.path) : things.external(use);
}

/** Bytes that were registered where they are, may be what a run made. */
function originOf(things: Things, node: Node): Link[] {
  const { path: place } = things.known(node);
  const made = place === undefined ? undefined : madeAt(things.registry, place, things.open);
  if (!made || made.id === node.id) return [];
  const from =
    made.type === "artifact" ? things.output(made.run, made.role, made.step) : things.collected(made.run, made.path);
  return [{ node: from, kind: "part" }];
}

function parentOf(things: Things, { run: { id, parent } }: RunOnDisk): Link[] {
  const run = parent === undefined || parent === id || !isRunId(parent) ? undefined : things.open(undefined, parent);
  return run ? [{ node: things.run(run), kind: "parent" }] : [];
}

/** What came out of a run: what is registered, what is not (yet) but waited for, and the files that it collected. */
function outputsOf(things: Things, run: RunOnDisk): Link[] {
  const made = things.artifacts(run);
  const awaited = Object.keys(run.run.outputs).filter((role) => !made.some((one) => one.role === role));
  return [
    ...made.map(
      ({ role, step }): Link => ({
        node: things.output(run, role, step),
        kind: "made",
        role,
        ...(step === undefined ? {} : { step }),
      }),
    ),
    ...awaited
      .filter((role) => consumersOf(things, artifactIdOf(run.run.id, role), run.run.outputs[role]?.path).length > 0)
      .map((role): Link => ({ node: things.output(run, role), kind: "made", role })),
    ...collectedBy(things, run).map((file): Link => ({ node: things.collected(run, file), kind: "made" })),
  ];
}

function collectedBy(things: Things, run: RunOnDisk): string[] {
  try {
    const files = sealOf(run)?.collected?.map((file) => file.path) ?? [];
    return files.filter((file) => isWithin(run.dir, file));
  } catch (error) {
    if (!isFault(error)) throw error;
    things.report(run.run.id, error.message);
    return [];
  }
}

/** The runs that used a thing, everybody's; of one that lies at a path also those that named a path within it. */
function consumersOf(things: Things, thing: string, place: string | undefined): readonly Link[] {
  return things.once(thing, () =>
    edgesOf(things.registry, thing, (message) => things.report(thing, message)).flatMap(({ verb, user, run: id }) => {
      // The index may be ahead of a run that was never made.
      const run = verb === "used" ? things.open(user, id) : undefined;
      if (!run) return [];
      const given = asGiven(run, (message) => things.report(id, message));
      const uses = usesOf(given).filter((use) => isUseOf(use, thing, place));
      if (uses.length === 0) things.report(id, `the index of ${user} says that it used ${thing}, but it did not`);
      return uses.map(({ role }): Link => ({ node: things.run(run), kind: "used", ...(role ? { role } : {}) }));
    }),
  );
}

function isUseOf(use: Use, thing: string, place: string | undefined): boolean {
  if (use.thing === thing) return true;
  return use.type === "external" && place !== undefined && use.path !== undefined && isWithin(place, use.path);
}
