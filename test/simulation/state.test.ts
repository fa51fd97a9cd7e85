import t from "tap";
import { base, registryOn, users } from "./place.js";
import type { Seen, Work } from "./running.js";
import { bites, given, holds, isFair, must, type Property, weathers } from "./seeds.js";
import { crew, type Simulation } from "./simulation.js";
import { type Slurm, slurmOf } from "./slurm.js";

t.setTimeout(300_000);
const team = await crew(6);
t.teardown(() => team.end());
const [ann, ben, cem] = users;

const runs = ["20261120-120000-aaaa10", "20261120-120000-aaaa11"];
const fine = { twice: 0, lost: 0, io: 0, handle: 0, stop: 0, kill: 0, full: 0 };
const fileOf = (run: string, name: string) => `${base}/runs/ann/${run}/.lab/${name}`;

/** Of a run that is written down to have ended nobody sees anything else later, and nobody what was never so. */
function judgeLooks(seen: readonly Seen[], slurm: Slurm): void {
  const settled = new Map<string, string>();
  for (const one of seen) {
    const { run, state, job, exit_code } = one;
    const said = JSON.stringify(one);
    const before = settled.get(run);
    must(before === undefined || before === said, `it had ended, and is otherwise now: ${before}, then ${said}`);
    if (one.settled_at !== undefined) settled.set(run, said);
    const its = slurm.jobs.filter((known) => known.run === run);
    must(job === undefined || its.some((known) => known.job === job), `nobody gave it that job: ${said}`);
    must(state !== "succeeded" || its.some(({ code }) => code === 0), `it did not succeed: ${said}`);
    const codes = its.flatMap(({ code, view }) => [code, view.exit_code]);
    must(exit_code === undefined || codes.includes(exit_code), `nobody ended so: ${said}`);
  }
}

/** What is said of a run in the end is what happened. */
function judgeEnd(sim: Simulation, slurm: Slurm, run: string, end: Seen | undefined, isCancelled: boolean): void {
  const its = slurm.jobs.filter((one) => one.run === run);
  const said = `${JSON.stringify(end)} of ${JSON.stringify(its)}`;
  const isThere = sim.text(fileOf(run, "run.json")) !== undefined;
  must(isThere === (end !== undefined), `who is not there is seen, or the other way round: ${said}`);
  if (!end) return;
  must(end.settled_at !== undefined, `it has no end: ${said}`);
  must(end.state !== "cancelled" || isCancelled, `nobody cancelled it: ${said}`);
  const told = sim.notes.some((note) => note.said === `exit of ${run}`);
  const ended = its.find(({ code }) => code !== undefined);
  if (ended?.code === 0 && told) must(end.state === "succeeded", `it succeeded: ${said}`);
  if (ended && ended.code !== 0) must(end.state !== "succeeded", `it did not succeed: ${said}`);
  if (end.mode === "submit_error") must(!its.some(({ begun }) => begun), `it was submitted: ${said}`);
}

/** The ends that there were. */
const met = new Set<string>();

const lived: Property = (sim, seed) => {
  registryOn(sim);
  const slurm = slurmOf(sim, (n) => [undefined, undefined, 0, 90_000, 1_500_000][(seed + n) % 5]);
  const isCancelled = seed % 3 === 0;
  const works: Record<string, Work> = {};
  for (const [i, run] of runs.entries())
    works[run] = { takes: [300, 30_000, 900_000][(seed + i) % 3] as number, code: (seed + i) % 4 === 0 ? 1 : 0 };
  const look = (host: string, user: (typeof users)[number], times: number) => ({
    ...{ host, user, program: "look", args: { runs, times } },
  });
  const outcomes = sim.run([
    { host: "a", user: ann, program: "send", args: { runs } },
    { host: "a", user: ann, program: "pass", args: { times: 13 } },
    { host: "b", user: ann, program: "pass", args: { times: 13 } },
    { host: "n", user: ann, program: "node", args: { works, times: 30 } },
    look("c", ben, 25),
    isCancelled
      ? { host: "b", user: ann, program: "cancel", args: { run: runs[1] }, after: (seed % 7) * 2000 }
      : look("a", cem, 25),
  ]);
  // Hours later the weather is fine, and what is left to be done is done.
  sim.turn(fine);
  for (const _ of runs) {
    sim.pass(7_200_000);
    sim.run([
      { host: "b", user: ann, program: "pass", args: { times: 3, pause: 700_000 } },
      { host: "m", user: ann, program: "node", args: { works, times: 8 } },
    ]);
  }
  sim.pass(7_200_000);
  const last = sim.run([look("a", cem, 1), look("b", ben, 1), look("c", ben, 1)]).map((one) => given<Seen[]>(one));
  must(slurm.wrong.length === 0, slurm.wrong.join("; "));
  const looks = outcomes.slice(4, isCancelled ? 5 : 6).map((one) => given<Seen[]>(one) ?? []);
  for (const seen of looks) judgeLooks([...seen, ...(last[0] ?? [])], slurm);
  for (const one of last) must(JSON.stringify(one) === JSON.stringify(last[0]), "hosts do not agree in the end");
  for (const [i, run] of runs.entries())
    judgeEnd(
      sim,
      slurm,
      run,
      last[0]?.find((one) => one.run === run),
      isCancelled && i === 1,
    );
  for (const one of last[0] ?? []) met.add([one.state, one.mode].filter(Boolean).join(" "));
  // Where clocks agree, what could be written down as the end is the end.
  if (seed % weathers.length > 0) return;
  for (const one of looks.flat().filter(({ final }) => final))
    must(last[0]?.some(({ run, state }) => run === one.run && state === one.state) === true, "it ended otherwise");
};

const decided: Property = (sim, seed) => {
  registryOn(sim);
  sim.turn(fine);
  const run = runs[0] as string;
  sim.run([{ host: "a", user: ann, program: "create", args: { run } }]);
  sim.turn(weathers[seed % weathers.length] ?? {});
  const people = ["a", "a", "b"].map((host) => ({ host, user: ann, program: "decide", args: { run, times: 6 } }));
  const look = (host: string, times: number) => ({ host, user: ben, program: "decided", args: { run, times } });
  const outcomes = sim.run([...people, look("c", 12), look("a", 12)]);
  const made = outcomes.slice(0, 3).flatMap((one) => given<string[]>(one) ?? []);
  if (isFair(seed)) must(made.length === 18, `made ${made.length} of 18: ${JSON.stringify(outcomes)}`);
  const names = sim.names(fileOf(run, "").slice(0, -1)).filter((name) => /^decision-\d+\.json$/.test(name));
  const there = names.map((_, i) => JSON.parse(sim.text(fileOf(run, `decision-${i + 1}.json`)) ?? "{}").message);
  must(!there.includes(undefined), `numbers were left out: ${names}`);
  must(new Set(there).size === there.length, `something was decided twice: ${there}`);
  for (const one of made) must(there.includes(one), `${one} was decided, and is not there: ${there}`);
  for (const one of outcomes.slice(3)) {
    const order = (given<string[]>(one) ?? []).map((message) => there.indexOf(message));
    must(!order.includes(-1), `what nobody decided was seen: ${order}`);
    must(
      order.every((n, i) => i === 0 || n > (order[i - 1] as number)),
      `it went back: ${order}`,
    );
  }
  sim.turn(fine);
  sim.pass(61_000);
  for (const one of sim.run(["a", "b", "c"].map((host) => look(host, 1))))
    must(given<string[]>(one)?.at(-1) === there.at(-1), `hosts do not agree in the end: ${JSON.stringify(one)}`);
};

t.test("a run that has ended stays as it ended, is what it was, and all agree", async (t) => {
  holds(t, team, 32, lived);
  t.comment([...met].sort().join(", "));
});

t.test("decisions are numbered without a gap, none is lost, and the highest counts for all", async (t) => {
  holds(t, team, 40, decided);
});

t.test("these properties have teeth", async (t) => {
  const write = "lib/registry/write.ts";
  const replaced = { file: write, from: 'yield* call("link", temp, file);', to: "fs.renameSync(temp, file);" };
  await bites(t, "decisions that can be replaced", [replaced], 80, decided);
  const fence = {
    file: "test/simulation/running.ts",
    from: "isStopped(registry, job, run, submission) ?",
    to: "false ?",
  };
  await bites(t, "a job that does not look whether it is to begin", [fence], 80, lived);
  const outcome = {
    file: "lib/registry/submissions.ts",
    from: 'return writeOnce(path.join(envelope(runDir), "outcome.json"), recordText(outcome), registry.modes.file);',
    to: 'replace(path.join(envelope(runDir), "outcome.json"), recordText(outcome), registry.modes.file);\n  return "made";',
  };
  await bites(t, "an end that is written twice", [outcome], 80, lived);
  const early = {
    file: "lib/record/state.ts",
    from: "if (now - since < graces.accounting_s * 1000) {",
    to: "if (now < 0) {",
  };
  await bites(t, "an end that does not wait for what is on its way", [early], 80, lived);
});
