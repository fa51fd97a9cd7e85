// Lineage in a large registry, beside the same in a small one.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { artifactIdOf } from "../../lib/record/artifact-id.js";
import { drawRunId } from "../../lib/record/run-id.js";
import { indexDirectory } from "../../lib/registry/layout.js";
import { openRegistry, type Registry } from "../../lib/registry/open.js";
import { externalIdOf, sourceIdOf } from "../../lib/registry/used.js";
import { lineage as answer } from "../../lib/verb/serving/lineage.js";
import { end, register } from "../lib/registry/artifact-support.js";
import { external, idOf, using, usingRun } from "../lib/registry/lineage-support.js";
import type { Bench } from "./bench.js";
import { comparedFigure, type Figure } from "./figure.js";
import { alternately, timed } from "./measure.js";
import { built, durationOf } from "./programs.js";
import { type Prepared, prepare } from "./runs.js";

const rounds = 21;
const [few, many] = [100, 10_000];
const source = { kind: "git" as const, root: "/home/me/repo", digest: `sha256:${"0".repeat(64)}` };

export const lineage: Bench = {
  title: "lab lineage of a checkpoint, six edges from its data to a report, and lab show of its run.",
  missing: () => undefined,
  async *figures(say) {
    const places: Prepared[] = [];
    try {
      for (const count of [few, many]) {
        say(`a registry of ${count} runs`);
        places.push(await filled(count));
      }
      yield* measured(places as [Prepared, Prepared]);
    } finally {
      for (const place of places) place.remove();
    }
  },
};

async function* measured([small, large]: [Prepared, Prepared]): AsyncGenerator<Figure> {
  const handle = idOf(1).slice(-6);
  for (const argv of [
    ["lab-lineage", "--json", `${handle}:checkpoint@5`],
    ["lab-show", "--json", handle],
  ]) {
    const [command = "", ...rest] = argv;
    const take = (place: Prepared) => () => durationOf([built(command), ...rest], { env: place.env });
    const named = { bench: "lineage", what: `${command}, ${many} runs`, unit: "ms", against: `${few} runs` };
    yield comparedFigure(named, await alternately(rounds, take(large), take(small)), { of: "ratio", most: 1.2 });
  }
  const what = `its lineage six edges far, answered by lab-serve, ${many} runs`;
  const named = { bench: "lineage", what, unit: "ms", against: `${few} runs` };
  const compared = await alternately(rounds, served(large), served(small));
  yield { ...comparedFigure(named, compared), aim: "≤ 50 ms", met: compared.ours.median <= 50 };
}

/** The same question to the server, by the id as a page asks; it has kept nothing of an answer before. */
function served({ registry: base }: Prepared): () => Promise<number> {
  const registry = openRegistry(base, os.userInfo().uid);
  const scheduler = { missing_job_grace: 60, accounting_grace: 60, submit_grace: 60 };
  const config = { scheduler, cache: { trust: "group" } };
  const context = { registry: async () => registry, config: async () => ({ config }), terminal: {} };
  const route = answer({ context, registry } as never);
  const query = new URLSearchParams({ depth: "6" });
  return () => timed(() => route.answer({ parts: { what: artifactIdOf(idOf(1), "checkpoint", 5) }, query } as never));
}

/** A registry with so many runs that used the same data, and among them the chain. */
async function filled(count: number): Promise<Prepared> {
  const place = await prepare("local");
  const registry = openRegistry(place.registry, os.userInfo().uid);
  chain(registry);
  crowd(registry, count);
  return place;
}

function chain(registry: Registry): void {
  const train = usingRun(registry, 1, { data: external("/data/d.csv") }, { source });
  const steps = [1, 2, 3, 4, 5].map((step) => register(registry, train, "checkpoint", step));
  const last = steps.at(-1);
  if (!last) return;
  const evaluate = usingRun(registry, 2, { model: using(last) }, { source });
  const report = usingRun(registry, 3, { result: using(register(registry, evaluate, "model")) }, { source });
  register(registry, report, "model");
  for (const run of [train, evaluate, report]) end(run, "succeeded");
}

/** What other runs leave where lineage looks: names in the index and among the runs. */
function crowd(registry: Registry, count: number): void {
  const { base, user } = registry;
  const [src, ext] = [sourceIdOf(source.digest), externalIdOf("/data/other.csv", undefined)];
  for (const thing of [src, ext]) fs.mkdirSync(indexDirectory(base, user, thing), { recursive: true });
  fs.mkdirSync(path.join(base, "loose", user), { recursive: true });
  const began = Date.parse("2025-01-01T00:00:00Z");
  for (let i = 0; i < count; i += 1) {
    const id = drawRunId(began + i * 1000);
    fs.mkdirSync(path.join(base, "runs", user, id));
    fs.writeFileSync(path.join(base, "loose", user, id), "");
    for (const thing of [src, ext])
      fs.writeFileSync(path.join(indexDirectory(base, user, thing), `${thing}.used.${id}`), "");
    // An artifact of its own, spread as artifacts are.
    const made = `art-${i.toString(16).padStart(5, "0").split("").reverse().join("").padEnd(20, "0")}`;
    fs.mkdirSync(indexDirectory(base, user, made), { recursive: true });
    fs.writeFileSync(path.join(indexDirectory(base, user, made), `${made}.made.${id}`), "");
  }
}
