import t from "tap";
import { registryOn, users } from "./place.js";
import { bites, given, holds, isFair, must, type Property, weathers } from "./seeds.js";
import { crew, simulation, type Weather } from "./simulation.js";

t.setTimeout(300_000);
const team = await crew(6);
t.teardown(() => team.end());

const file = "/d/f.json";

const writtenOnce: Property = (sim, seed) => {
  sim.directory("/d");
  const readers = ["b", "c"].map((host) => ({ host, program: "read", args: { file, times: 6 } }));
  const texts = [0, 1, 2, 3].map((by) => `${JSON.stringify({ by, filler: "z".repeat(by * 40) })}\n`);
  const writers = ["a", "a", "b", "d"].map((host, by) => ({ host, program: "once", args: { file, text: texts[by] } }));
  const outcomes = sim.run([...writers, ...readers]);
  const there = sim.text(file);
  const told = outcomes.slice(0, 4).map((one) => given<{ said: string; read?: string }>(one));
  const made = told.flatMap((one, by) => (one?.said === "made" ? [by] : []));
  must(made.length <= 1, `${made.length} were told that they made it`);
  must(there === undefined || texts.includes(there), `what is there is nobody's: ${there}`);
  if (made[0] !== undefined) must(there === texts[made[0]], "what is there is not what was made");
  if (told.every((one) => one !== undefined)) must(made.length === 1, "nobody was told that it was made");
  if (isFair(seed))
    must(
      told.every((one) => one !== undefined),
      `a fault: ${JSON.stringify(outcomes)}`,
    );
  for (const one of told) if (one) must(one.read === there, `it reads otherwise: ${one.read}`);
  for (const one of outcomes.slice(4))
    for (const text of given<string[]>(one) ?? []) must(text === there, `a reader saw ${text}`);
  const left = sim.names("/d").filter((name) => name !== "f.json");
  if (isFair(seed) && seed % 4 === 0) must(left.length === 0, `left behind: ${left}`);
};

/** The same of many files that each writes side by side, and in an order of its own. */
const manyOnce: Property = (sim, seed) => {
  sim.directory("/d");
  sim.directory("/e");
  const names = ["/d/f.json", "/d/g.json", "/e/f.json"];
  const textOf = (by: number, name: string) => `${JSON.stringify({ by, name, filler: "z".repeat(by * 40) })}\n`;
  const filesOf = (by: number) => names.map((_, i) => names[(i + by) % names.length] as string);
  const writers = ["a", "a", "b", "c"].map((host, by) => ({
    host,
    program: "onceMany",
    args: { files: filesOf(by).map((name) => ({ file: name, text: textOf(by, name) })) },
  }));
  const readers = names.slice(0, 2).map((name) => ({ host: "c", program: "read", args: { file: name, times: 6 } }));
  const outcomes = sim.run([...writers, ...readers]);
  const told = outcomes.slice(0, 4).map((one) => given<{ said: string; read?: string }[]>(one));
  if (isFair(seed))
    must(
      told.every((one) => one !== undefined),
      `a fault: ${JSON.stringify(outcomes)}`,
    );
  for (const name of names) {
    const there = sim.text(name);
    const said = told.map((one, by) => one?.[filesOf(by).indexOf(name)]);
    const made = said.flatMap((one, by) => (one?.said === "made" ? [by] : []));
    must(made.length <= 1, `${made.length} were told that they made ${name}`);
    must(there === undefined || [0, 1, 2, 3].some((by) => there === textOf(by, name)), `${name} is nobody's: ${there}`);
    if (made[0] !== undefined) must(there === textOf(made[0], name), `${name} is not what was made`);
    if (isFair(seed)) must(made.length === 1, `nobody was told that it made ${name}`);
    for (const one of said) if (one) must(one.read === there, `${name} reads otherwise: ${one.read}`);
  }
  for (const [i, one] of outcomes.slice(4).entries())
    for (const text of given<string[]>(one) ?? []) must(text === sim.text(names[i] ?? ""), `a reader saw ${text}`);
  const left = [...sim.names("/d"), ...sim.names("/e")].filter((name) => name.startsWith("."));
  if (isFair(seed) && seed % 4 === 0) must(left.length === 0, `left behind: ${left}`);
};

const replaced: Property = (sim, seed) => {
  sim.directory("/d");
  const outcomes = sim.run([
    { host: "a", program: "replace", args: { file, times: 12 } },
    ...["b", "c", "a"].map((host) => ({ host, program: "read", args: { file, times: 10 } })),
  ]);
  const done = given<number[]>(outcomes[0]);
  if (isFair(seed)) must(done?.length === 12, `a fault: ${JSON.stringify(outcomes[0])}`);
  const number = (text: string) => (JSON.parse(text) as { i: number }).i;
  const last = sim.text(file);
  if (done && done.length > 0) must(number(last ?? "") >= Math.max(...done), "what was said to be there is not");
  for (const one of outcomes.slice(1)) {
    const seen = (given<string[]>(one) ?? []).map(number);
    must(
      seen.every((n, i) => i === 0 || n >= (seen[i - 1] as number)),
      `a reader saw an older one later: ${seen}`,
    );
  }
};

const appended: Property = (sim, seed) => {
  registryOn(sim);
  const [ann, ben] = users;
  const writers = [
    { host: "a", user: ann },
    { host: "a", user: ann },
    { host: "b", user: ann },
    { host: "b", user: ben },
  ];
  const followers = [
    { host: "c", user: ben },
    { host: "a", user: ben },
  ];
  const args = { users: [ann.name, ben.name], times: 8 };
  const outcomes = sim.run([
    ...writers.map((one) => ({ ...one, program: "note", args: { times: 5 } })),
    ...followers.map((one) => ({ ...one, program: "follow", args })),
  ]);
  sim.turn({ twice: 0, lost: 0, io: 0, handle: 0, stop: 0, kill: 0, full: 0 });
  sim.pass(61_000);
  const [end] = sim.run([{ host: "c", user: ben, program: "follow", args: { ...args, times: 1 } }]);
  const all = given<{ words: string[]; bad: string[] }>(end);
  must(all !== undefined, `who follows fails: ${JSON.stringify(end)}`);
  const done = outcomes.slice(0, 4).flatMap((one) => given<string[]>(one) ?? []);
  if (isFair(seed)) must(done.length === 20, `a fault: ${JSON.stringify(outcomes)}`);
  must(new Set(all.words).size === all.words.length, "a line is there twice");
  const lost = done.filter((word) => !all.words.includes(word));
  must(lost.length === 0, `lost: ${lost}`);
  if (isFair(seed)) must(all.bad.length === 0, `bad: ${all.bad}`);
  for (const [i, one] of outcomes.slice(4).entries()) {
    const follower = followers[i] as (typeof followers)[number];
    const { words = [], bad = [] } = given<{ words?: string[]; bad?: string[] }>(one) ?? {};
    must(new Set(words).size === words.length, "a follower read a line twice");
    // What a writer of the same host had written, and the disk then had no room for, could be read there for a moment.
    const unreal = words.filter((word) => !all.words.includes(word));
    must(
      unreal.length === 0 || (follower.host === "a" && !isFair(seed)),
      `a follower read what is not there: ${unreal}`,
    );
    if (unreal.length > 0) continue;
    if (isFair(seed)) must(bad.length === 0, `a follower met ${bad}`);
    // In the order in which its process wrote them, and without a gap.
    for (const pid of new Set(words.map((word) => word.split("-")[0]))) {
      const of = (list: string[]) => list.filter((word) => word.startsWith(`${pid}-`));
      must(
        of(words).every((word, i) => word === of(all.words)[i]),
        `a follower missed a line: ${of(words)}`,
      );
    }
  }
};

t.test("a file that is written once is made by one, whole, and the same for all", async (t) => {
  holds(t, team, 240, writtenOnce);
});

t.test("so is each of many that are written side by side", async (t) => {
  holds(t, team, 120, manyOnce);
});

t.test("a file that is replaced is one version or another, and never goes back", async (t) => {
  holds(t, team, 160, replaced);
});

t.test("of the journal no line is lost, doubled or mixed with another, and offsets hold", async (t) => {
  holds(t, team, 120, appended);
});

t.test("these properties have teeth", async (t) => {
  const [write, journal] = ["lib/registry/write.ts", "lib/registry/journal.ts"];
  const look = { file: write, from: 'if (yield* isSameFile(temp, file)) return "made";', to: "" };
  await bites(t, "a request that came twice is not looked into", [look], 240, writtenOnce);
  const link = 'yield* call("link", temp, file);';
  const direct = { file: write, from: link, to: "fs.writeFileSync(file, fs.readFileSync(temp));" };
  await bites(t, "written in its place", [direct], 240, writtenOnce);
  const renamed = { file: write, from: link, to: "fs.renameSync(temp, file);" };
  await bites(t, "rename in the place of link", [renamed], 240, writtenOnce);
  await bites(t, "the same of many", [renamed], 120, manyOnce);
  const place = { file: write, from: "fs.renameSync(temp, file);", to: "fs.writeFileSync(file, content);" };
  await bites(t, "replaced in its place", [place], 160, replaced);
  const twice = { file: write, from: "if (holds(file, content)) return;", to: "" };
  await bites(t, "a rename that came twice", [twice], 160, replaced);
  const rest = { file: journal, from: "position += end + 1;", to: "position += read;" };
  await bites(t, "an offset beyond the last whole line", [rest], 120, appended);
  const shared = { file: journal, from: "const host = os.hostname();", to: 'const host = "any";' };
  await bites(t, "two hosts that append to one file", [shared], 120, appended);
});

t.test("a seed gives the same again", async (t) => {
  const told = () => {
    const sim = simulation(team, 7, weathers[3] as Weather);
    writtenOnce(sim, 7);
    return sim.told();
  };
  t.equal(told(), told());
});
