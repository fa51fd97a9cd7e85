// lab-serve of a large registry: until all is there, what that takes, how fast it answers, and how much it bears.
import fs from "node:fs";
import path from "node:path";
import autocannon from "autocannon";
import type { Bench } from "./bench.js";
import { comparedFigure, countFigure, type Figure } from "./figure.js";
import { inMemory } from "./in-memory.js";
import { alternately, spread, timed } from "./measure.js";
import { output } from "./programs.js";
import type { Prepared } from "./runs.js";
import { servedRegistry } from "./served-registry.js";
import { fileServer, labServe, type Server, watchedServe } from "./servers.js";

/** LAB_BENCH_RUNS is another number of runs. */
const runs = Number(process.env["LAB_BENCH_RUNS"] ?? 100_000);
const whole = Math.min(2000, Math.ceil(runs / 4));
const bench = "serve";
const rounds = { starts: 3, questions: 100, loads: 3 };

export const serve: Bench = {
  title: `lab serve of ${runs} runs of several users, ${whole} of them with files of their own, the rest in packs. The static server answers with the same bytes from a file.`,
  missing: () => undefined,
  async *figures(say) {
    const elsewhere = inMemory({ bytes: runs * 3000 + whole * 200_000, files: whole * 40 });
    let place: Prepared | undefined;
    try {
      say(`a registry of ${runs} runs`);
      place = await servedRegistry(
        { runs, whole, loose: Math.min(300, whole / 4), active: Math.min(150, whole / 4) },
        say,
      );
      say("starts");
      yield* starts(place);
      say("questions and load");
      yield* answers(place);
    } finally {
      place?.remove();
      elsewhere();
    }
  },
};

async function* starts(place: Prepared): AsyncGenerator<Figure> {
  const { env, registry, dir } = place;
  const packs = path.join(registry, "packs");
  const cat = () => timed(() => output(["sh", "-c", 'find "$1" -type f -exec cat {} + > /dev/null', "sh", packs]));
  const cache = path.join(dir, "index.cache");
  for (const [what, args] of [
    ["until all runs are there", []],
    ["the same with a cache", ["--cache", cache]],
  ] as const) {
    const spent: number[] = [];
    const ready = async () => {
      const server = await labServe(env, args);
      spent.push(server.cpu_ms() / 1000);
      await server.stop();
      return server.ready_ms;
    };
    const compared = await alternately(rounds.starts, ready, cat);
    const figure = comparedFigure({ bench, what, unit: "ms", against: "cat of the packs" }, compared);
    yield { ...figure, aim: "≤ 4 s", met: compared.ours.median <= 4000 };
    yield countFigure({ bench, what: `${what}: processor time`, unit: "s" }, spread(spread1(spent)).median);
  }
}

/** The first does not count: it fills the cache. */
function spread1(numbers: readonly number[]): number[] {
  return numbers.slice(1);
}

async function* answers(place: Prepared): AsyncGenerator<Figure> {
  const server = await watchedServe(place.env, path.join(place.dir, "stalls"));
  const stall = async (when: string, most?: number) => {
    const what = `longest stall of the event loop, ${when}`;
    const aim = most === undefined ? undefined : ({ of: "value", most } as const);
    return countFigure({ bench, what, unit: "ms" }, await server.stall_ms(), undefined, aim);
  };
  try {
    yield await stall("until all runs are there", 50);
    yield countFigure({ bench, what: "resident memory, as all runs are there", unit: "MiB" }, server.memory().now);
    for (const asked of await questions(server)) yield* answered(place, server, asked);
    yield await stall("while it is asked", 50);
    yield* borne(place, server);
    yield await stall("with ten who ask at once");
    const { peak } = server.memory();
    yield countFigure({ bench, what: "resident memory, at most", unit: "MiB" }, peak, undefined, {
      of: "value",
      most: 1024,
    });
  } finally {
    await server.stop();
  }
}

interface Question {
  what: string;
  /** The path of the nth time that it is asked: no answer is one that is remembered, where that is what is measured. */
  path(n: number): string;
  times?: number;
  most: number;
}

const metrics = ["loss", "accuracy", "val_loss", "val/accuracy", "throughput"];

async function questions(server: Server): Promise<Question[]> {
  const where = encodeURIComponent("exists(pipeline)");
  const [run] = JSON.parse((await server.ask(`/api/v1/runs?limit=1&where=${where}`)).text).runs;
  const page = "/api/v1/runs?limit=100";
  const below = (n: number) => encodeURIComponent(`params.lr < ${(n + 1) / 1e4}`);
  const sort = (n: number) => encodeURIComponent(`-metrics.${metrics[n % metrics.length]}`);
  // Another filter each time, which all runs pass: the order is made anew.
  const again = (n: number) => encodeURIComponent(`params.lr < ${1000 + n}`);
  return [
    { what: "first page", path: () => page, most: 20 },
    { what: "filter by a param", path: (n) => `${page}&where=${below(n)}`, most: 20 },
    {
      what: "sort by a metric, the first time",
      path: (n) => `${page}&sort=${sort(n)}`,
      times: metrics.length,
      most: 20,
    },
    { what: "sort by a metric, afterwards", path: (n) => `${page}&sort=${sort(n)}&where=${again(n)}`, most: 20 },
    {
      what: "groups",
      path: (n) => `/api/v1/runs/groups?by=user,params.lr&metric=metrics.val_loss&where=${again(n)}`,
      most: 20,
    },
    { what: "overview", path: () => "/api/v1/overview", most: 20 },
    { what: "fields", path: () => "/api/v1/fields", most: 20 },
    { what: "search", path: (n) => `/api/v1/search?q=${metrics[n % metrics.length]}${n}`, most: 20 },
    ...(run ? [{ what: "lineage", path: () => `/api/v1/lineage/${run.id}?depth=6`, most: 50 }] : []),
  ];
}

/** Asked one after another; the static server by turns. */
async function* answered(place: Prepared, server: Server, asked: Question): AsyncGenerator<Figure> {
  const { what, path: pathOf, times = rounds.questions, most } = asked;
  const file = path.join(place.dir, "answer.json");
  const first = await server.ask(pathOf(0));
  fs.writeFileSync(file, first.text);
  const still = await fileServer(file);
  try {
    // What is asked for the first time is not asked again.
    const ours = times < rounds.questions ? [first.ms] : [];
    const beside = [(await still.ask("/")).ms].slice(1);
    for (let n = ours.length; n < times; n += 1) {
      ours.push((await server.ask(pathOf(n))).ms);
      beside.push((await still.ask("/")).ms);
    }
    const sorted = ours.sort((a, b) => a - b);
    const p99 = sorted[Math.ceil(0.99 * sorted.length) - 1] ?? Number.NaN;
    const against = { what: "a static file", value: spread(beside).median };
    const { median } = spread(sorted);
    yield { ...countFigure({ bench, what: `${what}: p50`, unit: "ms" }, median), baseline: against };
    yield countFigure({ bench, what: `${what}: p99 of ${times}`, unit: "ms" }, p99, undefined, { of: "value", most });
  } finally {
    await still.stop();
  }
}

/** How many answers a second it gives to ten at once. */
async function* borne(place: Prepared, server: Server): AsyncGenerator<Figure> {
  for (const [what, question] of [
    ["the list of runs", "/api/v1/runs?limit=100"],
    ["the page", "/"],
  ] as const) {
    const file = path.join(place.dir, "answer.json");
    fs.writeFileSync(file, (await server.ask(question)).text);
    const still = await fileServer(file);
    try {
      const rate = (of: Server, at: string) => async () => {
        const result = await autocannon({ url: `${of.origin}${at}`, connections: 10, duration: 3 });
        if (result.errors + result.non2xx > 0) throw new Error(`${result.errors + result.non2xx} of ${at} failed`);
        return result.requests.average;
      };
      const compared = await alternately(rounds.loads, rate(server, question), rate(still, "/"));
      const named = { bench, what: `load of ten at once: ${what}`, unit: "answers/s", against: "a static file" };
      yield comparedFigure(named, compared);
    } finally {
      await still.stop();
    }
  }
}
