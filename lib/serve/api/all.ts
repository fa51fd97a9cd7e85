// Every endpoint of the API: what the OpenAPI document, and the test that asks all of them, are made from.
import type { Endpoint } from "./api.js";
import { lineageApi } from "./lineage.js";
import { runApi, runsApi } from "./runs.js";

export const api: readonly Endpoint[] = [runsApi, runApi, lineageApi];
