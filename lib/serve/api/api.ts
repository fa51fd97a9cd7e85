// What an endpoint of the API is: its path, its query and its answer, declared once; the OpenAPI document, the checks of
// requests, the tests of answers and the page's types are all made from this.
import * as v from "valibot";
import { errorOfRecord, maybe } from "../../record/schema.js";
import { choice } from "./query.js";

/** Something that could not be read, beside the answer that there is. */
const problems = v.array(v.looseObject({ id: maybe(v.string()), ...errorOfRecord.entries }));

export interface Endpoint<
  Q extends v.GenericSchema = v.GenericSchema,
  A extends v.GenericSchema | undefined = v.GenericSchema | undefined,
> {
  path: string;
  /** A sentence for the document. */
  summary: string;
  /** Its entries are the parameters that it knows: texts as the URL has them, or arrays of those that may be repeated. */
  query: Q;
  /** What it answers in JSON; undefined where it answers something else, which `media` tells. */
  answer: A;
  media: string;
  /** The array of the answer that `?format=ndjson` exports. */
  list?: string;
  /** Asked without a token. */
  open?: boolean;
  /** Its texts are as programs wrote them; everywhere else what looks like a secret is masked. */
  verbatim?: boolean;
}

type Query = v.ObjectSchema<v.ObjectEntries, undefined>;
type Answer = v.ObjectSchema<v.ObjectEntries, undefined>;

const nothing = v.object({});
const format = choice(["json", "ndjson"]);

/** Declares an endpoint that answers JSON. Every answer may carry `problems` besides. */
export function endpoint<const P extends string, A extends Answer, Q extends Query = typeof nothing>(declared: {
  path: P;
  summary: string;
  query?: Q;
  answer: A;
  list?: keyof A["entries"] & string;
  open?: boolean;
  verbatim?: boolean;
}) {
  const { query = nothing as unknown as Q, answer, ...rest } = declared;
  const entries = { ...(answer.entries as A["entries"]), problems: maybe(problems) };
  // A list can be had as lines.
  const asked = rest.list ? v.object({ ...query.entries, format: maybe(format) }) : query;
  return { media: "application/json", ...rest, query: asked as unknown as Q, answer: v.object(entries) };
}

/** Declares an endpoint that answers anything else: bytes of a file, events, text. */
export function rawEndpoint<const P extends string, Q extends Query = typeof nothing>(declared: {
  path: P;
  summary: string;
  query?: Q;
  media: string;
  open?: boolean;
}) {
  const { query = nothing as unknown as Q, ...rest } = declared;
  return { ...rest, query, answer: undefined };
}
