// Every endpoint of the API: what the OpenAPI document, and the test that asks all of them, are made from.
import type { Endpoint } from "./api.js";
import { aliasesApi, artifactApi, artifactsApi } from "./artifacts.js";
import { compareApi, compareImagesApi } from "./compare.js";
import { evaluationsApi, frameApi, rolloutApi } from "./evaluations.js";
import { artifactFileApi, artifactFilesApi, artifactPreviewApi, fileApi, filesApi, previewApi } from "./files.js";
import { healthApi, metricsOfServerApi, openApi } from "./health.js";
import { lineageApi } from "./lineage.js";
import { changesApi, eventsApi } from "./live.js";
import { logApi, logRawApi, logSearchApi, logsApi } from "./logs.js";
import { metricsApi, metricsOfApi } from "./metrics.js";
import { notebookApi } from "./notebook.js";
import { overviewApi, usersApi } from "./overview.js";
import { pipelineApi, pipelinesApi } from "./pipelines.js";
import { policiesApi, policyApi } from "./policies.js";
import { doctorApi, queueApi } from "./queue.js";
import * as part from "./run-parts.js";
import { fieldsApi, groupsApi, runApi, runsApi } from "./runs.js";
import { searchApi } from "./search.js";
import { sweepApi, sweepsApi } from "./sweeps.js";

export const api: readonly Endpoint[] = [
  ...[runsApi, groupsApi, runApi, fieldsApi, overviewApi, usersApi, searchApi],
  ...[healthApi, metricsOfServerApi, openApi],
  ...[lineageApi, pipelinesApi, pipelineApi, sweepsApi, sweepApi, artifactsApi, artifactApi, aliasesApi],
  ...[policiesApi, policyApi, queueApi, doctorApi, evaluationsApi, rolloutApi, frameApi],
  ...Object.values(part),
  ...[compareApi, compareImagesApi],
  ...[logsApi, logApi, logSearchApi, logRawApi, filesApi, previewApi, fileApi],
  ...[artifactFilesApi, artifactPreviewApi, artifactFileApi],
  ...[metricsApi, metricsOfApi, eventsApi, changesApi, notebookApi],
];
