// One run from its recipe into Slurm's queue, beside sbatch alone.
import type { Bench } from "./bench.js";
import { type Cluster, clusterUp, requestsOf, withoutSlurm } from "./cluster.js";
import { comparedFigure, countFigure, type Figure } from "./figure.js";
import { alternately } from "./measure.js";
import { built, callsOf, durationOf, installed, output } from "./programs.js";
import { type Prepared, prepare } from "./runs.js";

const rounds = 21;
// Held, so that the machine is not busy with the jobs of earlier rounds.
const recipe = 'name = "one"\ncommand = ["true"]\n\n[resources]\ntime = "1m"\nsbatch_extra = ["--hold"]\n';
const sbatch = ["sbatch", "--parsable", "--hold", "--output=/dev/null", "--wrap", "true"];

export const pipe: Bench = {
  title: "lab run of the smallest recipe, from the shell's line to the job's id.",
  missing: withoutSlurm,
  async *figures(say) {
    say("a cluster");
    const cluster = clusterUp();
    Object.assign(process.env, cluster.env);
    const place = await prepare("slurm", recipe);
    try {
      yield* measured(place);
      yield* counted(place, cluster);
    } finally {
      cluster.down();
      place.remove();
    }
  },
};

async function* measured(place: Prepared): AsyncGenerator<Figure> {
  const how = { env: place.env };
  const run = async () => (await durationOf([built("lab"), "run", "--json", place.recipe], how)) / 1000;
  const alone = async () => (await durationOf(sbatch, how)) / 1000;
  const named = { bench: "pipe", what: "lab run", unit: "s", against: "sbatch --wrap true" };
  yield comparedFigure(named, await alternately(rounds, run, alone), { of: "difference", most: 0.5 });
}

async function* counted(place: Prepared, cluster: Cluster): AsyncGenerator<Figure> {
  const how = { env: place.env };
  const run = [built("lab"), "run", "--json", place.recipe];
  const ours = requestsOf(cluster, () => output(run, how));
  const alone = requestsOf(cluster, () => output(sbatch, how));
  const named = { bench: "pipe", what: `lab run: ${ours.kinds}`, unit: "requests", against: "sbatch --wrap true" };
  yield countFigure(named, ours.count, alone.count);
  if (!installed("strace")) return;
  const calls = callsOf(run, place.registry, how);
  for (const unit of ["opens", "stats", "readdirs"] as const)
    yield countFigure({ bench: "pipe", what: `lab run, in the registry: ${unit}`, unit }, calls[unit]);
}
