// What went into a run, as nodes.
import { artifactIdOf } from "../record/artifact-id.js";
import type { Link, Node } from "../record/lineage.js";
import { isRunId } from "../record/run-id.js";
import { openArtifact } from "./artifacts.js";
import { asGiven } from "./as-given.js";
import type { RunOnDisk } from "./facts.js";
import { madeAt } from "./made-at.js";
import { outputNode, type Things } from "./things.js";
import { type Use, usesOf } from "./used.js";

/** What a run used: artifacts, external inputs (or who made what is there), and its source. */
export function ingredientsOf(things: Things, run: RunOnDisk): Link[] {
  const given = asGiven(run, (message) => things.report(run.run.id, message));
  return usesOf(given).flatMap((use): Link[] => {
    if (use.type === "source") return [{ node: things.source(given.source, given.source.digest ?? ""), kind: "used" }];
    const node = use.type === "artifact" ? artifactUsed(things, run, use) : externalUsed(things, use);
    return node ? [{ node, kind: "used", ...(use.role === undefined ? {} : { role: use.role }) }] : [];
  });
}

function artifactUsed(things: Things, run: RunOnDisk, { thing, role, path, maker }: Use): Node | undefined {
  const place = path === undefined ? {} : { path };
  if (maker === undefined) {
    const found = openArtifact(things.registry, thing, (message) => things.report(run.run.id, message));
    if (found?.run && found.artifact.role !== undefined)
      return things.output(found.run, found.artifact.role, found.artifact.step);
    return found
      ? things.registered(found.artifact)
      : { id: thing, type: "artifact", name: role ?? thing, state: "missing", ...place };
  }
  if (thing !== artifactIdOf(maker.run, maker.role, maker.step)) {
    things.report(run.run.id, `its input '${role}' names an artifact that ${maker.run} cannot have made`);
    return undefined;
  }
  const by = things.open(maker.user, maker.run);
  if (by) return things.output(by, maker.role, maker.step);
  return { ...outputNode(thing, maker.run, maker.role, maker.step), state: "unknown", ...place };
}

function externalUsed(things: Things, use: Use): Node {
  return (use.path === undefined ? undefined : nodeAt(things, use.path)) ?? things.external(use);
}

/** What a run made at a path. */
function nodeAt(things: Things, file: string): Node | undefined {
  const made = madeAt(things.registry, file, things.open);
  if (made?.type === "artifact") return things.output(made.run, made.role, made.step);
  return made && things.collected(made.run, made.path);
}

/** What was registered where it is, may be what a run made there. */
export function originOf(things: Things, { id, path }: Node): Link[] {
  const node = path === undefined ? undefined : nodeAt(things, path);
  return node && node.id !== id ? [{ node, kind: "part" }] : [];
}

/** The run that a run says it was made after. */
export function parentOf(things: Things, { run: { id, parent } }: RunOnDisk): Link[] {
  const run = parent === undefined || parent === id || !isRunId(parent) ? undefined : things.open(undefined, parent);
  return run ? [{ node: things.run(run), kind: "parent" }] : [];
}
