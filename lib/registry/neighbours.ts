// What a thing was made from and what was made of it, from disk. Opened is what is shown, and nothing else.
import { artifactIdOf } from "../record/artifact-id.js";
import { isFault } from "../record/fault.js";
import type { Link, Neighbours, Node } from "../record/lineage.js";
import { consumersOf, consumersOfOutput, usedOf } from "./consumers.js";
import type { RunOnDisk } from "./facts.js";
import { ingredientsOf, originOf, parentOf } from "./ingredients.js";
import { isWithin } from "./made-at.js";
import { sealOf } from "./outputs.js";
import type { Things } from "./things.js";

/** The neighbours of the nodes that `things` made. A run or file that is not what it should be is told of and left out. */
export function neighboursOn(things: Things): Neighbours {
  const ways = { up: upOf, down: downOf };
  return async (node, way) => ways[way](things, node);
}

function upOf(things: Things, node: Node): Link[] {
  const { run, role, step, stream } = things.known(node);
  if (node.type === "artifact" && !run) return originOf(things, node);
  if (!run) return [];
  if (node.type === "run") return [...ingredientsOf(things, run), ...parentOf(things, run)];
  const steps = stream ? things.artifacts(run).filter((one) => one.role === role && one.step !== undefined) : [];
  if (steps.length > 0) return steps.map((one) => ({ node: things.output(run, one.role, one.step), kind: "part" }));
  return [made(things.run(run), role, step)];
}

function downOf(things: Things, node: Node): readonly Link[] {
  const { run, role, step } = things.known(node);
  if (!run) return consumersOf(things, node.id);
  if (node.type === "run") return outputsOf(things, run);
  const links = consumersOfOutput(things, run, node.id);
  if (role === undefined || step === undefined) return links;
  if (consumersOfOutput(things, run, artifactIdOf(run.run.id, role)).length === 0) return links;
  return [...links, { node: things.output(run, role), kind: "part" }];
}

/** What came out of a run: what is registered, what others used or wait for besides, and the files that it collected. */
function outputsOf(things: Things, run: RunOnDisk): Link[] {
  const registered = things.artifacts(run);
  const known = new Set(registered.map(({ id }) => id));
  const others = [...usedOf(things, run)].flatMap(([id, { role, step, path }]): Link[] => {
    if (path !== undefined) return [{ node: things.collected(run, path), kind: "made" }];
    // A stream that has steps is reached through them.
    const isReached = step === undefined && registered.some((one) => one.role === role);
    return role === undefined || known.has(id) || isReached ? [] : [made(things.output(run, role, step), role, step)];
  });
  const files = collectedBy(things, run).map((file): Link => ({ node: things.collected(run, file), kind: "made" }));
  const links = [
    ...registered.map(({ role, step }) => made(things.output(run, role, step), role, step)),
    ...others,
    ...files,
  ];
  return [...new Map(links.map((link) => [link.node.id, link])).values()];
}

function made(node: Node, role: string | undefined, step: number | undefined): Link {
  return { node, kind: "made", ...(role === undefined ? {} : { role }), ...(step === undefined ? {} : { step }) };
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
