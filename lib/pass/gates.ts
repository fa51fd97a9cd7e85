// What of a run's outputs may be registered now, and once it has ended: what may not, and why. Looks, writes nothing.
import path from "node:path";
import type { Outputs } from "../record/artifact.js";
import type { Exit, Outcome } from "../record/facts.js";
import { fault } from "../record/fault.js";
import type { RunOutput } from "../record/run.js";
import type { RunOnDisk } from "../registry/facts.js";
import { entriesOf, type Marker, markerAt, notedSteps, type StepLine, stepOf } from "../registry/steps.js";

/** An output, or a step of one, that is complete. */
export interface Found extends Partial<Marker> {
  role: string;
  step?: number;
  attempt: number;
  path: string;
  files?: number;
  bytes?: number;
  digest?: string;
}

export type Missing = NonNullable<Outputs["missing"]>[number];

export interface Look {
  found: Found[];
  /** Empty while the run has not ended. */
  missing: Missing[];
  /** Something that the job says it wrote is not to be seen yet: too soon to say that it is not there. */
  early: boolean;
}

/** How long what was written on a node may take to be seen here, and what time it is. */
export interface Moment {
  now: number;
  grace_s: number;
}

/**
 * While the run goes on: the steps that its job has noted and whose marker is still as it was noted. Once it has ended, in
 * whatever way: these, and steps with a marker that nobody had the time to note. Once it has succeeded: all outputs.
 */
export function lookAtOutputs(disk: RunOnDisk, moment: Moment, bad: (message: string) => void): Look {
  const look: Look = { found: [], missing: [], early: false };
  // What another run has made is that one's to be registered.
  if (disk.facts.outcome?.state === "cached") return look;
  const noted = notedSteps(disk, bad);
  for (const [role, output] of Object.entries(disk.run.outputs)) {
    const { path: at, type } = output;
    if (at === undefined) continue;
    if (disk.facts.outcome && disk.facts.attempts.length > 0) mustBeMounted(path.dirname(at));
    const of = { disk, role, output: { ...output, path: at }, moment, look };
    if (type !== "checkpoint_stream") lookAtWhole(of);
    else if (output.marker === undefined) lookAtUnmarked(of);
    else
      lookAtSteps(
        of,
        output.marker,
        noted.filter((line) => line.role === role),
      );
  }
  return disk.facts.outcome ? look : { ...look, missing: [] };
}

/** Where a job has written, its user's directory is: without it nothing can be said of what is in it. */
function mustBeMounted(directory: string): void {
  if (markerAt(directory)) return;
  throw fault("unavailable", `cannot look at '${directory}': no such directory`, {
    hint: "is the file system mounted on this host?",
  });
}

interface Of {
  disk: RunOnDisk;
  role: string;
  output: RunOutput & { path: string };
  moment: Moment;
  look: Look;
}

function lookAtWhole({ disk: { facts }, role, output, moment, look }: Of): void {
  const { outcome } = facts;
  if (!outcome) return;
  const attempt = facts.attempts.find(({ n }) => n === outcome.attempt);
  if (outcome.state !== "succeeded" || !attempt) {
    look.missing.push({ role, path: output.path, reason: whyNot(outcome) });
    return;
  }
  const manifest = attempt.exit?.outputs?.find((made) => made.role === role && made.step === undefined);
  const marker = markerAt(path.join(output.path, output.marker ?? ""));
  if (marker) {
    look.found.push({
      role,
      attempt: attempt.n,
      path: output.path,
      ...(output.marker === undefined ? {} : marker),
      ...(manifest?.complete ? described(manifest) : {}),
    });
  } else if (manifest?.complete && recent(attempt.exit?.at, moment)) look.early = true;
  else {
    const what = output.marker === undefined ? "nothing" : `no '${output.marker}'`;
    const reason = manifest?.complete ? "it was there when the run ended, and is gone" : `${what} was written there`;
    look.missing.push({ role, path: output.path, reason });
  }
}

/** Without a marker nothing but the run's success tells that a step is complete. */
function lookAtUnmarked({ disk: { facts }, role, output, look }: Of): void {
  const { outcome } = facts;
  if (!outcome) return;
  if (outcome.state !== "succeeded" || outcome.attempt === undefined) {
    look.missing.push({ role, path: output.path, reason: whyNot(outcome) });
    return;
  }
  const steps = stepsIn(output.path).map(({ step, at }) => ({ role, step, attempt: outcome.attempt ?? 1, path: at }));
  addSteps(look, role, output.path, steps);
}

function lookAtSteps({ disk: { facts }, role, output, moment, look }: Of, marker: string, noted: StepLine[]): void {
  const ended = facts.outcome !== undefined;
  const there = new Map(stepsIn(output.path).map((step) => [step.at, step]));
  const last = facts.attempts.findLast(({ exit }) => exit?.reason !== "superseded")?.n;
  const steps: Found[] = [];
  for (const line of noted) {
    const { step, path: at, attempt } = line;
    const dir = there.get(at);
    const now = dir?.step === step ? markerAt(path.join(at, marker)) : undefined;
    there.delete(at);
    if (now && same(now, line)) steps.push({ role, step, attempt, path: at, ...now, ...described(line) });
    else if (recent(line.at, moment)) look.early = true;
    else if (now && ended) steps.push({ role, step, attempt: last ?? attempt, path: at, ...now });
    else if (ended) look.missing.push({ role, step, path: at, reason: "it was complete once, and is gone" });
  }
  for (const { step, at } of ended && last !== undefined ? there.values() : []) {
    const now = markerAt(path.join(at, marker));
    if (now) steps.push({ role, step, attempt: last ?? 1, path: at, ...now });
    else look.missing.push({ role, step, path: at, reason: `it has no '${marker}'` });
  }
  addSteps(look, role, output.path, steps);
}

/** Two directories can end in the same number: the first in the order of their names is the step. */
function addSteps(look: Look, role: string, at: string, steps: Found[]): void {
  if (steps.length === 0 && !look.missing.some((one) => one.role === role))
    look.missing.push({ role, path: at, reason: "no step was written" });
  const taken = new Map<number | undefined, string>();
  const inOrder = steps.sort((a, b) => (a.step ?? 0) - (b.step ?? 0) || (a.path < b.path ? -1 : 1));
  for (const found of inOrder) {
    const other = taken.get(found.step);
    if (other === undefined) {
      taken.set(found.step, found.path);
      look.found.push(found);
    } else {
      const reason = `step ${found.step} is '${path.basename(other)}' already`;
      look.missing.push({ role, ...(found.step === undefined ? {} : { step: found.step }), path: found.path, reason });
    }
  }
}

/** The directories in a stream whose names end in digits; links are none of the run's own. */
function stepsIn(stream: string): { step: number; at: string }[] {
  return entriesOf(stream).flatMap((entry) => {
    const step = entry.isDirectory() ? stepOf(entry.name) : undefined;
    return step === undefined ? [] : [{ step, at: path.join(stream, entry.name) }];
  });
}

function same(a: Marker, b: Marker): boolean {
  return a.marker_mtime === b.marker_mtime && a.marker_bytes === b.marker_bytes;
}

function described({ files, bytes, digest }: NonNullable<Exit["outputs"]>[number]) {
  return {
    ...(files === undefined ? {} : { files }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function recent(at: string | undefined, { now, grace_s }: Moment): boolean {
  return at !== undefined && now - Date.parse(at) < grace_s * 1000;
}

function whyNot({ state, mode }: Outcome): string {
  return state === "failed" ? `the run failed${mode ? ` (${mode})` : ""}` : `the run was ${state}`;
}
