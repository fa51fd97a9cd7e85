import t from "tap";
import type { Had, Wanted } from "./claiming.js";
import { registryOn, users } from "./place.js";
import { bites, given, holds, isFair, must, type Property } from "./seeds.js";
import { crew, type Note } from "./simulation.js";

t.setTimeout(300_000);
const team = await crew(6);
t.teardown(() => team.end());

const idOf = (n: number) => `20261120-120000-aaaa${10 + n}`;
const hosts = ["a", "b", "c", "a", "b", "c"];

/** What happened of the jobs: no two at once, no generation twice, and nothing after one that succeeded. */
function judgeJobs(notes: readonly Note[]): number {
  const live = new Map<number, string>();
  const sent = new Set<string>();
  let succeeded = false;
  for (const { pid, said } of notes) {
    if (said.startsWith("go ")) {
      must(live.size === 0, `two jobs at once: ${said} beside ${[...live.values()]}`);
      must(!sent.has(said), `${said} twice`);
      must(!succeeded, `${said} though another had succeeded`);
      live.set(pid, said);
      sent.add(said);
    } else {
      live.delete(pid);
      succeeded ||= said === "ends ok";
    }
  }
  return sent.size;
}

const claimed: Property = (sim, seed) => {
  registryOn(sim);
  const fails = (i: number) => (seed + i) % 3 === 0 && i < 4;
  const wants = (i: number, of = 0): Wanted => ({
    run: idOf(i + of),
    ends: fails(i) && of === 0 ? "failed" : "ok",
    takes: [300, 30_000, 900_000][(seed + i) % 3] as number,
  });
  const people = hosts.map((host, i) => ({ host, user: users[i % 3] as (typeof users)[number], program: "compute" }));
  const outcomes = sim.run(people.map((one, i) => ({ ...one, args: wants(i), after: i * (seed % 7) * 20 })));
  judgeJobs(sim.notes);
  const had = outcomes.map((one) => given<Had>(one));
  must(!had.includes("waits"), `somebody waits for ever: ${JSON.stringify(had)}`);
  if (isFair(seed))
    must(
      had.every((one) => one !== undefined),
      `somebody has nothing: ${JSON.stringify(outcomes)}`,
    );
  // The next day the weather is fine, and everybody asks again.
  sim.turn({ twice: 0, lost: 0, io: 0, handle: 0, stop: 0, kill: 0, full: 0 });
  sim.pass(3_600_000);
  const later = sim.run(people.map((one, i) => ({ ...one, args: wants(i, 6) }))).map((one) => given<Had>(one));
  judgeJobs(sim.notes);
  const answers = new Set([...had, ...later].flatMap((one) => (one && typeof one === "object" ? [one.by] : [])));
  must(answers.size === 1, `not all have the same: ${JSON.stringify([had, later])}`);
  must(
    later.every((one) => typeof one === "object"),
    `somebody has nothing: ${JSON.stringify(later)}`,
  );
};

t.test("one computes at a time, whoever is stopped or dies, and all have the same in the end", async (t) => {
  holds(t, team, 80, claimed);
});

t.test("the property has teeth", async (t) => {
  const [write, claims] = ["lib/registry/write.ts", "lib/registry/claims.ts"];
  const replaced = { file: write, from: 'yield* call("link", temp, file);', to: "fs.renameSync(temp, file);" };
  await bites(t, "claims that can be replaced", [replaced], 60, claimed);
  const blind = {
    file: claims,
    from: "return { seal, ours: same,",
    to: "return { seal, ours: true,",
  };
  const fence = {
    file: "test/simulation/claiming.ts",
    from: "if (!mayBegin(registry, run, generation)) return undefined;",
    to: "",
  };
  const early = {
    file: "test/simulation/claiming.ts",
    from: "const lease_ms = 600_000;",
    to: "const lease_ms = -1e9;",
  };
  await bites(t, "whoever is voided sends all the same", [blind, fence, early], 60, claimed);
  const hasty = {
    file: "test/simulation/claiming.ts",
    from: "const gone = processStart(claim.pid ?? 0) === undefined;",
    to: "const gone = true;",
  };
  await bites(t, "a takeover by the clock", [hasty], 60, claimed);
  const torn = { file: claims, from: 'error.code === "dataerr" || error.code === "noperm"', to: "true" };
  await bites(t, "a seal that cannot be read yet is none", [torn], 60, claimed);
});
