// A sweep of a thousand points from its recipe into Slurm's queue, beside sbatch in a loop.
import fs from "node:fs";
import path from "node:path";
import type { Bench } from "./bench.js";
import { type Cluster, clusterUp, requestsOf, withoutSlurm } from "./cluster.js";
import { comparedFigure, countFigure, type Figure } from "./figure.js";
import { alternately } from "./measure.js";
import { built, cpuOf, durationOf, output } from "./programs.js";
import { type Prepared, prepare } from "./runs.js";

const [points, rounds] = [1000, 5];
/** Of the loop, whose calls all take as long, a tenth is measured. */
const calls = 100;
// Held, so that the machine is not busy with the jobs of earlier rounds.
const recipe = [
  'name = "grid"',
  'command = ["true"]',
  "[resources]",
  'time = "1m"',
  'sbatch_extra = ["--hold"]',
  "[params]",
  "x = 0",
  "[outputs.result]",
  'type = "file"',
  "[sweep.axes]",
  `"params.x" = { range = [1, ${points}, 1] }`,
  "",
].join("\n");
const loop = `for ((i = 0; i < ${calls}; i++)); do sbatch --parsable --hold --output=/dev/null --wrap true; done`;

export const sweep: Bench = {
  title: `lab sweep of ${points} points, from the shell's line to the last job's id.`,
  missing: withoutSlurm,
  async *figures(say) {
    say("a cluster");
    const cluster = clusterUp();
    Object.assign(process.env, cluster.env);
    const place = await prepare("slurm", recipe);
    try {
      yield* measured(place, cluster);
      yield* counted(place, cluster);
      yield* parts(place);
    } finally {
      cluster.down();
      place.remove();
    }
  },
};

const command = ({ recipe: file }: Prepared) => [built("lab"), "sweep", "--json", file];

/** The next sweep is of other points: nothing answers for them, and nobody else computes them. */
function anew(place: Prepared, cluster: Cluster): void {
  cluster.cancelAll();
  made += 1;
  fs.writeFileSync(place.recipe, recipe.replace("x = 0\n", `x = 0\nmade = ${made}\n`));
}
let made = 0;

async function* measured(place: Prepared, cluster: Cluster): AsyncGenerator<Figure> {
  const how = { env: place.env };
  const ours = async () => {
    anew(place, cluster);
    return (await durationOf(command(place), how)) / 1000;
  };
  const alone = async () => ((await durationOf(["bash", "-c", loop], how)) / 1000) * (points / calls);
  const against = `${points} × sbatch (${calls} measured)`;
  const named = { bench: "sweep", what: `lab sweep of ${points} points`, unit: "s", against };
  const figure = comparedFigure(named, await alternately(rounds, ours, alone), { of: "ratio", most: 0.5 });
  yield figure;
  const what = `lab sweep of ${points} points: the middle`;
  yield countFigure({ bench: "sweep", what, unit: "s" }, figure.value, undefined, { of: "value", most: 3 });
}

async function* counted(place: Prepared, cluster: Cluster): AsyncGenerator<Figure> {
  anew(place, cluster);
  const { count, kinds } = requestsOf(cluster, () => output(command(place), { env: place.env }));
  const what = `lab sweep of ${points} points: ${kinds}`;
  yield countFigure({ bench: "sweep", what, unit: "requests" }, count, undefined, { of: "value", most: 20 });
}

const stages = ["plan", "expand", "snapshot", "resolve", "create", "cache", "render-sbatch", "submit"];

/** What the processors do in each part of the pipe, which are one beside the other. */
async function* parts(place: Prepared): AsyncGenerator<Figure> {
  const { env } = place;
  fs.writeFileSync(place.recipe, recipe.replace("x = 0\n", "x = 0\nmade = 0\n"));
  let input = "";
  let all = 0;
  for (const stage of stages) {
    const argv = [built(`lab-${stage}`), "--json", ...(stage === "plan" ? [place.recipe] : [])];
    const { text, cpu_s } = cpuOf(argv, { env, input }, path.join(place.dir, "cpu"));
    input = text;
    all += cpu_s;
    yield countFigure({ bench: "sweep", what: `lab-${stage}: processor time`, unit: "s" }, cpu_s);
  }
  yield countFigure({ bench: "sweep", what: "all parts: processor time", unit: "s" }, all);
}
