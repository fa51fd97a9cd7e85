// The API as a document (OpenAPI 3.1), made from its declarations. Pure: what turns a declaration into a JSON Schema is given,
// so that the server itself need not have it.
import type { Endpoint } from "./api.js";
import { isRepeated } from "./query.js";

export type ToJsonSchema = (schema: Endpoint["query"]) => object;

const problem = {
  description: "What was wrong: 400 the question, 401 the token, 404 no such thing, 422 a file, 503 not now",
  content: { "application/json": { schema: { $ref: "#/components/schemas/error" } } },
};

/** The document of these endpoints. */
export function openapiOf(api: readonly Endpoint[], version: string, toJsonSchema: ToJsonSchema): object {
  const paths: Record<string, object> = {};
  for (const endpoint of api)
    paths[endpoint.path.replace(/:(\w+)/g, "{$1}")] = { get: operationOf(endpoint, toJsonSchema) };
  return {
    openapi: "3.1.0",
    info: {
      title: "labkit",
      version,
      description: "What lab-serve answers. It only shows: GET and HEAD. Fields that are absent are unknown.",
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }, { cookie: [] }],
    paths,
    components: {
      schemas: { error: errorSchema },
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        cookie: { type: "apiKey", in: "cookie", name: "lab_serve" },
      },
    },
  };
}

const errorSchema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      properties: { code: { type: "string" }, message: { type: "string" }, hint: { type: "string" } },
    },
  },
};

/** What the words of a path stand for. */
const parts: Record<string, string> = {
  run: "its id, its last six characters, or @last",
  what: "a run, an artifact, or an alias",
  name: "its name",
};

function operationOf(
  { path, summary, query, answer, media, list, open }: Endpoint,
  toJsonSchema: ToJsonSchema,
): object {
  const schema = answer ? bare(toJsonSchema(answer)) : { type: "string" };
  const line = {
    type: "string",
    description: `${list}, a line each, all of them where no limit is given: format=ndjson`,
  };
  const lines = list ? { "application/x-ndjson": { schema: line } } : {};
  return {
    operationId: operationName(path),
    summary,
    parameters: [
      ...Array.from(path.matchAll(/:(\w+)/g), ([, name]) => ({
        name,
        in: "path",
        required: true,
        schema: { type: "string", description: parts[name ?? ""] ?? "its id" },
      })),
      ...parametersOf(query, toJsonSchema),
    ],
    ...(open ? { security: [] } : {}),
    responses: {
      200: { description: summary, content: { [media]: { schema }, ...lines } },
      ...(answer ? { 304: { description: "The answer that If-None-Match names is still so" } } : {}),
      "4XX": problem,
      "5XX": problem,
    },
  };
}

/** `/api/v1/runs/:run/events` is `runs_run_events`. */
function operationName(path: string): string {
  return path
    .replace(/^\/api\/v1/, "")
    .replaceAll(/\W+/g, "_")
    .replace(/^_|_$/g, "");
}

function parametersOf(query: Endpoint["query"], toJsonSchema: ToJsonSchema): object[] {
  const { entries = {} } = query as { entries?: Record<string, { type: string }> };
  const { properties = {} } = toJsonSchema(query) as { properties?: Record<string, object> };
  return Object.entries(entries).map(([name, entry]) => ({
    name,
    in: "query",
    required: entry.type !== "exact_optional",
    schema: properties[name] ?? { type: "string" },
    ...(isRepeated(entry) ? { style: "form", explode: true } : {}),
  }));
}

/** Without the word that names the dialect, which the document says once for all. */
function bare(schema: object): object {
  const { $schema: _, ...rest } = schema as { $schema?: string };
  return rest;
}
