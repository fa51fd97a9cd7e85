import t from "tap";
import { registryOn, users } from "./place.js";
import { bites, given, holds, isFair, must, type Property } from "./seeds.js";
import { crew, type Note, type Simulation } from "./simulation.js";

t.setTimeout(300_000);
const team = await crew(6);
t.teardown(() => team.end());
const [ann, ben, cem] = users;

/** At no time two of those who said that they hold it live without having said that they do not. */
function mostAtOnce(notes: readonly Note[]): number {
  const holding = new Set<number>();
  let most = 0;
  for (const { pid, said } of notes) {
    if (said === "holds") holding.add(pid);
    else holding.delete(pid);
    most = Math.max(most, holding.size);
  }
  return most;
}

const leased: Property = (sim, seed) => {
  sim.directory("/lab");
  sim.directory("/lab/leases", 0o755, ann.uid);
  const outcomes = sim.run(
    Array.from({ length: 5 }, () => ({ host: "a", user: ann, program: "lease", args: { times: 3 } })),
  );
  must(mostAtOnce(sim.notes) <= 1, `${mostAtOnce(sim.notes)} held it at once`);
  const held = outcomes.reduce((sum, one) => sum + (given<number>(one) ?? 0), 0);
  if (isFair(seed)) must(held > 0, "nobody ever held it");
  // Whoever died with it keeps nobody from it.
  sim.turn({ twice: 0, lost: 0, io: 0, handle: 0, stop: 0, kill: 0, full: 0 });
  const [after] = sim.run([{ host: "a", user: ann, program: "lease", args: { times: 1 } }]);
  must(given<number>(after) === 1, `it cannot be had any more: ${JSON.stringify(after)}`);
};

const reserved: Property = (sim, seed) => {
  registryOn(sim);
  const outcomes = sim.run([
    ...[ann, ann, ben, cem].map((user) => ({ host: "a", user, program: "reserve", args: { times: 3 } })),
    { host: "b", user: ben, program: "reserve", args: { times: 1 } },
  ]);
  const mine = new Set(sim.notes.map(({ pid }) => pid).filter((pid) => pid !== 105));
  const most = mostAtOnce(sim.notes.filter(({ pid }) => mine.has(pid)));
  must(most <= 1, `${most} had the one GPU at once`);
  const all = outcomes.map((one) => given<{ had: number }>(one));
  if (isFair(seed))
    must(
      all.some((one) => one?.had),
      "nobody ever had it",
    );
  sim.turn({ twice: 0, lost: 0, io: 0, handle: 0, stop: 0, kill: 0, full: 0 });
  const [end] = sim.run([{ host: "a", user: ann, program: "reserve", args: { times: 1 } }]);
  must(given<{ had: number }>(end)?.had === 1, `it cannot be had any more: ${JSON.stringify(end)}`);
};

interface Named {
  seen: number[];
  history: { generation: number; artifact?: string }[];
}

const things = (letter: string, count: number) =>
  Array.from({ length: count }, (_, i) => `art-${`${letter}${i}`.padEnd(20, "0")}`);

function judged(
  sim: Simulation,
  seed: number,
  outcomes: ReturnType<Simulation["run"]>,
  user: string | undefined,
  bound: number,
) {
  const made = outcomes.slice(0, 3).map((one) => given<number[]>(one));
  const all = made.flatMap((one) => one ?? []);
  must(new Set(all).size === all.length, `a generation was made twice: ${all}`);
  if (isFair(seed)) must(all.length === bound, `made ${all.length} of ${bound}: ${JSON.stringify(outcomes)}`);
  sim.turn({ twice: 0, lost: 0, io: 0, handle: 0, stop: 0, kill: 0, full: 0 });
  sim.pass(61_000);
  const ends = sim.run(
    ["a", "b", "c"].map((host) => ({ host, user: cem, program: "named", args: { user, times: 1 } })),
  );
  const [first, ...others] = ends.map((one) => given<Named>(one));
  must(first !== undefined, `it cannot be read: ${JSON.stringify(ends[0])}`);
  for (const one of others) must(JSON.stringify(one) === JSON.stringify(first), "hosts do not agree in the end");
  const there = first.history.map(({ generation }) => generation);
  for (const one of all) must(there.includes(one), `generation ${one} was made and is not there: ${there}`);
  must(first.seen[0] === Math.max(0, ...there), "it does not mean what its highest generation says");
  must(
    there.every((one, i) => one === there.length - i),
    `numbers were left out: ${there}`,
  );
  for (const one of outcomes.slice(3)) {
    const { seen = [] } = given<Partial<Named>>(one) ?? {};
    must(
      seen.every((n, i) => i === 0 || n >= (seen[i - 1] as number)),
      `it went back: ${seen}`,
    );
  }
}

const global: Property = (sim, seed) => {
  registryOn(sim);
  const outcomes = sim.run([
    { host: "a", user: ann, program: "bind", args: { scope: "global", things: things("a", 3) } },
    { host: "b", user: ben, program: "bind", args: { scope: "global", things: things("b", 3) } },
    { host: "a", user: ben, program: "bind", args: { scope: "global", things: things("c", 3) } },
    { host: "b", user: cem, program: "named", args: { times: 6 } },
    { host: "c", user: cem, program: "named", args: { times: 6 } },
  ]);
  judged(sim, seed, outcomes, undefined, 9);
};

/** A pass that is repeated on another host binds nothing again, and takes no newer one's place. */
const bound: Property = (sim, seed) => {
  registryOn(sim);
  const names = things("a", 3);
  const outcomes = sim.run([
    { host: "a", user: ann, program: "bind", args: { scope: "user", things: names, once: true } },
    { host: "b", user: ann, program: "bind", args: { scope: "user", things: names, once: true } },
    { host: "b", user: ann, program: "bind", args: { scope: "user", things: names, once: true } },
    { host: "c", user: cem, program: "named", args: { user: ann.name, times: 6 } },
  ]);
  const all = outcomes.slice(0, 3).flatMap((one) => given<number[]>(one) ?? []);
  judged(sim, seed, outcomes, ann.name, all.length);
  const [last] = sim.run([
    { host: "b", user: ann, program: "bind", args: { scope: "user", things: names, once: true } },
  ]);
  if (isFair(seed)) must(given<number[]>(last)?.length === 0, "a pass that came later bound it again");
};

t.test("a lease is held by one at most, and by somebody again when he died", async (t) => {
  holds(t, team, 120, leased);
});

t.test("what a host has is reserved by one at a time, and can be had again from who died", async (t) => {
  holds(t, team, 100, reserved);
});

t.test("each generation of a name is made by one, nothing is lost, and all agree", async (t) => {
  holds(t, team, 100, global);
});

t.test("what is to be bound once is bound once, on whatever host the pass runs", async (t) => {
  holds(t, team, 100, bound);
});

t.test("these properties have teeth", async (t) => {
  const lease = "lib/registry/lease.ts";
  const again = { file: lease, from: "if (now.highest === highest + 1) {", to: "if (now.highest > 0) {" };
  await bites(t, "a lease without a second look", [again], 120, leased);
  const marked = { file: lease, from: "mark(end(highest));", to: "unmark(file(highest));" };
  await bites(t, "a lease whose number is given again", [marked], 400, leased);
  const blind = { file: "lib/registry/write.ts", from: 'if (yield* isSameFile(temp, file)) return "made";', to: "" };
  await bites(t, "a name that does not know its own generation", [blind], 100, global);
});
