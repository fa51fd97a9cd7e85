// lab-evald over a registry on disk, whose runs end as the test says.
import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import type { Context } from "../../../../lib/command/context.js";
import { artifactIdOf } from "../../../../lib/record/artifact-id.js";
import type { Outcome } from "../../../../lib/record/facts.js";
import type { Verdict } from "../../../../lib/record/policy.js";
import type { Run, RunOutput } from "../../../../lib/record/run.js";
import { usualGraces } from "../../../../lib/record/state.js";
import { envelope, policyDirectory, runDirectory, sealFile } from "../../../../lib/registry/layout.js";
import type { Registry } from "../../../../lib/registry/open.js";
import { onWrite } from "../../../../lib/registry/write.js";
import { createOne } from "../../../../lib/verb/plan/creating.js";
import { evaluate } from "../../../../lib/verb/policy/evaluating.js";
import { end, makeRun, register } from "../../registry/artifact-support.js";
import { putRun } from "../../registry/put-run.js";
import { smallRegistry } from "../../registry/support.js";

const recipe = 'name = "judge"\ncommand = ["true"]\n[inputs.checkpoint]\ntype = "checkpoint"\n';
const policy = (name: string, more = "") =>
  `name = "${name}"\nrecipe = "judge.rcp"\n[applies_to]\ntype = "checkpoint"\n[retry]\nmax_attempts = 2\n[cadence]\n${more}`;
const every5 = "every_n_steps = 5\n";

function setUp(t: Test, files: Record<string, string> = { "p.toml": policy("p", every5) }) {
  const registry = smallRegistry(t);
  const dir = fs.realpathSync(t.testdir({ "judge.rcp": recipe, ...files }));
  const [reported, said]: [string[], string[]] = [[], []];
  const context = {
    registry: async () => registry,
    config: async () => ({ config: { repos: {}, scheduler: grace } }),
    report: (id: string | undefined, error: Error) => reported.push(`${id}: ${error.message}`),
    say: (message: string) => said.push(message),
    ...{
      signal: {},
      terminal: {},
      env: { HOME: "/nowhere", XDG_CACHE_HOME: path.join(dir, "cache") },
      cwd: dir,
      args: [dir],
      now: Date.now(),
      dryRun: false,
    },
  } as unknown as Context;
  const pass = (options = {}, more: Partial<Context> = {}) =>
    evaluate({ users: [], again: false, explain: false, ...options }, { ...context, ...more }) as AsyncGenerator<Run>;
  const runs = async (options = {}, more: Partial<Context> = {}) => {
    const found: Run[] = [];
    for await (const run of pass(options, more)) found.push(run);
    return found;
  };
  const explain = async (options = {}) => {
    const found = (await runs({ ...options, explain: true })) as unknown as Verdict[];
    return Object.fromEntries(found.map(({ policy, step, why }) => [`${policy}@${step}`, why]));
  };
  const training = trainingIn(registry);
  return {
    registry,
    dir,
    reported,
    said,
    context,
    pass,
    runs,
    explain,
    training,
  };
}

const { missing_job_s: missing_job_grace, accounting_s: accounting_grace, submit_s: submit_grace } = usualGraces;
const grace = { missing_job_grace, accounting_grace, submit_grace };
const id = "20261120-120000-tra1n5";
const output: RunOutput = { type: "checkpoint", alias: "steps", digest: "stat" };

/** Of its 20 steps enough to tell. */
const steps = [4, 5, 6, 7, 9, 10, 15, 20];

/** A run that has registered steps and goes on. */
function trainingIn(registry: Registry): Run {
  const place = path.join(registry.base, "../steps");
  const run = makeRun(registry, id, { name: "fit", outputs: { model: { ...output, path: place } } });
  for (const step of steps) register(registry, run, "model", step);
  return run;
}

/** As lab-create makes it; then it ends as told. */
function make(registry: Registry, run: Run, state?: Outcome["state"], more: Partial<Outcome> = {}): Run {
  const made = { ...run, run_dir: runDirectory(registry.base, run.user, run.id) };
  putRun(registry, made, "");
  if (state) end(made, state, more);
  return made;
}

const stepsOf = (runs: Run[]) =>
  runs.map(({ evaluates }) => {
    const step = steps.find((one) => artifactIdOf(id, "model", one) === evaluates?.artifact);
    return `${step}.${evaluates?.attempt}`;
  });
const asked = (registry: Registry, name = "p") => {
  const directory = policyDirectory(registry.base, registry.user, name);
  return fs.existsSync(directory) ? fs.readdirSync(directory).sort() : [];
};
const requests = (registry: Registry, name = "p") => asked(registry, name).filter((file) => file.endsWith(".json"));
/** An hour goes by for what was asked for and never made. */
const age = (registry: Registry, name = "p") => {
  const long = new Date(Date.now() - 3_700_000);
  for (const file of requests(registry, name))
    fs.utimesSync(path.join(policyDirectory(registry.base, registry.user, name), file), long, long);
};

t.test("while a training runs, each fifth step once; the request is on disk before the run is handed on", async (t) => {
  const { registry, pass, runs, explain, reported } = setUp(t);
  const found: Run[] = [];
  for await (const run of pass()) {
    t.equal(requests(registry).length, found.push(run), "asked for before it is seen");
    t.match(run, { phase: "planned", name: "judge", user: registry.user, evaluates: { policy: "p", attempt: 1 } });
    t.same(run.inputs, { checkpoint: { type: "artifact", artifact: run.evaluates?.artifact } });
    make(registry, run);
  }
  t.same(stepsOf(found), ["5.1", "10.1", "15.1", "20.1"]);
  t.match(await explain(), { "p@4": "cadence", "p@5": "pending" });
  t.same(await runs(), [], "nothing is asked for twice");
  for (const run of found) end({ ...run, run_dir: runDirectory(registry.base, run.user, run.id) }, "succeeded");
  t.match(await explain(), { "p@5": "evaluated", "p@20": "evaluated" });
  t.same(await runs(), []);
  t.equal(
    asked(registry).filter((name) => name.endsWith(".succeeded")).length,
    4,
    "noted, so that nobody opens them again",
  );
  t.same(reported, []);
});

t.test("two at once share what is due", async (t) => {
  const { registry, pass } = setUp(t);
  const [one, other] = [pass(), pass()];
  const found: Run[] = [];
  for (let left = 2; left > 0; ) {
    left = 2;
    for (const side of [one, other]) {
      const { done, value } = await side.next();
      if (done) left -= 1;
      else found.push(value);
    }
  }
  t.same(stepsOf(found).sort(), ["10.1", "15.1", "20.1", "5.1"]);
  t.equal(requests(registry).length, 4);
});

t.test("killed before any of its writes: nothing is evaluated twice, and all of it in the end", async (t) => {
  for (let kill = 1; kill <= 7; kill += 1) {
    const { registry, pass, runs } = setUp(t);
    const made: Run[] = [];
    let [writes, others] = [0, false];
    onWrite(() => {
      writes += others ? 0 : 1;
      if (writes === kill && !others) throw new Error("killed");
    });
    try {
      // Each run that it could hand on is made by the next in the pipe.
      for await (const run of pass()) {
        others = true;
        made.push(make(registry, run));
        others = false;
      }
      t.fail(`it did not come to write ${kill}`);
    } catch (error) {
      t.match(error, { message: "killed" });
    } finally {
      onWrite(undefined);
    }
    for (const run of await runs()) made.push(make(registry, run));
    t.equal(new Set(made.map(({ evaluates }) => evaluates?.artifact)).size, made.length, `at ${kill}: none twice`);
    age(registry);
    for (const run of await runs()) made.push(make(registry, run));
    t.same(new Set(stepsOf(made).map((word) => word.split(".")[0])), new Set(["5", "10", "15", "20"]));
    t.equal(made.length, 4, `killed at write ${kill}`);
  }
});

t.test("what was never made is pending for an hour; then it failed, and is made by nobody any more", async (t) => {
  const { registry, runs, explain, context } = setUp(t);
  const lost = await runs();
  t.match(await explain(), { "p@5": "pending" });
  t.same(await runs(), []);
  age(registry);
  t.same(stepsOf(await runs()), ["5.2", "10.2", "15.2", "20.2"]);
  const late = { ...(lost[0] as Run), run_dir: "/x" };
  await t.rejects(createOne(late, context), {
    code: "tempfail",
    message: /try 1 of the policy p at art-\w+ was given up/,
  });
});

t.test("every way of failing is tried again, as often as the policy says, and told of once", async (t) => {
  const { registry, runs, said, explain } = setUp(t);
  const ends: [Outcome["state"], Partial<Outcome>][] = [
    ["failed", { mode: "oom" }],
    ["failed", { mode: "timeout" }],
    ["cancelled", { mode: "cancelled" }],
    ["lost", {}],
  ];
  for (const [i, run] of (await runs()).entries()) {
    const [state, more] = ends[i] ?? ["failed", {}];
    make(registry, run, state, more);
  }
  const again = await runs();
  t.same(stepsOf(again), ["5.2", "10.2", "15.2", "20.2"]);
  t.same(said, []);
  for (const [i, run] of again.entries()) make(registry, run, i === 0 ? "succeeded" : "failed", { mode: "node_fail" });
  t.same(await runs(), []);
  t.equal(said.length, 3);
  t.match(
    said[0],
    /^p: art-\w+ \(step 10\) is given up: all 2 tries failed, the last: failed: node_fail: lab why \w{6} \(/,
  );
  t.same([await runs(), said.length], [[], 3], "once");
  t.match(await explain(), { "p@5": "evaluated", "p@10": "exhausted" });
  t.same(stepsOf(await runs({ again: true })), ["5.3", "10.3", "15.3", "20.3"]);
});

t.test("a policy, an artifact or a request that is bad keeps nobody else from being evaluated", async (t) => {
  const { registry, runs, reported, training } = setUp(t, {
    "a.toml": "name = ",
    "b.toml": policy("b", "every_n_steps = 0\n"),
    "c.toml": policy("c", every5).replace("judge.rcp", "none.rcp"),
    "d.toml": policy("d", every5),
    "e.toml": policy("d", every5),
    "recipe.toml": 'name = "x"\ncommand = ["true"]\n',
  });
  fs.writeFileSync(path.join(envelope(training.run_dir ?? ""), "outputs/model.15.a1.json"), "{}");
  const directory = policyDirectory(registry.base, registry.user, "d");
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, `${artifactIdOf(id, "model", 10)}.1.json`), "{}");
  const found = await runs();
  t.equal(found.length, 2);
  t.match(found, [
    { evaluates: { artifact: artifactIdOf(id, "model", 5) } },
    { evaluates: { artifact: artifactIdOf(id, "model", 20) } },
  ]);
  const about = (words: RegExp) => reported.filter((line) => words.test(line)).length;
  t.equal(about(/a\.toml:1/), 1);
  t.equal(about(/b\.toml:8:.*every_n_steps is 0/), 1);
  t.equal(about(/c\.toml:2:.*none\.rcp/), 1);
  t.equal(about(/e\.toml: 'd' is already the name of .*d\.toml/), 1);
  t.equal(about(/model\.15\.a1\.json/), 1);
  t.equal(about(/\.1\.json/), 1);
  t.equal(reported.length, 6, reported.join("\n"));
});

t.test("an edited recipe evaluates nothing again, unless the policy says so", async (t) => {
  const { registry, dir, runs } = setUp(t, {
    "p.toml": policy("p", every5),
    "q.toml": policy("q", `${every5}again_when_edited = true\n`),
  });
  for (const run of await runs()) make(registry, run, "succeeded");
  fs.writeFileSync(path.join(dir, "judge.rcp"), `seed = 1\n${recipe}`);
  const found = await runs();
  t.same(
    found.map(({ evaluates }) => `${evaluates?.policy}.${evaluates?.attempt}`),
    ["q.2", "q.2", "q.2", "q.2"],
  );
  for (const run of found) make(registry, run, "succeeded");
  t.same(await runs(), []);
});

t.test("a step that was written anew is evaluated anew, and no result of the old one answers", async (t) => {
  const { registry, runs, training } = setUp(t);
  for (const run of await runs()) make(registry, run, "succeeded");
  register(registry, training, "model", 10, 2);
  const found = await runs();
  t.same(stepsOf(found), ["10.2"]);
  t.match(found, [{ caching: { mode: "recompute" } }]);
  for (const run of found) make(registry, run, "succeeded");
  t.same(await runs(), []);
});

t.test("a dry run and an explanation write nothing", async (t) => {
  const { registry, runs, explain } = setUp(t);
  t.match(await runs({}, { dryRun: true }), [{ dry_run: true }, {}, {}, {}]);
  t.match(await explain(), { "p@5": "due" });
  t.same(asked(registry), []);
  for (const run of await runs()) make(registry, run, "failed");
  await explain();
  await runs({}, { dryRun: true });
  t.equal(asked(registry).length, 4);
});

t.test("no more at once than the policy says; where and latest_only choose", async (t) => {
  const { registry, runs, explain } = setUp(t, {
    "p.toml": policy("p", `${every5}max_concurrent = 2\norder = "newest"\n`),
    "w.toml": policy("w", "latest_only = true\n").replace("[retry]", 'where = "step < 8"\n[retry]'),
  });
  const found = await runs();
  t.same(stepsOf(found), ["20.1", "15.1", "7.1"]);
  t.match(await explain(), { "p@10": "room", "w@6": "older", "w@9": "where" });
  t.same(await runs(), []);
  make(registry, found[0] as Run, "succeeded");
  t.same(stepsOf(await runs()), ["10.1"]);
});

t.test("one's own artifacts, or those of the users that are named", async (t) => {
  const { runs } = setUp(t);
  await t.rejects(runs({ users: ["nobody-here"] }), {
    code: "noinput",
    message: "no user 'nobody-here' has artifacts here",
  });
  t.equal((await runs({ users: ["*"] })).length, 4);
});

t.test(
  "what is decided is not read again: a pass opens as many files whatever has been evaluated before",
  async (t) => {
    const { registry, dir, runs, explain, said } = setUp(t);
    const opens = async (options = {}) => {
      const opened = new Set<string>();
      const real = fs.openSync;
      fs.openSync = (file, ...rest) => {
        opened.add(String(file));
        return real(file, ...rest);
      };
      t.teardown(() => {
        fs.openSync = real;
      });
      const found = await runs(options);
      fs.openSync = real;
      return { found, of: (run: string) => [...opened].filter((file) => file.includes(`${run}/.lab/outputs/`)).length };
    };
    const past = "20261101-120000-past00";
    const output: RunOutput = {
      type: "checkpoint",
      alias: "past",
      digest: "stat",
      path: path.join(registry.base, "../past"),
    };
    const old = makeRun(registry, past, { name: "fit", outputs: { model: output } });
    for (const step of [1, 5]) register(registry, old, "model", step);
    fs.writeFileSync(sealFile(envelope(old.run_dir ?? "")), "{}");
    const first = await opens();
    t.equal(first.found.length, 5);
    t.ok(first.of(past) > 0);
    for (const run of first.found) make(registry, run, "succeeded");
    t.ok((await opens()).of(past) > 0, "how they ended is seen now");
    const idle = await opens();
    t.equal(idle.of(past), 0);
    t.ok(idle.of(id) > 0, "the other one goes on");
    t.match(await explain(), { "p@1": "cadence" }, "who asks why is told of all");
    const again = await opens({ again: true });
    t.equal(again.found.length, 5);
    for (const run of again.found) make(registry, run, "failed", { mode: "oom" });
    t.equal((await runs()).length, 5, "what was asked for again is tried again when it failed");
    fs.writeFileSync(path.join(dir, "p.toml"), policy("p", "every_n_steps = 1\n"));
    t.equal((await runs()).length, 5, "of another policy nothing is remembered");
    t.same(said, []);
  },
);
