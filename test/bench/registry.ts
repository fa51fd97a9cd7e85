// What the commands that read a registry cost as it grows: of 100, 1,000, 10,000 and 100,000 runs.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Bench } from "./bench.js";
import { comparedFigure, countFigure, type Figure } from "./figure.js";
import { inMemory } from "./in-memory.js";
import { alternately } from "./measure.js";
import { built, callsOf, durationOf, installed, output, peakOf } from "./programs.js";
import { type Filled, filled } from "./registries.js";
import { planned } from "./runs.js";

/** LAB_BENCH_RUNS is the size of the largest. */
const largest = Number(process.env["LAB_BENCH_RUNS"] ?? 100_000);
const sizes = [100, 1000, 10_000, 100_000].filter((size) => size <= largest);

export const registry: Bench = {
  title: `Registries of ${sizes.join(", ")} runs of several users on a file system in memory, one in twenty not ended, the rest in packs. jq reads the summary files, which is what a list reads.`,
  missing: () => (installed("jq") ? undefined : "jq is not installed"),
  async *figures(say) {
    const elsewhere = inMemory({ bytes: largest * 120_000, files: largest * 30 });
    const places: Filled[] = [];
    try {
      for (const size of sizes) {
        say(`a registry of ${size} runs in ${os.tmpdir()}`);
        const place = await filled(size, say);
        places.push(place);
        if (size > 100) yield* lists(place);
      }
      yield* growth(places, say);
    } finally {
      for (const place of places) place.remove();
      elsewhere();
    }
  },
};

const bench = "registry";

/** What is listed, the same by jq, and what it should come to. */
const listings = [
  { what: "the last 50", argv: ["--limit", "50"], jq: undefined, aim: { of: "value", most: 0.15 } },
  { what: "of one name", argv: ["--name", "train-7"], jq: 'select(.name == "train-7")', aim: { of: "ratio", most: 1 } },
  { what: "failed", argv: ["--state", "failed"], jq: 'select(.state == "failed")', aim: { of: "ratio", most: 1 } },
  {
    what: "by a param",
    argv: ["--where", "params.lr < 1e-4"],
    jq: "select(.plan.params.lr < 1e-4)",
    aim: { of: "ratio", most: 1 },
  },
  { what: "all", argv: [], jq: ".", aim: { of: "ratio", most: 1 } },
] as const;

async function* lists(place: Filled): AsyncGenerator<Figure> {
  const { runs, env, summaries } = place;
  const rounds = runs > 50_000 ? 5 : 9;
  for (const { what, argv, jq, aim } of listings) {
    const command = [built("lab-ls"), "--json", "--all", ...argv];
    const ours = async () => (await durationOf(command, { env })) / 1000;
    const theirs = async () =>
      (await durationOf(jq === undefined ? ["node", "-e", "0"] : ["jq", "-c", jq, ...summaries], { env })) / 1000;
    const named = {
      bench,
      what: `lab-ls, ${what} of ${runs}`,
      unit: "s",
      against: jq === undefined ? "node -e 0" : `jq -c '${jq}'`,
    };
    yield valued(
      comparedFigure(named, await alternately(rounds, ours, theirs), runs === 100_000 ? aim : undefined),
      aim,
    );
    yield countFigure({ bench, what: `lab-ls, ${what} of ${runs}: peak memory`, unit: "MB" }, peakOf(command, { env }));
  }
  yield* counts(place);
  const collecting = async () => (await durationOf([built("lab-gc"), "--json"], { env })) / 1000;
  const walking = async () => (await durationOf(["find", place.registry, "-maxdepth", "5"], { env })) / 1000;
  const named = { bench, what: `lab-gc of ${runs}, of a user among several`, unit: "s", against: "find -maxdepth 5" };
  yield comparedFigure(named, await alternately(rounds, collecting, walking));
  yield* checks(place);
}

/** What looks at every file there is, beside a program that reads them all. */
async function* checks({ runs, env, registry: base }: Filled): AsyncGenerator<Figure> {
  const cat = ["sh", "-c", 'find "$1" -type f -exec cat {} + >/dev/null', "sh", base];
  const reading = async () => (await durationOf(cat, { env })) / 1000;
  for (const deep of [[], ["--deep"]]) {
    // The runs of this place say that they made what nobody has; it finds that.
    const found = ["sh", "-c", '"$@" >/dev/null || [ $? -eq 1 ]', "sh", built("lab-fsck"), "--json", ...deep];
    const checking = async () => (await durationOf(found, { env })) / 1000;
    const what = ["lab-fsck", ...deep, "of", runs].join(" ");
    const named = { bench, what, unit: "s", against: "find -type f -exec cat" };
    yield comparedFigure(named, await alternately(3, checking, reading));
  }
}

/** An aim for the value itself is told of the value, though a baseline stands beside it. */
function valued(figure: Figure, aim: (typeof listings)[number]["aim"]): Figure {
  return figure.aim !== undefined && aim.of === "value" ? { ...figure, met: figure.value <= aim.most } : figure;
}

function* counts(place: Filled): Generator<Figure> {
  if (!installed("strace")) return;
  const { runs, env, registry: base, handle } = place;
  const [first] = listings;
  const commands = {
    [`lab-ls, ${first.what}`]: ["lab-ls", "--json", "--all", ...first.argv],
    "lab-show HANDLE": ["lab-show", "--json", handle],
  };
  for (const [what, [name = "", ...argv]] of Object.entries(commands)) {
    const calls = callsOf([built(name), ...argv], base, { env });
    for (const unit of ["opens", "stats", "readdirs"] as const)
      yield countFigure({ bench, what: `${what} of ${runs}: ${unit}`, unit }, calls[unit]);
  }
}

/** The same in the smallest and in the others, by turns. */
async function* growth(places: readonly Filled[], say: (progress: string) => void): AsyncGenerator<Figure> {
  const [small, ...larger] = places;
  if (!small) return;
  say("growth");
  const asked = new Map(places.map((place) => [place, answerable(place)]));
  for (const large of larger) {
    for (const [what, argvOf] of Object.entries(looks)) {
      const take = (place: Filled) => () =>
        durationOf(argvOf(place), { env: place.env, input: asked.get(place) ?? "" });
      const named = { bench, what: `${what}, ${large.runs} runs`, unit: "ms", against: `${small.runs} runs` };
      yield comparedFigure(named, await alternately(15, take(large), take(small)), { of: "ratio", most: 1.2 });
    }
  }
}

const looks: Record<string, (place: Filled) => string[]> = {
  "lab-show HANDLE": ({ handle }) => [built("lab-show"), "--json", handle],
  "lab-show @last": () => [built("lab-show"), "--json", "@last"],
  "lab-ls --limit 50": () => [built("lab-ls"), "--json", "--limit", "50"],
  // Of the record of a run that is made already: dry, so that it can be asked again.
  "lab-cache, a hit": () => [built("lab-cache"), "--json", "--dry-run"],
};

/** A run that an earlier one answers for, as it comes to lab-cache. */
function answerable(place: Filled): string {
  const recipe = path.join(path.dirname(place.recipe), "answered.toml");
  const command = `["sh", "-c", 'mkdir -p "$LAB_OUTPUT_MODEL" && echo x >"$LAB_OUTPUT_MODEL/x"']`;
  const resources = '[resources]\nmem = "64MB"\ntime = "10m"\n';
  fs.writeFileSync(recipe, `name = "answered"\ncommand = ${command}\n${resources}[outputs.model]\ntype = "model"\n`);
  output([built("lab-run"), "--json", "--wait", recipe], { env: place.env });
  const input = planned({ ...place, recipe }, ["lab-snapshot", "lab-resolve", "lab-create"]);
  const found = output([built("lab-cache"), "--json", "--dry-run"], { env: place.env, input });
  if (!found.includes('"decision":"hit"')) throw new Error(`nothing answers for it: ${found}`);
  return input;
}
