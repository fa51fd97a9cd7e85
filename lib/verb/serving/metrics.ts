// Metrics as the page draws them. What was read once is kept until a file of it has changed.
import { fault, isFault, recordError } from "../../record/fault.js";
import { fs } from "../../registry/disk.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { attemptsOf, pointsAndPauses } from "../../registry/metrics.js";
import { findRun } from "../../registry/refs.js";
import { metricsApi, metricsOfApi } from "../../serve/api/metrics.js";
import { whoseLines } from "../show/what-answers.js";
import { answering, type Serving } from "./answering.js";
import { runRef } from "./refs.js";
import { type Axis, seriesOf } from "./series-of.js";

export const metrics = answering(metricsApi, async ({ run = "" }, query, serving) => {
  const { x = "step", points = 1000, name } = query;
  const disk = diskOf(run, serving);
  const found = await known(disk, { x, points, names: name }, serving);
  return { run: disk.run.id, x, ...found };
});

const mostRuns = 50;

export const metricsOf = answering(metricsOfApi, async (_, { run, name, x = "step", points = 1000 }, serving) => {
  if (run.length > mostRuns) throw fault("usage", `at most ${mostRuns} runs at a time, not ${run.length}`);
  const series = [];
  for (const ref of new Set(run)) {
    try {
      const disk = diskOf(ref, serving);
      // Who compares asks for one metric after the other: of files that are read soon all are kept.
      const names = sizeOf(disk) <= soonRead ? undefined : [name];
      const found = await known(disk, { x, points, names }, serving);
      for (const one of found.series.filter((it) => it.name === name)) series.push({ run: ref, ...one });
    } catch (error) {
      if (!isFault(error)) throw error;
      serving.problems.push({ id: ref, ...recordError(error) });
    }
  }
  return { name, x, series };
});

function diskOf(ref: string, { context, registry }: Serving): RunOnDisk {
  return whoseLines(findRun(registry, runRef(ref), context.cwd), "metrics", registry, () => {});
}

interface Asked {
  x: Axis;
  points: number;
  names: readonly string[] | undefined;
}

type Answer = ReturnType<typeof seriesOf>;
const kept = new Map<string, { sign: string; answer: Answer; bad: string[] }>();
/** So many runs are compared at most, with room for who looks at others beside. */
const mostKept = 64;
const soonRead = 4_000_000;

/** Two who ask the same wait for one reading; a file that grew is read again, once it is asked for. */
async function known(disk: RunOnDisk, { x, points, names }: Asked, { context }: Serving): Answer {
  const key = JSON.stringify([disk.dir, x, points, names]);
  const sign = signOf(disk);
  let entry = kept.get(key);
  if (entry?.sign !== sign) {
    const bad: string[] = [];
    const wanted = names === undefined ? () => true : (name: string) => names.includes(name);
    const answer = seriesOf(
      pointsAndPauses(
        disk,
        (message) => void bad.push(message),
        () => true,
      ),
      x,
      points,
      wanted,
    );
    entry = { sign, answer, bad };
    answer.catch(() => kept.delete(key));
  }
  kept.delete(key);
  kept.set(key, entry);
  for (const oldest of kept.keys()) {
    if (kept.size <= mostKept) break;
    kept.delete(oldest);
  }
  const answer = await entry.answer;
  for (const message of entry.bad) context.report(disk.run.id, fault("dataerr", message));
  return answer;
}

function sizeOf(disk: RunOnDisk): number {
  const files = attemptsOf(disk).flatMap(({ files, log }) => [...files, ...(log === undefined ? [] : [log])]);
  return files.reduce((sum, file) => sum + (fs.lstatSync(file, { throwIfNoEntry: false })?.size ?? soonRead), 0);
}

/** Another word when a file of the metrics has grown, or the attempts or results are others. */
function signOf(disk: RunOnDisk): string {
  const files = attemptsOf(disk).flatMap(({ n, files, log }) => [
    `${n}`,
    ...files,
    ...(log === undefined ? [] : [log]),
  ]);
  const signs = files.map((file) => {
    const stat = file.startsWith("/") ? fs.lstatSync(file, { throwIfNoEntry: false }) : undefined;
    return `${file}:${stat?.size}:${stat?.mtimeMs}`;
  });
  return `${signs.join(" ")} ${disk.facts.outcome?.at}`;
}
