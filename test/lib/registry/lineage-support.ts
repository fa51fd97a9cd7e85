// Runs that made and used things, and their lineage in few words.
import fs from "node:fs";
import path from "node:path";
import { lineage } from "../../../lib/graph/lineage.js";
import type { Artifact, Edge } from "../../../lib/record/artifact.js";
import { artifactIdOf } from "../../../lib/record/artifact-id.js";
import type { Node, Way } from "../../../lib/record/lineage.js";
import type { Run, RunInput } from "../../../lib/record/run.js";
import { stateOf } from "../../../lib/record/state.js";
import { envelope } from "../../../lib/registry/layout.js";
import { neighboursOn } from "../../../lib/registry/neighbours.js";
import { noteUses } from "../../../lib/registry/note-uses.js";
import type { Registry } from "../../../lib/registry/open.js";
import { type Things, thingsOn } from "../../../lib/registry/things.js";
import { recordText } from "../../../lib/registry/write.js";
import { makeRun } from "./artifact-support.js";

/** The n-th run id, in the order of planning. */
export function idOf(n: number): string {
  return `20261120-201455-${n.toString().padStart(6, "0")}`;
}

/** A run with these inputs, as lab-create makes it: its uses are in the index. */
export function usingRun(registry: Registry, n: number, inputs: Record<string, object>, more: Partial<Run> = {}): Run {
  const id = idOf(n);
  noteUses(registry, { ...more, id, inputs, source: { kind: "git", root: "/r", ...more.source } } as unknown as Run);
  return makeRun(registry, id, { name: `run${n}`, ...more, inputs: inputs as Record<string, RunInput> });
}

/** An input of type `artifact`, as lab-resolve leaves it. */
export function using({ id, run, user, role, step, path: place }: Artifact): object {
  return { type: "artifact", artifact: id, id, run, user, role, path: place, ...(step === undefined ? {} : { step }) };
}

/** The whole of a stream. */
export function usingStream(run: Run, role = "checkpoint"): object {
  return {
    type: "artifact",
    artifact: `${run.id}:${role}`,
    run: run.id,
    user: run.user,
    role,
    path: run.outputs[role]?.path,
  };
}

export function external(file: string, digest?: string): object {
  return {
    type: "external",
    path: file,
    fingerprint: digest ? "stat" : "none",
    ...(digest ? { recorded: { kind: "file", digest } } : {}),
  };
}

/** The note that a job leaves beside an output. */
export function noteOutput(run: Run, role: string): void {
  const place = run.outputs[role]?.path ?? "";
  const file = path.join(path.dirname(place), ".meta", `${path.basename(place)}.run.json`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify({ type: "output", v: 1, run: run.id, role, path: place }));
}

/** The seal of a run, with these collected files. */
export function seal(run: Run, collected: string[] = []): void {
  const at = "2026-11-20T20:14:55.000Z";
  const files = collected.map((file) => ({ path: file, bytes: 1, modified_at: at }));
  const record = { type: "outputs", v: 1, run: run.id, state: "succeeded", artifacts: [], collected: files, at };
  fs.writeFileSync(path.join(envelope(run.run_dir ?? ""), "outputs.json"), recordText(record));
}

export interface Traced {
  edges: Edge[];
  /** `run1 -made-> model`, by names. */
  words: string[];
  problems: string[];
}

/** The lineage of what `root` picks. */
export async function traced(
  registry: Registry,
  root: (things: Things) => Node | undefined,
  ways: Way[] = ["up", "down"],
  now = Date.now(),
): Promise<Traced> {
  const problems: string[] = [];
  const things = thingsOn(
    registry,
    ({ facts }) => stateOf(facts, now).state,
    (id, message) => problems.push(`${id}: ${message}`),
  );
  const node = root(things);
  const edges: Edge[] = [];
  if (node) for await (const edge of lineage([node], neighboursOn(things), { ways })) edges.push(edge);
  const words = edges.map(({ from, from_name, kind, role, to, to_name }) =>
    [
      from_name ?? from,
      kind === "used" ? `-${role ?? "source"}->` : kind === "made" ? "->" : `-${kind}->`,
      to_name ?? to,
    ].join(" "),
  );
  return { edges, words, problems };
}

/** A run as a node. */
export function runOf(n: number): (things: Things) => Node | undefined {
  return (things) => {
    const run = things.open(undefined, idOf(n));
    return run && things.run(run);
  };
}

/** An output of a run as a node. */
export function outputOf(n: number, role: string, step?: number): (things: Things) => Node | undefined {
  return (things) => {
    const run = things.open(undefined, idOf(n));
    return run && things.output(run, role, step);
  };
}

export { artifactIdOf };
