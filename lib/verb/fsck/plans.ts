// Which runs sweeps and pipelines are: their files are whole, each names every run of its own once, and they agree.
import path from "node:path";
import { isRunId } from "../../record/run-id.js";
import { readPipeline } from "../../registry/pipelines.js";
import { readSweep } from "../../registry/sweeps.js";
import { type Looking, reading, type Survey } from "./breach.js";
import { namesIn, regular } from "./files.js";
import type { PromiseName } from "./promises.js";

/** The files of a user's sweeps. */
export function* checkSweeps(survey: Survey, user: string, owner: number): Looking {
  for (const { id, file } of yield* plansIn(survey, "sweep", ["sweeps", ".ndjson"], user, owner)) {
    const sweep = yield* reading(survey, "sweep", file, () => readSweep(survey.registry, user, id));
    if (!sweep) continue;
    const { of, points = [], aggregate } = sweep;
    const runs = [...points.map(({ run }) => run), ...(aggregate ? [aggregate.run] : [])];
    const misplaced = points.findIndex(({ index }, i) => index !== i);
    const say = (message: string) => ({ check: "sweep" as const, path: file, message });
    if (points.length !== of) yield say(`has ${points.length} points, and says that it has ${of}`);
    else if (misplaced >= 0) yield say(`has the point ${points[misplaced]?.index} in the place of ${misplaced}`);
    const twice = twiceIn(runs);
    if (twice !== undefined) yield say(`names the run ${twice} twice`);
  }
}

/** The files of a user's pipelines. */
export function* checkPipelines(survey: Survey, user: string, owner: number): Looking {
  for (const { id, file } of yield* plansIn(survey, "pipeline", ["pipelines", ".json"], user, owner)) {
    const pipeline = yield* reading(survey, "pipeline", file, () => readPipeline(survey.registry, user, id));
    if (!pipeline) continue;
    const { of, stages, plans = [] } = pipeline;
    const runs = stages.flatMap((stage) => stage.runs);
    const say = (message: string) => ({ check: "pipeline" as const, path: file, message });
    if (runs.length !== of) yield say(`has ${runs.length} runs, and says that it has ${of}`);
    const twice = twiceIn(runs);
    if (twice !== undefined) yield say(`names the run ${twice} twice`);
    for (const [i, { name, after, sweep }] of stages.entries()) {
      const before = new Set(stages.slice(0, i).map((stage) => stage.name));
      const missing = after.find((other) => !before.has(other));
      if (missing !== undefined) yield say(`has the stage '${name}' before '${missing}', which it needs`);
      const there = sweep === undefined || readable(() => readSweep(survey.registry, user, sweep));
      if (!there) yield say(`has the stage '${name}' as the sweep ${sweep}, which is not there`);
    }
    const strange = plans.find((plan) => !runs.includes(String(plan["id"])));
    if (strange) yield say(`has the plan of ${String(strange["id"])}, which is none of its runs`);
  }
}

/** Whether it is there; what is wrong with it is said where it is looked at itself. */
function readable(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch {
    return true;
  }
}

function* plansIn(
  survey: Survey,
  check: PromiseName,
  [area, ending]: [area: "sweeps" | "pipelines", ending: string],
  user: string,
  owner: number,
): Looking<{ id: string; file: string }[]> {
  const directory = path.join(survey.registry.base, area, user);
  const found: { id: string; file: string }[] = [];
  for (const name of yield* namesIn(survey, check, directory)) {
    const file = path.join(directory, name);
    const id = name.endsWith(ending) ? name.slice(0, -ending.length) : "";
    if (!isRunId(id)) yield { check: "stray", path: file, message: `is no ${check}` };
    else if (yield* regular(survey, file, owner)) found.push({ id, file });
  }
  return found;
}

function twiceIn(runs: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return runs.find((run) => seen.size === seen.add(run).size);
}
