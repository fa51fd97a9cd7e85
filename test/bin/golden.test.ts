// Every folder of test/golden, each in a place of its own: what support/golden.ts says.
import t from "tap";
import { accept, expected, goldenCases, neededBy, places, play } from "../support/golden.js";
import { needs } from "../support/needs.js";

const made = places();
t.teardown(() => made.remove());
t.jobs = 3;
t.setTimeout(600_000);

const chosen = process.env["LAB_GOLDEN_ONLY"] ?? "";
for (const name of goldenCases().filter((name) => name.startsWith(chosen))) {
  t.test(name, { buffered: true }, async (t) => {
    if (!needs(t, ...neededBy(name))) return;
    const seen = await play(name, made);
    if (process.env["LAB_GOLDEN"] === "write") accept(name, seen);
    t.same(seen, expected(name));
  });
}
