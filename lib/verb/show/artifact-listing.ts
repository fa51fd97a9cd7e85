// Which artifacts a list shows, and in which order. Reads the markers of runs and their outputs/; opens no run, and walks none.
import fs from "node:fs";
import path from "node:path";
import type { Context } from "../../command/context.js";
import type { Artifact } from "../../record/artifact.js";
import { type Fault, fault, isFault } from "../../record/fault.js";
import { like } from "../../record/like.js";
import { nearest } from "../../record/names.js";
import { measuresOf } from "../../record/result.js";
import { timeOfRunId } from "../../record/run-id.js";
import { timestamp } from "../../record/units.js";
import { findArtifact } from "../../registry/artifact-refs.js";
import { externalArtifactsOf } from "../../registry/artifacts.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { envelope, outputsDirectory, runDirectory } from "../../registry/layout.js";
import { makerOfRun } from "../../registry/makers.js";
import { ownerOf, type Registry } from "../../registry/open.js";
import { current, type RunArtifact, registeredIn } from "../../registry/outputs.js";
import { findRun } from "../../registry/refs.js";
import { type Entry, roll, usersOnRoll } from "../../registry/roll.js";
import { type RunPlace, usersWith } from "../../registry/runs.js";
import { whyUnregistered } from "../../registry/unregistered.js";
import type { Where } from "../../where/where.js";
import { trusted } from "../trust.js";

export interface ArtifactFilter {
  kind: string[];
  user: string[];
  all: boolean;
  run: string[];
  role: string[];
  alias: string | undefined;
  since: number | undefined;
  where: string[];
  latest: boolean;
  history: boolean;
  limit: number | undefined;
}

/** The artifacts that pass the filter: the newest run first, of a run the newest step; what came from outside by its time. */
export async function* listArtifacts(filter: ArtifactFilter, context: Context): AsyncGenerator<Artifact> {
  const registry = await context.registry();
  const limit = filter.limit ?? (context.terminal.out ? 50 : Number.POSITIVE_INFINITY);
  const name = filter.alias;
  const meant = name === undefined || isPattern(name) ? undefined : await whatItMeans(filter, name, registry, context);
  const called = name === undefined || Array.isArray(meant) ? undefined : like(name);
  const where = await whereOf(filter, context);
  let count = 0;
  for (const artifact of Array.isArray(meant) ? meant : everything(filter, registry, context)) {
    if (context.signal.aborted || count >= limit) return;
    if (!passes(artifact, filter) || called?.(artifact.alias ?? "") === false) continue;
    const shown = { ...artifact, ...headlineOf(artifact) };
    if (where?.passes(shown) === false) continue;
    count += 1;
    yield shown;
  }
  if (meant && !Array.isArray(meant) && count === 0) throw meant;
  if (count === 0 && context.terminal.out) context.say("no artifacts");
  if (count === 0) for (const what of where?.missed() ?? []) context.say(what);
  if (count === 0)
    for (const ref of filter.run)
      sayUnregistered(makerOfRun(registry, findRun(registry, ref, context.cwd)), registry, context);
}

async function whereOf({ where }: ArtifactFilter, { now }: Context): Promise<Where | undefined> {
  if (where.length === 0) return undefined;
  const { whereIn } = await import("./where-in.js");
  return whereIn("artifacts", where, now);
}

/** Where nothing of a run is registered: whether that may yet be. */
function sayUnregistered(disk: RunOnDisk, registry: Registry, context: Context): void {
  const why = whyUnregistered(registry, disk);
  if (why !== undefined) context.say(why);
}

function isPattern(name: string): boolean {
  return /[*?]/.test(name);
}

function everything(filter: ArtifactFilter, registry: Registry, context: Context): Iterable<Artifact> {
  const report = (message: string) => context.report(undefined, fault("dataerr", message));
  if (filter.run.length > 0) {
    const runs = filter.run.map((ref) => makerOfRun(registry, findRun(registry, ref, context.cwd)));
    return runs.flatMap(({ run, dir }) => madeBy({ user: run.user, id: run.id, dir }, filter, report));
  }
  const users = usersOf(filter, registry);
  const runs = roll(registry, users, { report: (error) => report(error.message) });
  const others = users.flatMap((user) => externalArtifactsOf(registry, user, report));
  others.sort((a, b) => (a.at < b.at ? 1 : -1));
  return merged(runs, others, ({ user, id }) =>
    madeBy({ user, id, dir: runDirectory(registry.base, user, id) }, filter, report),
  );
}

/** What a name means: one artifact, or the steps of a stream; or the fault that it means nothing. */
async function whatItMeans(
  filter: ArtifactFilter,
  name: string,
  registry: Registry,
  context: Context,
): Promise<Artifact[] | Fault> {
  try {
    const found = findArtifact(registry, name, context.cwd, { trusts: await trusted(context), report: context.say });
    if (found.warning !== undefined) context.say(found.warning);
    const { producer, artifact, role, step } = found;
    if (!producer) return artifact ? [artifact] : [];
    const place = { user: producer.run.user, id: producer.run.id, dir: producer.dir };
    const made = madeBy(place, filter, context.say).filter(
      (one) => one.role === role && (step === undefined || one.step === step),
    );
    if (made.length === 0) sayUnregistered(producer, registry, context);
    return made;
  } catch (error) {
    // A run that goes on, or has failed, has not got the name that its recipe gives it.
    if (isFault(error) && error.code === "noinput") return error;
    throw error;
  }
}

function usersOf({ all, user }: ArtifactFilter, registry: Registry): string[] {
  const known = [...new Set([...usersOnRoll(registry), ...usersWith(registry, "artifacts")])].sort();
  for (const one of user) {
    if (one === registry.user || known.includes(one)) continue;
    const near = nearest(one, known);
    throw fault("noinput", `no user '${one}' has artifacts here`, { hint: near ? `did you mean ${near}?` : undefined });
  }
  return all ? known : user.length > 0 ? user : [registry.user];
}

function* merged(runs: Iterable<Entry>, others: Artifact[], made: (run: Entry) => Artifact[]): Generator<Artifact> {
  let next = 0;
  for (const run of runs) {
    const planned = timestamp(timeOfRunId(run.id) ?? 0);
    for (; (others[next]?.at ?? "") > planned; next += 1) yield others[next] as Artifact;
    yield* made(run);
  }
  yield* others.slice(next);
}

/** What a run has registered, the newest step of a stream first. Whose a file is, its directory tells. */
function madeBy({ user, id, dir }: RunPlace, filter: ArtifactFilter, report: (message: string) => void): Artifact[] {
  try {
    const directory = outputsDirectory(envelope(dir));
    const stat = fs.lstatSync(directory, { throwIfNoEntry: false });
    if (!stat || (filter.since !== undefined && stat.mtimeMs + slack < filter.since)) return [];
    const owner = ownerOf(path.dirname(dir));
    if (owner === undefined) return [];
    const all = registeredIn(dir, { id, user, owner }, report);
    const now = current(all);
    const latest = filter.latest ? newestSteps(now) : now;
    const shown: Artifact[] = filter.history
      ? all.map((one) => (now.includes(one) ? one : { ...one, overwritten: true }))
      : latest;
    return shown.sort(byRoleAndAge);
  } catch (error) {
    if (!isFault(error)) throw error;
    report(error.message);
    return [];
  }
}

/** Clocks of hosts and file servers differ; a directory is looked into rather than left out (milliseconds). */
const slack = 3_600_000;

function newestSteps(artifacts: RunArtifact[]): RunArtifact[] {
  return artifacts.filter(({ role }, i) => artifacts[i + 1]?.role !== role);
}

function byRoleAndAge(a: Artifact, b: Artifact): number {
  if (a.role !== b.role) return (a.role ?? "") < (b.role ?? "") ? -1 : 1;
  const step = (b.step ?? -1) - (a.step ?? -1);
  return step || (b.attempt ?? 0) - (a.attempt ?? 0) || (b.revision ?? 1) - (a.revision ?? 1);
}

/** `accuracy 0.95`, of a result that has numbers. */
function headlineOf({ result }: Artifact): { headline?: string } {
  if (!result) return {};
  const { measures, headline } = measuresOf(result);
  const value = measures.find(({ name }) => name === headline)?.value;
  return value === undefined ? {} : { headline: `${headline} ${Number(value.toPrecision(6))}` };
}

function passes(artifact: Artifact, { kind, role, since }: ArtifactFilter): boolean {
  return (
    (kind.length === 0 || kind.includes(artifact.kind)) &&
    (role.length === 0 || (artifact.role !== undefined && role.includes(artifact.role))) &&
    (since === undefined || Date.parse(artifact.at) >= since)
  );
}
