// What a query may say.
import t from "tap";
import * as v from "valibot";
import { maybe } from "../../../../lib/record/schema.js";
import { choice, flag, many, readQuery, whole } from "../../../../lib/serve/api/query.js";

const schema = v.object({
  limit: maybe(whole(1, 1000)),
  user: maybe(many),
  all: maybe(flag),
  direction: maybe(choice(["up", "down"])),
  run: v.string(),
});
const read = (query: string) => readQuery(schema, new URLSearchParams(query));

t.test("what an endpoint knows is read as it declares it", async (t) => {
  t.strictSame(read("run=x"), { run: "x" });
  t.strictSame(read("run=x&limit=10&user=a&user=b&all=true&direction=up"), {
    run: "x",
    limit: 10,
    user: ["a", "b"],
    all: true,
    direction: "up",
  });
});

t.test("all else is refused, and said", async (t) => {
  for (const [query, message, hint] of [
    ["run=x&limt=10", "unknown parameter 'limt'", "did you mean limit?"],
    ["run=x&constructor=1", "unknown parameter 'constructor'", "one of limit, user, all, direction, run"],
    ["run=x&run=y", "run is given 2 times", undefined],
    ["run=x&limit=0", "limit=0 is no number from 1 to 1000", undefined],
    ["run=x&limit=1e3", "limit=1e3 is no number from 1 to 1000", undefined],
    ["run=x&limit=1001", "limit=1001 is no number from 1 to 1000", undefined],
    ["run=x&all=yes", "all=yes is none of true, false", undefined],
    ["run=x&direction=in", "direction=in is none of up, down", undefined],
    ["", "run is missing", undefined],
  ] as const)
    t.throws(() => read(query), { code: "usage", message, ...(hint ? { hint } : {}) }, query);
});
