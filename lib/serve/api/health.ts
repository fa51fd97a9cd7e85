// How the server itself is.
import * as v from "valibot";
import { count, text } from "../../record/schema.js";
import { endpoint, rawEndpoint } from "./api.js";

export const healthApi = endpoint({
  path: "/healthz",
  summary: "Whether it answers; asked without a token",
  answer: v.object({ ok: v.boolean(), runs: count, ready: v.boolean() }),
  open: true,
});

export const metricsOfServerApi = rawEndpoint({
  path: "/metrics",
  summary: "How the server is, in the text format of Prometheus",
  media: "text/plain",
});

export const openApi = endpoint({
  path: "/api/v1/openapi.json",
  summary: "This document",
  answer: v.object({
    openapi: text,
    info: v.looseObject({ title: text, version: text }),
    servers: v.array(v.looseObject({ url: text })),
    security: v.array(v.record(v.string(), v.array(text))),
    paths: v.record(v.string(), v.looseObject({})),
    components: v.looseObject({}),
  }),
  verbatim: true,
});
