import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { type Fields, type Person, recipe, site } from "../support/cluster.js";

// Pipelines on a real cluster, by several people at once: each distinct stage is one job, what is there is taken as it is, and
// whoever depends on a job that another cancels goes on by herself.
t.setTimeout(600_000);
t.jobs = 2;
const place = await site({
  name: "pipeline",
  env: {
    SLURM_CONF: process.env["SLURM_CONF"] ?? "",
    LAB_SCHEDULER_ACCOUNTING_GRACE: "1s",
    LAB_SCHEDULER_SUBMIT_GRACE: "2s",
    LAB_SCHEDULER_MISSING_JOB_GRACE: "3s",
    LAB_CACHE_COURTESY: "0s",
  },
});
t.teardown(() => place.remove());
const everybody = ["lab-alice", "lab-bob", "lab-carol"].map((name) => place.person(name));
const [alice, bob, carol] = everybody as [Person, Person, Person];

/** Where commands say that they have begun, a line each, and what lets them go on. */
const [started, gates] = ["started", "gates"].map((name) => {
  const directory = path.join(place.dir, name);
  fs.mkdirSync(directory);
  fs.chmodSync(directory, 0o1777);
  return directory;
});
const startsOf = (name: string) => fs.readdirSync(started as string).filter((file) => file.startsWith(`${name}.`));
const open = (gate: string) => fs.writeFileSync(path.join(gates as string, gate), "");

/** A stage that writes its input, if it has one, and a word to its output once the gate is open. */
function stage(name: string, gate: string, input = ""): string {
  const lines = [
    `touch "${started}/${name}.$LAB_RUN_ID"`,
    `until [ -e "${gates}/${gate}" ]; do sleep 0.1; done`,
    `{ ${input === "" ? "" : 'cat "$LAB_INPUT_UP"; '}echo "${name} $WORD"; } >"$LAB_OUTPUT_TEXT"`,
  ];
  const more = `${input}\n[env]\nWORD = "{params.word}"\n[source]\npaths = ["examples"]\n[outputs.text]\ntype = "file"\n`;
  const text = recipe(name, { body: lines.join("; "), more });
  // Other tests want each recipe to be another one; these are to be one.
  return text.replace(/^number_of_test_recipe.*$/m, 'word = "x"');
}

const of = (name: string) => `\n[inputs.up]\ntype = "stage"\nstage = "${name}"\nrole = "text"`;

/** The same files for everybody. */
function publish(files: Record<string, string>): void {
  for (const person of everybody)
    for (const [name, text] of Object.entries(files)) person.write(`r/${name}.toml`, text);
}

async function submit(person: Person, file: string, ...options: string[]): Promise<Fields[]> {
  const all = await person.lab(["lab", "pipeline", "--json", ...options, `r/${file}.toml`]);
  return all.filter(({ type }) => type === "run");
}

async function waited(person: Person, runs: readonly Fields[], code = 0): Promise<string[]> {
  const argv = ["lab", "wait", "--json", "--timeout=240s", ...runs.map(({ id }) => id)];
  return (await person.lab(argv, { code })).map(({ state }) => state);
}

const written = (run: Fields | undefined) => fs.readFileSync(run?.["outputs"].text.path, "utf8");
const jobsOf = (runs: readonly Fields[]) => runs.filter(({ job }) => job !== undefined).length;

t.test("six submissions at once by three people: one job for each distinct stage; repeated; extended", async (t) => {
  publish({
    prepare: stage("prepare", "six"),
    clean: stage("clean", "six", of("prepare")),
    train: stage("train", "six", of("clean")),
    evaluate: stage("evaluate", "six", of("train")),
    six: `name = "six"
[stages.prepare]
recipe = "prepare.toml"
[stages.clean]
recipe = "clean.toml"
[stages.train]
recipe = "train.toml"
foreach = { "params.word" = ["a", "b", "c"] }
[stages.evaluate]
recipe = "evaluate.toml"
foreach = "train"
`,
    more: `name = "more"\n[stages.again]\nrecipe = "extend.toml"\n`,
    extend: stage("extend", "six", '\n[inputs.up]\ntype = "from"\nrole = "text"'),
  });
  const submissions = await Promise.all([...everybody, ...everybody].map((person) => submit(person, "six")));
  for (const runs of submissions) t.equal(runs.length, 8);
  const keys = submissions.map((runs) => runs.map(({ key }) => key.digest));
  for (const one of keys) t.same(one, keys[0], "the same keys for all");
  t.equal(new Set(keys[0]).size, 8);
  open("six");
  const ends = await Promise.all(submissions.map((runs, i) => waited(everybody[i % 3] as Person, runs)));
  for (const states of ends) t.same(new Set(states.filter((state) => !/^(succeeded|cached)$/.test(state))), new Set());
  for (const [name, count] of Object.entries({ prepare: 1, clean: 1, train: 3, evaluate: 3 }))
    t.equal(startsOf(name).length, count, `${name} was computed once`);

  const again = await submit(carol, "six");
  t.same(new Set(again.map(({ decision }) => decision.decision)), new Set(["hit"]));
  t.equal(jobsOf(again), 0);
  const [shown = {}] = await carol.lab(["lab", "pipeline", "show", "--json", "six"]);
  t.match(shown, { of: 8, counts: { cached: 8 } });
  const last = again.at(-1) as Fields;
  const [extended = {}] = await submit(carol, "more", "--set", `from=${last["id"]}`);
  t.same(await waited(carol, [extended]), ["succeeded"]);
  t.equal(written(extended), "prepare x\nclean x\ntrain c\nevaluate x\nextend x\n");
});

t.test("whose job another cancels takes it over, with what comes after, and keeps what was made", async (t) => {
  publish({
    first: stage("first", "first"),
    second: stage("second", "second", of("first")),
    third: stage("third", "second", of("second")),
    chain: ["first", "second", "third"]
      .map((name) => `[stages.${name}]\nrecipe = "${name}.toml"\n`)
      .join("")
      .replace(/^/, 'name = "chain"\n'),
  });
  const hers = await submit(alice, "chain");
  t.equal(jobsOf(hers), 3);
  const his = await submit(bob, "chain", "--set", "third.params.word=y");
  t.same(
    his.map(({ job, decision }) => [job !== undefined, decision.decision]),
    [
      [false, "follows"],
      [false, "follows"],
      [true, "claimed"],
    ],
  );
  open("first");
  t.same(await waited(alice, hers.slice(0, 1)), ["succeeded"]);
  await alice.lab(["lab", "cancel", "--json", ...hers.slice(1).map(({ id }) => id)]);
  open("second");
  t.same(await waited(bob, his), ["cached", "succeeded", "succeeded"]);
  t.equal(written(his[2]), "first x\nsecond x\nthird y\n");
  t.equal(startsOf("first").length, 1, "what succeeded was not computed again");

  const [resumed = {}] = await alice
    .lab(["lab", "pipeline", "rerun", "-w", "--json", "chain"])
    .then(async () => alice.lab(["lab", "pipeline", "show", "--json", "chain"]));
  const states = resumed["stages"].map(({ runs }: Fields) => runs[0].state);
  t.same(states, ["succeeded", "cached", "succeeded"], "hers goes on with what he made of it");
});
