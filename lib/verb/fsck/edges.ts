// The index: what follows from runs and names is in it, and nothing else is.
import path from "node:path";
import { outputsIdOf } from "../../record/artifact-id.js";
import { isFault } from "../../record/fault.js";
import { isName } from "../../record/names.js";
import { isRunId } from "../../record/run-id.js";
import { aliasHistory, thingOf } from "../../registry/aliases.js";
import { asGiven } from "../../registry/as-given.js";
import { type EdgeVerb, noteEdge } from "../../registry/edges.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { indexDirectory } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { thingsUsed } from "../../registry/note-uses.js";
import { makerOf, type RunArtifact, registeredIn } from "../../registry/outputs.js";
import { openRun } from "../../registry/runs.js";
import { unmark } from "../../registry/write.js";
import { hour_ms, type Looking, reading, type Survey } from "./breach.js";
import { folder, namesIn } from "./files.js";
import { emptyFile } from "./registry.js";

/** What of a run must be in its owner's index, as `made art-…` and `used …`. */
function edgesOfRun(
  survey: Survey,
  disk: RunOnDisk,
  made: readonly RunArtifact[],
): { must: Set<string>; may: Set<string> } {
  const used = (of: Parameters<typeof thingsUsed>[1]) =>
    thingsUsed(survey.registry, of).flatMap((thing) => (isThing(thing) ? `used ${thing}` : []));
  const must = new Set([...made.map(({ id }) => `made ${id}`), ...used(disk.run)]);
  // A later submission may have got other inputs.
  return { must, may: new Set([...must, ...used(asGiven(disk, () => {}))]) };
}

function isThing(id: string): boolean {
  return /^(art|ext|src|col|swp)-[0-9a-f]{20}$/.test(id);
}

/** Every edge of a run is there; those that there may be are remembered for the index's own check. */
export function* checkEdges(survey: Survey, disk: RunOnDisk, made: readonly RunArtifact[]): Looking {
  const { registry } = survey;
  const { run } = disk;
  const { must, may } = edgesOfRun(survey, disk, made);
  remember(survey, `${run.user}/${run.id}`, may);
  for (const edge of must) {
    const [verb, thing] = edge.split(" ") as [EdgeVerb, string];
    const file = path.join(indexDirectory(registry.base, run.user, thing), `${thing}.${verb}.${run.id}`);
    const seen = yield* reading(survey, "edge", file, () => lookAt(file));
    if (seen) continue;
    const mend = disk.owner === registry.uid ? { mend: () => noteEdge(registry, thing, verb, run.id) } : {};
    yield { check: "edge", path: file, message: `is missing: the run ${verb} it`, run: run.id, ...mend };
  }
}

const most = 20_000;

/** What the runs may have in the index, of those that were looked at last: so many that memory has an end. */
function remember({ edges }: Survey, run: string, its: ReadonlySet<string>): void {
  const [oldest] = edges.keys();
  if (edges.size >= most && oldest !== undefined) edges.delete(oldest);
  edges.set(run, its);
}

/** Each file of a user's index says what is so. */
export function* checkIndex(survey: Survey, user: string, owner: number): Looking {
  const root = path.join(survey.registry.base, "index", user);
  for (const part of yield* namesIn(survey, "edge", root)) {
    const directory = path.join(root, part);
    if (!/^[0-9a-f]{3}$/.test(part)) yield { check: "stray", path: directory, message: "is no part of the index" };
    else if (yield* folder(survey, directory, owner))
      for (const name of yield* namesIn(survey, "edge", directory))
        yield* entry(survey, { user, owner, directory, name });
  }
}

interface Entry {
  user: string;
  owner: number;
  directory: string;
  name: string;
}

function* entry(survey: Survey, { user, owner, directory, name }: Entry): Looking {
  yield undefined;
  const file = path.join(directory, name);
  const parsed = /^((?:art|ext|src|col|swp)-([0-9a-f]{3})[0-9a-f]{17})\.(made|used|named)\.(.+)$/.exec(name);
  const [, thing = "", part, verb, what = ""] = parsed ?? [];
  if (!parsed || part !== path.basename(directory)) {
    yield { check: "stray", path: file, message: "is no edge" };
    return;
  }
  if (!(yield* emptyFile(survey, "edge", file, owner))) return;
  const wrong =
    verb === "named" ? nameTrouble(survey, user, thing, what) : edgeTrouble(survey, user, `${verb} ${thing}`, what);
  if (wrong === undefined) return;
  // What is being made has its edges first.
  const seen = lookAt(file);
  if (!seen || survey.now - seen.mtime_ms < hour_ms) return;
  const mend = owner === survey.registry.uid ? { mend: () => unmark(file) } : {};
  yield { check: "edge", path: file, message: wrong, ...(isRunId(what) ? { run: what } : {}), ...mend };
}

/** Why an edge is none: its run is not there, or has nothing to do with it; undefined also where that cannot be told. */
function edgeTrouble(survey: Survey, user: string, edge: string, id: string): string | undefined {
  if (!isRunId(id)) return "names no run";
  let edges = survey.edges.get(`${user}/${id}`);
  try {
    if (!edges) {
      const disk = openRun(survey.registry, user, id);
      if (!disk) return `there is no run ${id} of ${user}`;
      edges = edgesOfRun(
        survey,
        disk,
        registeredIn(disk.dir, makerOf(disk), () => {}),
      ).may;
      remember(survey, `${user}/${id}`, edges);
      if (disk.partial || disk.problems.length > 0) return undefined;
    }
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
  if (edges.has(edge)) return undefined;
  // Whose a path was when the run was made, nobody can tell once that is gone.
  const byPath = /^used (art|col)-/.test(edge) && [...edges].some((one) => one.startsWith("used ext-"));
  return byPath ? undefined : `the run ${id} says nothing of this`;
}

function nameTrouble({ registry }: Survey, user: string, thing: string, what: string): string | undefined {
  const [, scope, name = ""] = /^(global|user)\.(.+)$/.exec(what) ?? [];
  if (scope === undefined || !isName(name)) return "is about no name";
  try {
    const history = aliasHistory(registry, scope === "user" ? user : undefined, name);
    const means = history.some(
      (alias) =>
        alias.user === user &&
        (alias.artifact ?? alias.run) !== undefined &&
        (thingOf(alias) === thing || (alias.run !== undefined && outputsIdOf(alias.run) === thing)),
    );
    return means ? undefined : `the ${scope} name '${name}' never meant it`;
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
