// Lineage: what a thing was made from, and what was made from it.
import * as v from "valibot";
import { edgeSchema } from "../../record/artifact.js";
import { maybe } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { choice, whole } from "./query.js";

export const lineageApi = endpoint({
  path: "/api/v1/lineage/:what",
  summary: "The edges of a run, an artifact or an alias, as lab-lineage tells of them",
  query: v.object({ direction: maybe(choice(["both", "up", "down"])), depth: maybe(whole(1, 1_000_000)) }),
  answer: v.object({ edges: v.array(edgeSchema), notes: maybe(v.array(v.string())) }),
});
