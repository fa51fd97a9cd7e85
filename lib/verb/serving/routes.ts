// All paths of the API and what answers each.
import type { Route } from "../../serve/route.js";
import type { Answering, Served } from "./answering.js";
import { lineage } from "./lineage.js";
import { run } from "./run.js";
import { runs } from "./runs.js";

const all: readonly Answering[] = [runs, run, lineage];

export function routesOf(served: Served): Route[] {
  return all.map((answering) => answering(served));
}
