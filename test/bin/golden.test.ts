// Every folder of test/golden, each in a place of its own: what support/golden.ts says.
import t from "tap";
import { accept, expected, type Golden, goldenCases, neededBy, places, play } from "../support/golden.js";
import { needs } from "../support/needs.js";
import { playRefused } from "../support/refused.js";

const made = places();
t.teardown(() => made.remove());
t.jobs = 3;
t.setTimeout(600_000);

const chosen = goldenCases().filter((name) => name.startsWith(process.env["LAB_GOLDEN_ONLY"] ?? ""));
const isWriting = process.env["LAB_GOLDEN"] === "write";
let together: Promise<Map<string, Golden>> | undefined;
for (const name of chosen) {
  t.test(name, { buffered: true }, async (t) => {
    if (!needs(t, ...neededBy(name))) return;
    // What is written is what each says as a process of its own.
    if (!isWriting) together ??= playRefused(chosen, made);
    const seen = (await together)?.get(name) ?? (await play(name, made));
    if (isWriting) accept(name, seen);
    t.same(seen, expected(name));
  });
}
