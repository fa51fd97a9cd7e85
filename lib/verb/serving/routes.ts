// All paths of the API and what answers each.
import type { Route } from "../../serve/route.js";
import type { Answering, Served } from "./answering.js";
import { aliases, artifact, artifacts } from "./artifacts.js";
import { compare, compareImages } from "./compare.js";
import { doctor } from "./doctor.js";
import { evaluations } from "./evaluations.js";
import { fields } from "./fields.js";
import { artifactFile, artifactFiles, artifactPreview, file, files, preview } from "./files.js";
import { groups } from "./groups.js";
import { health, metricsOfServer, openapi } from "./health.js";
import { lineage } from "./lineage.js";
import { changes, events } from "./live.js";
import { log, logRaw, logSearch, logs } from "./logs.js";
import { metrics, metricsOf } from "./metrics.js";
import { notebook } from "./notebook.js";
import { overview, users } from "./overview.js";
import { pipeline, pipelines } from "./pipelines.js";
import { policies, policy } from "./policies.js";
import { queue } from "./queue.js";
import { frame, rollout } from "./rollouts.js";
import { run } from "./run.js";
import * as part from "./run-parts.js";
import { runs } from "./runs.js";
import { search } from "./search.js";
import { sweep, sweeps } from "./sweeps.js";

const all: readonly Answering[] = [
  ...[runs, groups, run, fields, overview, users, search],
  ...[health, metricsOfServer, openapi],
  ...[lineage, pipelines, pipeline, sweeps, sweep, artifacts, artifact, aliases],
  ...[policies, policy, queue, doctor, evaluations, rollout, frame],
  ...Object.values(part),
  ...[compare, compareImages],
  ...[logs, log, logSearch, logRaw, files, preview, file],
  ...[artifactFiles, artifactPreview, artifactFile],
  ...[metrics, metricsOf, events, changes, notebook],
];

export function routesOf(served: Served): Route[] {
  return all.map((answering) => answering(served));
}
