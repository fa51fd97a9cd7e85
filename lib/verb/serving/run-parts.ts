// The parts of a run that are asked for when somebody looks at them.
import path from "node:path";
import { differences } from "../../graph/differences.js";
import { narrativeText } from "../../graph/narrative.js";
import { bashWord } from "../../job/quote.js";
import { effectiveRecipe } from "../../recipe/effective.js";
import { type Checkpoint, latestOf } from "../../record/checkpoint.js";
import { fault, isFault } from "../../record/fault.js";
import { maskedRecord, maskedText } from "../../record/masked.js";
import type { LabEvent, Status } from "../../record/records.js";
import { handleOf } from "../../record/run-id.js";
import { snapshotSchema } from "../../record/snapshot.js";
import { pointedAt } from "../../registry/checkpoints.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { type Cursor, readEvents } from "../../registry/journal.js";
import { arrayDirectory, arrayFiles, attemptDirectory, envelope, snapshotFiles } from "../../registry/layout.js";
import { makerOfRun } from "../../registry/makers.js";
import { readRecord, readText } from "../../registry/read.js";
import { findRun } from "../../registry/refs.js";
import { roll } from "../../registry/roll.js";
import { openRun } from "../../registry/runs.js";
import { submissionFiles } from "../../registry/submissions.js";
import {
  runCheckpointsApi,
  runEnvironmentApi,
  runEventsApi,
  runKeyApi,
  runNarrativeApi,
  runRecipeApi,
  runReproduceApi,
  runScriptApi,
  runSimilarApi,
  runSourceApi,
  runWhyApi,
} from "../../serve/api/run-parts.js";
import { breather } from "../breathing.js";
import { allOf, recordOf } from "../checkpointing.js";
import { foundBy } from "../compare/comparing.js";
import { narrativeOf } from "../notes/narrating.js";
import { graces, statusOf } from "../runs.js";
import { repeated } from "../show/advice.js";
import { explainAsItIs } from "../show/explaining.js";
import { whoseLines } from "../show/what-answers.js";
import { answering, type Serving } from "./answering.js";
import { runRef } from "./refs.js";

type Parts = Record<string, string>;

function asked({ run: ref = "" }: Parts, { registry, context }: Serving): RunOnDisk {
  return findRun(registry, runRef(ref), context.cwd);
}

function reporter(id: string, { context }: Serving) {
  return (message: string) => context.report(id, fault("dataerr", message));
}

export const runEvents = answering(runEventsApi, async (parts, _, serving) => {
  const { run } = asked(parts, serving);
  const since = Date.parse(run.planned_at) - 1000;
  const cursor: Cursor = new Map();
  const rules = { since, most: 1 << 22, run: run.id };
  const rest = breather();
  const events: LabEvent[] = [];
  // Journals have a year of everything: it is among their lines that others have their turn.
  for (let before = -1; before !== sumOf(cursor); await rest()) {
    before = sumOf(cursor);
    const some = readEvents(serving.registry, [run.user], cursor, reporter(run.id, serving), rules);
    events.push(...some.filter((event) => event.run === run.id));
  }
  return { events: events.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)) };
});

function sumOf(cursor: Cursor): number {
  return [...cursor.values()].reduce((sum, at) => sum + (Number.isFinite(at) ? at : 1), 0);
}

export const runWhy = answering(runWhyApi, async (parts, _, serving) => {
  const { context } = serving;
  const reason = await explainAsItIs(asked(parts, serving), await graces(context), context);
  return { reason: reason as never };
});

export const runKey = answering(runKeyApi, async (parts, _, serving) => {
  const { run, facts } = asked(parts, serving);
  const { key, epoch } = run;
  return {
    ...(key ? { key: { type: "key" as const, v: 1 as const, run: run.id, ...key, ...(epoch ? { epoch } : {}) } } : {}),
    ...(facts.decision ? { decision: facts.decision } : {}),
  };
});

export const runReproduce = answering(runReproduceApi, async (parts, _, serving) => {
  const { run, dir } = asked(parts, serving);
  const { commit, digest, dirty } = run.source;
  const handle = handleOf(run.id);
  const tar = digest === undefined ? undefined : snapshotFiles(serving.registry.base, run.user, digest).tar;
  const steps = [
    { title: "Run it again, with the source that it had", command: `lab rerun ${handle}` },
    { title: "Run it again, with the source as it is now", command: `lab rerun --fresh-source ${handle}` },
    {
      title: "Plan the same from its recipe, and compute it even if it is known",
      command: `lab run --recompute ${repeated(run)}`,
    },
    ...(tar
      ? [
          {
            title: "Its source, as the job had it",
            command: `mkdir ${handle} && tar -xf ${bashWord(tar)} -C ${handle}`,
          },
        ]
      : []),
    ...(commit
      ? [{ title: `Its commit${dirty ? ", without what was not committed" : ""}`, command: `git checkout ${commit}` }]
      : []),
    { title: "Its recipe, as it was written", command: `cat ${bashWord(`${dir}/.lab/recipe.toml`)}` },
    { title: "What would make another key now", command: `lab explain-key ${repeated(run)} ${handle}` },
  ];
  return { steps };
});

export const runScript = answering(runScriptApi, async (parts, _, serving) => {
  const { dir, owner, run, facts } = asked(parts, serving);
  const newest = facts.submissions.at(-1);
  if (!newest) return {};
  const files = submissionFiles(dir, newest.n);
  const array = newest.array;
  const shared = array && arrayFiles(arrayDirectory(serving.registry.base, run.user, array.id)).script;
  const script = readText(shared ?? files.script, { owner });
  return {
    submission: newest.n,
    ...(script === undefined ? {} : { script: maskedText(script) }),
    ...(array ? { array: array.id } : {}),
  };
});

export const runSource = answering(runSourceApi, async (parts, _, serving) => {
  const { run, owner } = asked(parts, serving);
  const { source, user } = run;
  if (source.digest === undefined) return { source };
  const { json } = snapshotFiles(serving.registry.base, user, source.digest);
  const snapshot = readRecord(json, snapshotSchema, { owner });
  if (!snapshot) return { source };
  const patch = snapshot.patch === undefined ? {} : { patch: maskedText(shownPatch(snapshot.patch)) };
  return { source, snapshot: { ...snapshot, ...patch } };
});

const longestPatch = 2 ** 20;

/** A patch of a MiB is read by nobody; the remark at its end has the form that git gives to its own. */
function shownPatch(patch: string): string {
  if (patch.length <= longestPatch) return patch;
  const end = patch.lastIndexOf("\n", longestPatch) + 1 || longestPatch;
  return `${patch.slice(0, end)}\\ ${patch.length - end} more characters are in the snapshot\n`;
}

export const runRecipe = answering(runRecipeApi, async (parts, _, serving) => {
  const { run } = asked(parts, serving);
  const { recipe } = run;
  return {
    text: maskedText(recipe.text),
    ...(recipe.path === undefined ? {} : { path: recipe.path }),
    ...(recipe.extends === undefined ? {} : { extends: recipe.extends }),
    ...(recipe.set === undefined ? {} : { set: recipe.set.map(maskedText) }),
    effective: maskedText(effectiveRecipe(maskedRecord(run))),
  };
});

export const runEnvironment = answering(runEnvironmentApi, async (parts, _, serving) => {
  const disk = asked(parts, serving);
  const maker = disk.facts.attempts.length > 0 ? disk : makerOfRun(serving.registry, disk);
  const notes: string[] = [];
  const { environment, hardware } = foundBy(maker, notes);
  for (const note of notes) reporter(disk.run.id, serving)(note);
  const last = maker.facts.attempts.at(-1);
  const freeze = last && path.join(attemptDirectory(envelope(maker.dir), last.n), "freeze.txt");
  const packages = freeze && readText(freeze, { owner: maker.owner })?.split("\n").filter(Boolean);
  return {
    run: maker.run.id,
    ...(environment ? { environment } : {}),
    ...(hardware ? { hardware } : {}),
    ...(packages ? { packages } : {}),
  };
});

export const runCheckpoints = answering(runCheckpointsApi, async (parts, _, serving) => {
  const given = asked(parts, serving);
  const disk = whoseLines(given, "checkpoints", serving.registry, () => {});
  let checkpoints: Checkpoint[] = [];
  try {
    const candidates = await allOf(disk);
    checkpoints = candidates.map((candidate) => recordOf(disk, candidate));
    const latest = pointedAt(disk)?.path ?? latestOf(candidates)?.one.path;
    return { checkpoints, ...(latest === undefined ? {} : { latest }) };
  } catch (error) {
    if (!isFault(error)) throw error;
    return { checkpoints, unclear: error.message };
  }
});

const mostSimilar = 8;
const mostLookedAt = 150;

export const runSimilar = answering(runSimilarApi, async (parts, _, serving) => {
  const { registry, context } = serving;
  const { run } = asked(parts, serving);
  const limits = await graces(context);
  const rest = breather();
  const found: { run: Status; differs: string[] }[] = [];
  let looked = 0;
  for (const { id, user, packed } of roll(registry, [run.user])) {
    await rest();
    if (id === run.id || (packed && !packed.line.text().includes(`"name":${JSON.stringify(run.name)}`))) continue;
    if (++looked > mostLookedAt) break;
    const other = readable(() => openRun(registry, user, id, (one) => one.name === run.name));
    if (other) found.push({ run: statusOf(other, context.now, limits), differs: differences(other.run, run) });
  }
  found.sort((a, b) => a.differs.length - b.differs.length || (a.run.id < b.run.id ? 1 : -1));
  return { similar: found.slice(0, mostSimilar), looked_at: Math.min(looked, mostLookedAt) };
});

export const runNarrative = answering(runNarrativeApi, async (parts, _, serving) => {
  const { registry, context } = serving;
  const disk = asked(parts, serving);
  const bad = reporter(disk.run.id, serving);
  const narrative = maskedRecord(narrativeOf(disk, registry, await graces(context), context.now, bad));
  return { narrative, markdown: narrativeText(narrative) };
});

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
