// A pass over 10,000 active runs of which nothing has changed, beside the one squeue that it needs.
import fs from "node:fs";
import path from "node:path";
import { makeActiveRuns } from "./active-runs.js";
import type { Bench } from "./bench.js";
import { type Cluster, clusterUp, requestsOf, withoutSlurm } from "./cluster.js";
import { comparedFigure, countFigure, type Figure } from "./figure.js";
import { alternately } from "./measure.js";
import { built, callsOf, durationOf, installed, output } from "./programs.js";
import { type Prepared, planned, prepare } from "./runs.js";

const runs = 10_000;
const rounds = 11;
const pass = [built("lab-reconcile"), "--json"];

export const reconcile: Bench = {
  title: `lab-reconcile with ${runs} active runs whose jobs are held in a real queue, when nothing has changed.`,
  missing: withoutSlurm,
  async *figures(say) {
    say("a cluster");
    const cluster = clusterUp();
    Object.assign(process.env, cluster.env);
    const place = await prepare("slurm");
    try {
      say(`${runs} runs and their jobs`);
      await makeActiveRuns(place.registry, planned(place, ["lab-snapshot", "lab-resolve"]), runs);
      const first = (await durationOf(pass, { env: place.env })) / 1000;
      say(`the first pass took ${first.toFixed(1)} s`);
      const squeue = squeueOf(place);
      yield* measured(place, squeue);
      yield* counted(place, squeue, cluster);
    } finally {
      cluster.down();
      place.remove();
    }
  },
};

interface Squeue {
  argv: string[];
  env: NodeJS.ProcessEnv;
}

/** The squeue of a pass, word for word: a program of that name notes what it is given. */
function squeueOf(place: Prepared): Squeue {
  const directory = path.join(place.dir, "noting");
  const real = output(["sh", "-c", "command -v squeue"]).trim();
  const script = `#!/bin/sh
here=$(dirname "$0")
printf '%s\\0' "$@" >"$here/argv"
env -0 >"$here/env"
exec ${real} "$@"
`;
  fs.mkdirSync(directory);
  fs.writeFileSync(path.join(directory, "squeue"), script, { mode: 0o755 });
  output(pass, { env: { ...place.env, PATH: `${directory}:${place.env["PATH"]}` } });
  const noted = (name: string) => fs.readFileSync(path.join(directory, name), "utf8").split("\0").slice(0, -1);
  const env = noted("env").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
  return { argv: [real, ...noted("argv")], env: Object.fromEntries(env) };
}

async function* measured(place: Prepared, squeue: Squeue): AsyncGenerator<Figure> {
  const how = { env: place.env };
  const whole = async () => (await durationOf(pass, how)) / 1000;
  const alone = async () => (await durationOf(squeue.argv, squeue)) / 1000;
  const named = { bench: "reconcile", what: "lab-reconcile", unit: "s", against: "the same squeue" };
  yield comparedFigure(named, await alternately(rounds, whole, alone), { of: "ratio", most: 1.5 });
}

async function* counted(place: Prepared, squeue: Squeue, cluster: Cluster): AsyncGenerator<Figure> {
  const how = { env: place.env };
  const ours = requestsOf(cluster, () => output(pass, how));
  const alone = requestsOf(cluster, () => output(squeue.argv, squeue));
  const named = {
    bench: "reconcile",
    what: `lab-reconcile: ${ours.kinds}`,
    unit: "requests",
    against: "the same squeue",
  };
  yield countFigure(named, ours.count, alone.count, { of: "difference", most: 0 });
  if (!installed("strace")) return;
  const inRuns = callsOf(pass, path.join(place.registry, "runs"), how);
  const inAll = callsOf(pass, place.registry, how);
  const opens = { bench: "reconcile", what: "lab-reconcile, below runs/: opens", unit: "opens" };
  yield countFigure(opens, inRuns.opens, undefined, { of: "value", most: 0 });
  for (const unit of ["opens", "stats", "readdirs"] as const)
    yield countFigure({ bench: "reconcile", what: `lab-reconcile, in the registry: ${unit}`, unit }, inAll[unit]);
}
