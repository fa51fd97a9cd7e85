// The things that lineage shows, as nodes: each run opened once, what is wrong with one told once.
import path from "node:path";
import type { Alias, Artifact } from "../record/artifact.js";
import { artifactIdOf } from "../record/artifact-id.js";
import { type Fault, isFault } from "../record/fault.js";
import type { Node } from "../record/lineage.js";
import { handleOf } from "../record/run-id.js";
import type { RunSource } from "../record/run-source.js";
import { aliasesOf, aliasesOfRun, thingOf } from "./aliases.js";
import type { RunOnDisk } from "./facts.js";
import type { Registry } from "./open.js";
import { artifactsOf, isSealed, type RunArtifact } from "./outputs.js";
import { believed, openRun, severalHave, usersWith } from "./runs.js";
import { collectedIdOf, sourceIdOf, type Use } from "./used.js";

/** What is known of a node beside what it shows. */
export interface Known {
  /** The run that it is, or that made it. */
  run?: RunOnDisk;
  role?: string;
  step?: number;
  /** It is a whole stream: its steps are things of their own. */
  stream?: boolean;
  path?: string;
}

export interface Things {
  registry: Registry;
  /**
   * Told of a file or run that cannot be what it should be; `id` is the run's or thing's, `user` whose nonsense it is. What may
   * not be read is nobody's nonsense: without it the answer is not whole.
   */
  report(id: string, message: string, user?: string): void;
  /** A run by its user, or of whoever has it; undefined where there is none that can be read. */
  open(user: string | undefined, id: string): RunOnDisk | undefined;
  artifacts(run: RunOnDisk): RunArtifact[];
  /** So many of the runs that used one thing are opened at most, the newest; all of them where not said. */
  most?: number;
  /** How many more than that used it, by the thing. */
  left: Map<string, number>;
  /** What was found for a key the first time. */
  once<T>(key: string, find: () => T): T;
  knows(key: string): boolean;
  known(node: Node): Known;
  run(run: RunOnDisk): Node;
  /** An output of a run, registered or not. */
  output(run: RunOnDisk, role: string, step?: number): Node;
  /** An artifact that no run made, as somebody registered it. */
  registered(artifact: Artifact): Node;
  external(use: Pick<Use, "thing" | "path">): Node;
  source(source: RunSource, digest: string): Node;
  collected(run: RunOnDisk, file: string): Node;
}

/**
 * `stateOf` tells how a run is; `tell` hears what is wrong, and whether the trouble is another user's, of which the caller
 * should hear but for which nothing of hers has failed.
 */
export function thingsOn(
  registry: Registry,
  stateOf: (run: RunOnDisk) => string,
  tell: (id: string, message: string, isOthers: boolean) => void,
  most?: number,
): Things {
  const opened = new Map<string, RunOnDisk | undefined>();
  const users = usersWith(registry, "runs");
  const made = new Map<RunOnDisk, RunArtifact[]>();
  const found = new Map<string, unknown>();
  const said = new Set<string>();
  const report: Report = (id, message, user = registry.user) => {
    if (!said.has(`${id} ${message}`)) tell(id, message, user !== registry.user);
    said.add(`${id} ${message}`);
  };
  const known = new Map<string, Known>();
  const kept = (node: Node, what: Known): Node => {
    known.set(node.id, what);
    return node;
  };
  const namesOf = (run: string) =>
    things.once(`names ${run}`, () => {
      const names = new Map<string, Alias[]>();
      for (const alias of aliasesOfRun(registry, run)) {
        const thing = thingOf(alias);
        names.set(thing, [...(names.get(thing) ?? []), alias]);
      }
      return names;
    });
  const things: Things = {
    registry,
    report,
    ...(most === undefined ? {} : { most }),
    left: new Map(),
    known: ({ id }) => known.get(id) ?? {},
    open(user, id) {
      const key = `${user ?? ""}/${id}`;
      if (!opened.has(key)) opened.set(key, openSafely(registry, user, id, users, report));
      return opened.get(key);
    },
    knows: (key) => found.has(key),
    once<T>(key: string, find: () => T): T {
      if (!found.has(key)) found.set(key, find());
      return found.get(key) as T;
    },
    artifacts(run) {
      const there = made.get(run) ?? safely([], () => artifactsOf(run, told(run)), told(run));
      made.set(run, there);
      return there;
    },
    run: (run) => kept(runNode(run, stateOf(run)), { run }),
    output(run, role, step) {
      const stream = step === undefined && run.run.outputs[role]?.type === "checkpoint_stream";
      const artifact = things.artifacts(run).find((one) => one.role === role && (stream || one.step === step));
      const id = artifactIdOf(run.run.id, role, step);
      const place = stream || !artifact ? run.run.outputs[role]?.path : artifact.path;
      const state = artifact ? {} : { state: isSealed(run.dir) ? "missing" : "pending" };
      const node: Node = {
        ...outputNode(id, run.run.id, role, step),
        ...(stream ? { name: `${role} (all steps)` } : {}),
        ...named(registry, namesOf(run.run.id), run.run.id, role, step),
        ...state,
        user: run.run.user,
        ...(place === undefined ? {} : { path: place }),
      };
      return kept(node, {
        run,
        role,
        stream,
        ...(step === undefined ? {} : { step }),
        ...(place === undefined ? {} : { path: place }),
      });
    },
    registered({ id, path: place, user }) {
      const node: Node = {
        id,
        type: "artifact",
        name: path.basename(place),
        ...aliasesField(typed(registry, aliasesOf(registry, id))),
        user,
        path: place,
      };
      return kept(node, { path: place });
    },
    external({ thing, path: place = "" }) {
      const node: Node = { id: thing, type: "external", name: path.basename(place) || place, path: place };
      return kept(node, { path: place });
    },
    source: (source, digest) => kept(sourceNode(source, digest), {}),
    collected(run, file) {
      const { id, user } = run.run;
      const name = path.relative(run.dir, file);
      return kept({ id: collectedIdOf(id, file), type: "collected", name, user, path: file }, { run, path: file });
    },
  };
  const told = (run: RunOnDisk) => (message: string, error?: Fault) =>
    report(run.run.id, message, culprit(run.run.user, error));
  return things;
}

/** An output as its id, run and role tell, where nothing more is known. */
export function outputNode(id: string, run: string, role: string, step?: number): Node {
  const handle = handleOf(run);
  return step === undefined
    ? { id, type: "artifact", name: role, ref: `${handle}:${role}` }
    : { id, type: "artifact", name: `${role} step ${step}`, ref: `${handle}:${role}@${step}` };
}

function runNode({ run: { id, name, user } }: RunOnDisk, state: string): Node {
  return { id, type: "run", name, ref: handleOf(id), state, user };
}

function sourceNode({ root, commit, dirty, tar }: RunSource, digest: string): Node {
  const at = commit === undefined ? "" : `@${commit.slice(0, 7)}${dirty ? " with changes" : ""}`;
  return {
    id: sourceIdOf(digest),
    type: "source",
    name: `${path.basename(root)}${at}`,
    ...(tar === undefined ? {} : { path: tar }),
  };
}

/** The names of an output of a run, save those that say no more than which run it was; a step is also `<stream's>@3`. */
function named(
  registry: Registry,
  names: ReadonlyMap<string, readonly Alias[]>,
  run: string,
  role: string,
  step: number | undefined,
): { aliases?: string[] } {
  const of = (id: string) => typed(registry, names.get(id) ?? []).filter((name) => !name.includes(handleOf(run)));
  const own = of(artifactIdOf(run, role, step));
  const stream = step === undefined ? [] : of(artifactIdOf(run, role)).map((name) => `${name}@${step}`);
  return aliasesField([...own, ...stream]);
}

/** Names as one types them. */
function typed(registry: Registry, aliases: readonly Alias[]): string[] {
  return aliases.map(({ scope, user, name }) =>
    scope === "global" || user === registry.user ? name : `${user}/${name}`,
  );
}

function aliasesField(names: readonly string[]): { aliases?: string[] } {
  return names.length > 0 ? { aliases: [...new Set(names)].sort() } : {};
}

type Report = Things["report"];

/** A user's run, or that of whoever has it. Two cannot have planned one run: then only one's own is believed. */
function openSafely(
  registry: Registry,
  whose: string | undefined,
  id: string,
  users: readonly string[],
  report: Report,
) {
  const { user: right, all } = believed(registry, id, users);
  if (all.length > 1) report(id, severalHave(all));
  // Whose directory may not be looked into, seems to have none: that is told of when it is opened.
  const user = whose ?? right;
  if (user === undefined || (all.length > 1 && user !== right)) return undefined;
  const told = (message: string, error?: Fault) => report(id, message, culprit(user, error));
  const run = safely(undefined, () => openRun(registry, user, id), told);
  for (const problem of run?.problems ?? []) told(problem);
  return run;
}

/** What is wrong with one run is told, and stops nothing. */
function safely<T>(otherwise: T, look: () => T, told: (message: string, error: Fault) => void): T {
  try {
    return look();
  } catch (error) {
    if (!isFault(error)) throw error;
    told(error.message, error);
    return otherwise;
  }
}

/** Whose nonsense it is, where it is any; see `report`. */
export function culprit(user: string, error?: Fault): string | undefined {
  return error?.code === "noperm" ? undefined : user;
}
