// The runs of a user, each with all that is in its directory.
import crypto from "node:crypto";
import path from "node:path";
import { type Run, runSchema } from "../../record/run.js";
import { isRunId } from "../../record/run-id.js";
import { type RunOnDisk, readRun } from "../../registry/facts.js";
import { envelope, runDirectory } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { type Breach, hour_ms, type Looking, reading, type Survey, twice } from "./breach.js";
import { checkDecisions } from "./claims.js";
import { checkEdges } from "./edges.js";
import { checkRecords, type Envelope, openEnvelope } from "./envelope.js";
import { checkFacts } from "./facts.js";
import { folder, namesIn, recordIn, textIn } from "./files.js";
import { checkMarkers } from "./markers.js";
import { checkOutputs } from "./outputs.js";
import { checkSource } from "./snapshots.js";

/** A run as its place tells it. */
export interface Place {
  user: string;
  id: string;
  owner: number;
}

/** All runs of a user. `others` are those who have runs too. */
export function* checkRuns(survey: Survey, user: string, owner: number, others: readonly string[]): Looking {
  const directory = path.join(survey.registry.base, "runs", user);
  for (const id of yield* namesIn(survey, "run", directory)) {
    if (isRunId(id)) yield* twice(() => checkRun(survey, { user, id, owner }, others));
    else yield { check: "stray", path: path.join(directory, id), message: "is no run" };
  }
}

/** One run; what is found bears its id. */
export function* checkRun(survey: Survey, place: Place, others: readonly string[]): Looking {
  for (const breach of lookAtRun(survey, place, others)) yield breach && { run: place.id, ...breach };
}

function* lookAtRun(survey: Survey, { user, id, owner }: Place, others: readonly string[]): Looking {
  const dir = runDirectory(survey.registry.base, user, id);
  if (!(yield* folder(survey, dir, owner))) return;
  const lab = envelope(dir);
  if (!(yield* folder(survey, lab, owner))) {
    yield* unborn(survey, dir, "it has no .lab");
    return;
  }
  const run = yield* openEnvelope(survey, { user, id, owner, dir });
  yield* onlyOne(survey, run, others);
  const record = yield* runRecord(run);
  yield* checkRecords(run);
  const disk = record && (yield* reading(survey, "run", path.join(lab, "run.json"), () => readRun(dir, owner)));
  if (disk) yield* whole(survey, disk);
}

function* whole(survey: Survey, disk: RunOnDisk): Looking {
  yield* recipe(survey, disk);
  yield* checkFacts(survey, disk);
  const made = yield* checkOutputs(survey, disk);
  yield* checkEdges(survey, disk, made);
  yield* checkDecisions(survey, disk);
  yield* checkMarkers(survey, disk);
  yield* checkSource(survey, disk);
}

/** run.json, which says what everything else here is about. */
function* runRecord({
  survey,
  user,
  id,
  owner,
  dir,
  names,
  submissions,
  attempts,
}: Envelope): Looking<Run | undefined> {
  const file = path.join(envelope(dir), "run.json");
  if (!names.has("run.json")) {
    if (submissions.length + attempts.length > 0 || names.has("outcome.json"))
      yield { check: "run", path: file, message: "is missing, and there are facts about the run" };
    return undefined;
  }
  const wrong = (run: Run) => (run.id === id && run.user === user ? undefined : `is run ${run.id} of ${run.user}`);
  return yield* recordIn(survey, file, { owner, schema: runSchema, check: "run", wrong });
}

function* unborn({ now }: Survey, dir: string, message: string): Looking<undefined> {
  const seen = lookAt(dir);
  const breach: Breach = {
    check: "run",
    path: dir,
    message,
    hint: "its owner removes it, if nothing in it is of worth",
  };
  if (seen && now - seen.mtime_ms > hour_ms) yield breach;
}

/** Two users cannot have planned one run. */
function* onlyOne({ registry }: Survey, { user, id, dir }: Envelope, others: readonly string[]): Looking {
  const also = others.filter((other) => other !== user && lookAt(runDirectory(registry.base, other, id)));
  if (also.length > 0) yield { check: "run", path: dir, message: `${also.join(", ")} has a run of this id too` };
}

function* recipe(survey: Survey, { run, dir, owner }: RunOnDisk): Looking {
  const file = path.join(envelope(dir), "recipe.toml");
  const tell = (message: string): Breach => ({ check: "recipe", path: file, message });
  const seen = yield* reading(survey, "recipe", file, () => lookAt(file));
  if (!seen) {
    yield tell("is missing");
    return;
  }
  const text = yield* textIn(survey, "recipe", file, owner);
  if (text !== undefined && text !== run.recipe.text) yield tell("is not the text that run.json has");
  const digest = `sha256:${crypto.createHash("sha256").update(run.recipe.text).digest("hex")}`;
  if (digest !== run.recipe.digest)
    yield {
      check: "recipe",
      path: path.join(envelope(dir), "run.json"),
      message: "the recipe in it has another digest",
    };
}
