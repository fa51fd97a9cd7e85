// How long a command takes to start, beside a bare Node.
import path from "node:path";
import { root } from "../support/sandbox.js";
import type { Bench } from "./bench.js";
import { comparedFigure, countFigure, type Figure } from "./figure.js";
import { alternately } from "./measure.js";
import { built, callsOf, durationOf, installed } from "./programs.js";
import { type Prepared, planned, prepare } from "./runs.js";

const rounds = 61;
const bare = [process.execPath, "-e", "0"];

export const startup: Bench = {
  title: "A command from its start to its end.",
  missing: () => undefined,
  async *figures() {
    const place = await prepare("local");
    try {
      yield* measured(place);
      if (installed("strace")) yield* counted(place);
    } finally {
      place.remove();
    }
  },
};

async function* measured(place: Prepared): AsyncGenerator<Figure> {
  const started = async (what: string, argv: string[], input: string, most?: number) => {
    const how = { env: place.env, input };
    const compared = await alternately(
      rounds,
      () => durationOf(argv, how),
      () => durationOf(bare, how),
    );
    const named = { bench: "startup", what, unit: "ms", against: "node -e 0" };
    return comparedFigure(named, compared, most === undefined ? undefined : { of: "ratio", most });
  };
  yield await started("lab-ls --version", [built("lab-ls"), "--version"], "", 1.1);
  yield await started("lab-create, one record that it passes on", [built("lab-create"), "--json"], status, 1.5);
  const run = planned(place, ["lab-snapshot", "lab-resolve"]);
  yield await started("lab-create -n, one run to create", [built("lab-create"), "--json", "-n"], run);
}

/** The files of the installation, which is often on a network file system. */
async function* counted({ env }: Prepared): AsyncGenerator<Figure> {
  const calls = callsOf([built("lab-create"), "--json"], path.join(root, "dist"), { env, input: status });
  for (const unit of ["opens", "stats"] as const)
    yield countFigure({ bench: "startup", what: `lab-create, one record, in dist/: ${unit}`, unit }, calls[unit]);
}

const status = `${JSON.stringify({
  type: "status",
  v: 1,
  id: "20261120-201455-k7q3mz",
  name: "train",
  user: "alice",
  state: "running",
  job: "4242",
  attempt: 1,
  planned_at: "2026-11-20T20:14:55.120Z",
  started_at: "2026-11-20T20:15:02Z",
  elapsed_s: 512.4,
  run_dir: "/lab/registry/runs/alice/20261120-201455-k7q3mz",
})}\n`;
