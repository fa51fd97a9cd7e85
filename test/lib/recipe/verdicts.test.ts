// What a policy says of artifacts: the table case by case, then any order of what may happen.
import fc from "fast-check";
import t from "tap";
import { type Candidate, type Rules, type Tried, verdicts } from "../../../lib/recipe/verdicts.js";
import type { Artifact } from "../../../lib/record/artifact.js";

const rules: Rules = {
  ...{ type: "checkpoint", tags: [], latest_only: false, order: "oldest", again_when_edited: false, max_attempts: 3 },
};
const artifact = (step?: number, more: Partial<Artifact> = {}): Artifact => ({
  ...{ type: "artifact", v: 1, id: `art-${String(step ?? 0).padStart(20, "0")}`, kind: "checkpoint", user: "alice" },
  ...{ path: `/out/step_${step}`, run: "20261120-120000-k7q3mz", recipe: "fit", role: "model" },
  ...(step === undefined ? {} : { step }),
  ...{ attempt: 1, at: "2026-11-20T12:00:00Z" },
  ...more,
});
const candidate = (one: Artifact, tried: Tried[] = [], more: Partial<Candidate> = {}): Candidate => ({
  ...{ artifact: one, tried, passes: true, there: true },
  ...more,
});
const failed = (attempt: number, more: Partial<Tried> = {}): Tried => ({ attempt, state: "failed", ...more });
const succeeded = (attempt: number, more: Partial<Tried> = {}): Tried => ({ attempt, state: "succeeded", ...more });
const pending = (attempt: number): Tried => ({
  attempt,
  state: "pending",
  run: "20261120-120000-aaaaaa",
  word: "queued",
});
const said = (given: Partial<Rules>, candidates: Candidate[], options = {}) =>
  verdicts({ ...rules, ...given }, candidates, options).map(({ why, attempt, again, message }) => ({
    ...{ why, message },
    ...(attempt === undefined ? {} : { attempt }),
    ...(again === undefined ? {} : { again }),
  }));
const whys = (given: Partial<Rules>, candidates: Candidate[], options = {}) =>
  said(given, candidates, options).map(({ why }) => why);

t.test("what an artifact is decides whether it is one of the policy's", async (t) => {
  const table: [Partial<Rules>, Candidate, string][] = [
    [{}, candidate(artifact(5)), "due"],
    [{}, candidate(artifact(5, { kind: "model" })), "type"],
    [{ producer_recipe: "fit" }, candidate(artifact(5)), "due"],
    [{ producer_recipe: "f?t*" }, candidate(artifact(5)), "due"],
    [{ producer_recipe: "fi" }, candidate(artifact(5)), "producer"],
    [{ role: "model" }, candidate(artifact(5)), "due"],
    [{ role: "other" }, candidate(artifact(5)), "role"],
    [{ tags: ["a"] }, candidate(artifact(5, { tags: ["a", "b"] })), "due"],
    [{ tags: ["a", "c"] }, candidate(artifact(5, { tags: ["a", "b"] })), "tags"],
    [{ tags: ["a"] }, candidate(artifact(5)), "tags"],
    [{}, candidate(artifact(5), [], { passes: false }), "where"],
    [{ every_n_steps: 5 }, candidate(artifact(10)), "due"],
    [{ every_n_steps: 5 }, candidate(artifact(0)), "due"],
    [{ every_n_steps: 5 }, candidate(artifact(12)), "cadence"],
    [{ every_n_steps: 5 }, candidate(artifact()), "no_step"],
    [{}, candidate(artifact()), "due"],
    [{}, candidate(artifact(5), [], { there: false }), "gone"],
    // What was evaluated stays so, also when its bytes are gone.
    [{}, candidate(artifact(5), [succeeded(1)], { there: false }), "evaluated"],
  ];
  for (const [given, one, why] of table) t.same(whys(given, [one]), [why], JSON.stringify(given));
  // One without a run is nobody's recipe.
  const { run: _, recipe: __, ...brought } = artifact();
  t.same(whys({ producer_recipe: "*" }, [candidate(brought)]), ["due"]);
  t.same(whys({ producer_recipe: "fit" }, [candidate(brought)]), ["producer"]);
});

t.test("tries are counted, and none follows one that is under way", async (t) => {
  const tried = (list: Tried[], given: Partial<Rules> = {}, options = {}) =>
    said(given, [candidate(artifact(5), list)], options)[0];
  t.match(tried([]), { why: "due", attempt: 1 });
  t.match(tried([pending(1)]), { why: "pending", attempt: 1, message: "try 1 is under way: queued" });
  t.match(tried([failed(1)]), { why: "due", attempt: 2, message: "1 of 3 tries failed" });
  t.match(tried([failed(1), pending(2)]), { why: "pending", attempt: 2 });
  // A later one that ended does not hide one that goes on.
  t.match(tried([pending(1), failed(2)]), { why: "pending", attempt: 1 });
  t.match(tried([failed(1), failed(2), failed(3, { word: "failed: oom" })]), {
    why: "exhausted",
    message: "all 3 tries failed, the last: failed: oom",
  });
  t.match(tried([failed(1)], { max_attempts: 1 }), { why: "exhausted", message: "its only try failed" });
  t.match(tried([failed(1), succeeded(2)]), { why: "evaluated" });
});

t.test("an edited recipe evaluates again only if somebody says so", async (t) => {
  const tried = (list: Tried[], given: Partial<Rules> = {}, options = {}) =>
    said(given, [candidate(artifact(5), list)], options)[0];
  t.match(tried([succeeded(1, { edited: true })]), { why: "evaluated", message: /edited since \(--again/ });
  t.match(tried([succeeded(1, { edited: true })], {}, { again: true }), { why: "due", attempt: 2, again: true });
  t.match(tried([succeeded(1, { edited: true })], { again_when_edited: true }), { why: "due", attempt: 2 });
  t.match(tried([succeeded(1)], { again_when_edited: true }), { why: "evaluated" });
  // The tries with the old one do not count against the new one, unless nobody asked.
  const worn = [failed(1, { edited: true }), failed(2, { edited: true }), failed(3, { edited: true })];
  t.match(tried(worn), { why: "exhausted" });
  t.match(tried(worn, { again_when_edited: true }), { why: "due", attempt: 4 });
  t.match(tried(worn, {}, { again: true }), { why: "due", attempt: 4, again: true });
  t.match(tried([...worn, failed(4, { again: true })]), { why: "due", attempt: 5, message: "1 of 3 tries failed" });
  t.match(tried([pending(1)], {}, { again: true }), { why: "pending" }, "not even so beside one under way");
  t.match(tried([succeeded(1), failed(2, { again: true }), failed(3), failed(4)]), { why: "exhausted" });
});

t.test("what was written anew is evaluated anew, and that is no failed try", async (t) => {
  const stale = [failed(1, { stale: true }), failed(2, { stale: true }), succeeded(3, { stale: true })];
  const [one] = said({}, [candidate(artifact(5), stale)]);
  t.match(one, { why: "due", attempt: 4, message: "it was written anew since" });
  t.same(whys({}, [candidate(artifact(5), [...stale, failed(4), failed(5)])]), ["due"]);
  t.same(whys({}, [candidate(artifact(5), [{ ...pending(1), stale: true }])]), ["pending"]);
});

t.test("latest_only takes the newest step of each stream that is one of the policy's", async (t) => {
  const only = { latest_only: true, every_n_steps: 5 };
  const other = { run: "20261120-120000-zzzzzz", id: "art-ffffffffffffffffffff" };
  t.same(
    whys(only, [
      candidate(artifact(5)),
      candidate(artifact(10)),
      candidate(artifact(12)),
      candidate(artifact(5, other)),
    ]),
    ["older", "due", "cadence", "due"],
  );
  t.same(whys(only, [candidate(artifact(5)), candidate(artifact(10), [succeeded(1)])]), ["older", "evaluated"]);
  t.same(whys(only, [candidate(artifact(5), [pending(1)]), candidate(artifact(10))]), ["pending", "due"]);
  t.same(whys(only, [candidate(artifact(5)), candidate(artifact(10), [], { there: false })]), ["due", "gone"]);
});

t.test("at most max_concurrent are under way, in the order asked for", async (t) => {
  const steps = [3, 1, 2].map((step) => candidate(artifact(step)));
  t.same(whys({ max_concurrent: 2 }, steps), ["room", "due", "due"]);
  t.same(whys({ max_concurrent: 2, order: "newest" }, steps), ["due", "room", "due"]);
  t.same(whys({ max_concurrent: 2 }, [...steps, candidate(artifact(9), [pending(1)])]), [
    "room",
    "due",
    "room",
    "pending",
  ]);
  t.same(whys({ max_concurrent: 2 }, steps, { others: 2 }), ["room", "room", "room"]);
  t.same(whys({ max_concurrent: 1 }, steps, { others: 5 }), ["room", "room", "room"]);
});

// A world in which passes read, and write later: two at once see the same; runs are made or not, and end somehow.
type Request = { state: Tried["state"]; made: boolean };
class World {
  readonly artifacts = new Map<number, Request[]>();
  readonly plans = new Map<number, { step: number; attempt: number }[]>();
  constructor(readonly rules: Rules) {}
  read(): { step: number; attempt: number }[] {
    const steps = [...this.artifacts].map(([step, requests]) => {
      const tried = requests.map(({ state }, i) => ({ attempt: i + 1, state }));
      return candidate(artifact(step), tried);
    });
    return verdicts(this.rules, steps).flatMap(({ artifact: { step = 0 }, why, attempt = 0 }) =>
      why === "due" ? [{ step, attempt }] : [],
    );
  }
  /** A request is written once: who comes second goes without. */
  write({ step, attempt }: { step: number; attempt: number }, made: boolean): void {
    const requests = this.artifacts.get(step) ?? [];
    if (requests.length !== attempt - 1) return;
    requests.push({ state: "pending", made });
    this.artifacts.set(step, requests);
  }
  all(): Request[][] {
    return [...this.artifacts.values()];
  }
}

const event = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("step" as const), step: fc.nat(40) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("read" as const), pass: fc.nat(1) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const), pass: fc.nat(1), made: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("end" as const),
      which: fc.nat(40),
      state: fc.constantFrom("succeeded" as const, "failed" as const),
    }),
  },
);

t.test(
  "whatever happens in whatever order: never two at once, never more than may fail, and only its steps",
  async (t) => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 120 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 3 }),
        (events, every_n_steps, max_attempts) => {
          const world = new World({ ...rules, every_n_steps, max_attempts });
          const holds = () =>
            world
              .all()
              .every(
                (requests) =>
                  requests.filter(({ state }) => state === "pending").length <= 1 &&
                  requests.filter(({ state }) => state === "failed").length <= max_attempts &&
                  requests.filter(({ state }) => state === "succeeded").length <= 1 &&
                  requests.length <= max_attempts,
              ) &&
            [...world.artifacts].every(([step, requests]) => requests.length === 0 || step % every_n_steps === 0);
          for (const one of events) {
            if (one.kind === "step" && !world.artifacts.has(one.step)) world.artifacts.set(one.step, []);
            if (one.kind === "read") world.plans.set(one.pass, world.read());
            // A pass writes what it has read before, one after the other; it may be killed anywhere.
            if (one.kind === "write") {
              const next = world.plans.get(one.pass)?.shift();
              if (next) world.write(next, one.made);
            }
            if (one.kind === "end") {
              const open = world.all().flatMap((requests) => requests.filter(({ state }) => state === "pending"));
              const ending = open[one.which % Math.max(1, open.length)];
              // What was never made lapses, and so fails.
              if (ending) ending.state = ending.made ? one.state : "failed";
            }
            if (!holds()) return false;
          }
          // Then nothing goes wrong any more: every step of the policy's is evaluated, unless it had failed too often.
          for (let i = 0; i <= max_attempts; i += 1) {
            for (const next of world.read()) world.write(next, true);
            for (const request of world.all().flat()) if (request.state === "pending") request.state = "succeeded";
          }
          return [...world.artifacts].every(([step, requests]) => {
            if (step % every_n_steps !== 0) return requests.length === 0;
            const fails = requests.filter(({ state }) => state === "failed").length;
            return requests.at(-1)?.state === "succeeded" || fails === max_attempts;
          });
        },
      ),
      { numRuns: 400 },
    );
    t.pass("held for 400 histories");
  },
);
