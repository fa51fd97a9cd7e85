// What both clients do to one registry at the same time. Each gives what was found, for nfs.test.ts to judge.
import { createHash } from "node:crypto";
import type { Answer, Claimed } from "./agent.js";
import { type Agent, clients, people, race, startAgent } from "./team.js";

const base = "/mnt/shared/registry";
const values = <T>(answers: Answer[]) => answers.map(({ value }) => value as T);
const troubles = (answers: Answer[]) => answers.filter((answer) => !("value" in answer) && !answer.died);
const mixed = <T>(all: T[], n: number) => Array.from({ length: n }, (_, i) => all[i % all.length] as T);

/** So many processes, spread over clients and people. */
export async function gather(n: number): Promise<Agent[]> {
  const agents = Array.from({ length: n }, (_, i) => member(i));
  await Promise.all(agents.map(({ ask }) => ask("list", [base])));
  return agents;
}

function member(i: number): Agent {
  const client = clients[i % 2] ?? "h1";
  const person = people[Math.floor(i / 2) % people.length];
  if (!person) throw new Error("nobody");
  return startAgent(client, person);
}

interface Written {
  did: "made" | "exists";
  read?: string;
}

/**
 * All write one file once, round after round, half of the rounds after every client has remembered that it is not there,
 * and in some two die on the way. `missing`: how many saw it too early.
 */
export async function once(agents: Agent[], rounds: number) {
  const found: object[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const file = `${base}/claims/00/once.${round}.json`;
    const text = (i: number) => `${round} ${i} ${"z".repeat(6000)} ${i} ${round}\n`;
    const warm = round % 2 === 0;
    const seen = warm ? await Promise.all(agents.map(({ ask }) => ask("missing", [file]))) : [];
    const dying = round % 3 === 0 ? [round % agents.length, (round * 7) % agents.length] : [];
    const answers = await race(agents, (_, i) => ({
      act: "once",
      args: [file, text(i)],
      ...(dying.includes(i) ? { dies: { name: ".json", after: i !== dying[0] } } : {}),
    }));
    const written = values<Written>(answers.filter((answer) => "value" in answer));
    const winners = answers.flatMap(({ value }, i) => ((value as Written | undefined)?.did === "made" ? [i] : []));
    const whole = new Set(agents.map((_, i) => text(i)));
    found.push({
      round,
      early: seen.filter(({ value }) => value !== true).length,
      made: winners.length,
      died: answers.filter(({ died }) => died).length,
      absent: written.filter(({ read }) => read === undefined).length,
      half: written.filter(({ read }) => read !== undefined && !whole.has(read)).length,
      said: new Set(written.map(({ read }) => read)).size,
      winnerCounts: winners.every((i) => written[0]?.read === text(i)),
      troubles: troubles(answers),
    });
    for (const i of dying) agents[i] = member(i);
  }
  return found;
}

/**
 * All claim one key, round after round: patiently; then some of them impatient, who would rather have the claim void than
 * wait; then most of them dying right before or after the link of a seal.
 */
export async function claims(agents: Agent[], rounds: number) {
  const found: object[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const kind = (["patient", "impatient", "dying"] as const)[round % 3] ?? "patient";
    const slot = { key: `sha256:${createHash("sha256").update(String(round)).digest("hex")}`, epoch: "1" };
    const stem = `${base}/claims/${slot.key.slice(7, 9)}/${slot.key.slice(7)}.e1`;
    for (const name of [`${stem}.1.json`, `${stem}.1.go.json`])
      await Promise.all(agents.map(({ ask }) => ask("missing", [name])));
    const answers = await race(agents, (_, i) => ({
      act: "claim",
      args: [
        slot,
        runOf(round, i),
        kind === "impatient" && i % 5 === 0 ? 0 : 2000 + 50 * i,
        kind === "impatient" ? 2000 : 0,
      ],
      ...(kind === "dying" && (i + round) % 4 > 0 ? { dies: { name: ".go.json", after: (i + round) % 4 === 1 } } : {}),
    }));
    for (const [i, { died }] of answers.entries()) if (died) agents[i] = member(i);
    const ended = values<Claimed>(answers.filter((answer) => "value" in answer));
    const looks = await Promise.all(agents.map(({ get }) => get<string[]>("generations", [slot])));
    const generations = looks[0] ?? [];
    const sealed = generations.filter((line) => line.endsWith(" go"));
    found.push({
      round,
      kind,
      died: answers.filter(({ died }) => died).length,
      leaders: ended.filter(({ role }) => role === "leads").length,
      answers: new Set(ended.map(({ generation, run }) => `${generation} ${run} go`)).size,
      answersAreSeals: ended.every(({ generation, run }) => sealed.includes(`${generation} ${run} go`)),
      generations: generations.length,
      go: sealed.length,
      otherLooks: looks.filter((lines) => JSON.stringify(lines) !== JSON.stringify(generations)).length,
      troubles: troubles(answers),
    });
  }
  return found;
}

/** The id of a run of each claimer; nobody asks whether it is there. */
function runOf(round: number, i: number): string {
  return `20260101-0000${String(round).padStart(2, "0")}-aaaa${String(i).padStart(2, "0")}`;
}

/** One writes, then tells all others, each of whose clients has just remembered that the file is not there. */
export async function told(agents: Agent[], rounds: number) {
  const found: object[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const file = `${base}/claims/01/told.${round}.json`;
    const text = `${round} ${"t".repeat(round * 2000)} ${round}\n`;
    const early = values<boolean>(await Promise.all(agents.map(({ ask }) => ask("missing", [file]))));
    await agents[round % agents.length]?.get("once", [file, text]);
    const answers = await Promise.all(agents.map(({ ask }) => ask("told", [file])));
    const seen = values<{ byName: boolean; listed: boolean; text?: string }>(answers);
    found.push({
      round,
      early: early.filter((missing) => !missing).length,
      unlisted: seen.filter(({ listed }) => !listed).length,
      unread: seen.filter((one) => one.text !== text).length,
      // What one would have seen who asks for the name alone.
      absentByName: seen.filter(({ byName }) => !byName).length,
      troubles: troubles(answers),
    });
  }
  return found;
}

interface Followed {
  seen: Record<string, number[]>;
  bad: string[];
}

/** One user's processes write to the journal on both clients, while both clients follow it. */
export async function journals(agents: Agent[], times: number) {
  const [first] = people;
  const writers = agents.filter(({ person }) => person === first);
  const others = agents.filter(({ person }) => person !== first);
  const tails = clients.map((client) => others.find((agent) => agent.client === client) as Agent);
  const wanted = writers.length * times;
  const following = tails.map(({ ask }) => ask("tail", [[first?.name], wanted, 60]));
  const answers = await race(writers, (_, i) => ({ act: "note", args: [`w${i}`, times] }));
  const inOrder = JSON.stringify(Array.from({ length: times }, (_, n) => n));
  const followed = await Promise.all(following);
  const read = values<Followed | undefined>(followed).map(({ seen, bad } = { seen: {}, bad: [] }) => ({
    writers: Object.keys(seen).length,
    events: Object.values(seen).flat().length,
    inOrder: Object.values(seen).every((numbers) => JSON.stringify(numbers) === inOrder),
    bad,
  }));
  return { wanted, troubles: troubles([...answers, ...followed]), read };
}

/** One user's processes on both clients want one lease; then its holder is dead, and they want it again. */
export async function leases(agents: Agent[], rounds: number) {
  const mine = agents.filter(({ person }) => person === people[0]);
  const found: object[] = [];
  const dead: string[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const answers = await race(mine, (_, i) => ({ act: "lease", args: ["agent", `${round}-${i}`, dead] }));
    const holders = answers.flatMap(({ value }, i) => (value === true ? [`${round}-${i}`] : []));
    found.push({ round, holders: holders.length, troubles: troubles(answers) });
    dead.push(...holders);
  }
  return found;
}

/** Processes of all people take numbers of the logs of both hosts. */
export async function reservations(agents: Agent[], times: number) {
  const some = agents.slice(0, 16);
  const answers = await race(some, () => ({ act: "reserve", args: [times] }));
  const taken = values<{ host: string; taken: number[]; reports: string[] } | undefined>(answers);
  const all = taken.flatMap((one) => (one?.taken ?? []).map((number) => `${one?.host}.${number}`));
  const looks = await Promise.all(some.map(({ get }) => get<{ entries: string[] }>("reservations", ["h1"])));
  const expected = JSON.stringify([...all].sort());
  return {
    wanted: some.length * times,
    taken: all.length,
    different: new Set(all).size,
    reports: taken.flatMap((one) => one?.reports ?? []),
    // Whoever looks afterwards, from whichever client, sees them all.
    incomplete: looks.filter(({ entries }) => JSON.stringify([...entries].sort()) !== expected).length,
    troubles: troubles(answers),
  };
}

/** People take one global name from each other. */
export async function names(agents: Agent[], times: number) {
  const some = agents.slice(0, 16);
  const answers = await race(some, (_, i) => ({ act: "bind", args: ["best", `r${i}`, times] }));
  const made = values<number[] | undefined>(answers).flatMap((numbers) => numbers ?? []);
  const histories = await Promise.all(some.map(({ get }) => get<number[]>("history", ["best"])));
  const expected = JSON.stringify([...made].sort((a, b) => b - a));
  return {
    wanted: some.length * times,
    made: made.length,
    different: new Set(made).size,
    otherHistories: histories.filter((numbers) => JSON.stringify(numbers) !== expected).length,
    troubles: troubles(answers),
  };
}

/** Runs made on one client are there for whoever on the other one is told of them. */
export async function runs(agents: Agent[], times: number) {
  const some = mixed(agents, 16);
  const answers = await race(some, () => ({ act: "create", args: [times] }));
  const made = values<string[] | undefined>(answers).map((ids) => ids ?? []);
  const looks = await Promise.all(
    some.map(({ get }, i) => {
      // The neighbour is on the other client.
      const other = i ^ 1;
      return get<string[]>("absent", [some[other]?.person.name, made[other]]);
    }),
  );
  return {
    wanted: some.length * times,
    made: made.flat().length,
    absent: looks.flat().length,
    troubles: troubles(answers),
  };
}

/** The facts of a run as they come, for one who looks at it all the time from the other client: how late each is seen. */
export async function facts(agents: Agent[]) {
  const writer = agents.find(({ client }) => client === "h1") as Agent;
  const looker = agents.find(({ client, person }) => client === "h2" && person !== writer.person) as Agent;
  const [id = ""] = await writer.get<string[]>("create", [1]);
  const steps = [
    [
      "intent",
      "submit-1/intent.json",
      { type: "intent", submission: 1, token: "t", by: "submit", user: "ann", host: "h1" },
    ],
    ["receipt", "submit-1/receipt.json", { type: "receipt", submission: 1, scheduler: "local", job: "1" }],
    ["start", "attempt-1/start.json", { type: "start", submission: 1, attempt: 1, host: "h1" }],
    ["exit", "attempt-1/exit.json", { type: "exit", attempt: 1, reason: "command", code: 0 }],
    ["outcome", "outcome.json", { type: "outcome", state: "succeeded" }],
  ] as const;
  const late_s: Record<string, number | undefined> = {};
  for (const [what, file, record] of steps) {
    const seen = looker.ask("sees", [writer.person.name, id, what, 50]);
    // Long enough that it has been looked for in vain.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const written = await writer.get<number>("fact", [id, file, record]);
    const { value } = await seen;
    late_s[what] = typeof value === "number" ? (value - written) / 1000 : undefined;
  }
  return late_s;
}
