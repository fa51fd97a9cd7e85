import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { type Fields, recipe } from "../support/cluster.js";
import { type Result, records, root, sandbox, until } from "../support/sandbox.js";

// Every command that writes, killed right before each of its writes in turn, on the local scheduler; then a pass, then the
// same command again. test/slurm/crash.test.ts does so at each system call, on Slurm.
t.setTimeout(600_000);
const place = await sandbox({
  name: "crash",
  env: {
    LAB_SCHEDULER_SUBMIT_GRACE: "1s",
    LAB_SCHEDULER_ACCOUNTING_GRACE: "1s",
    LAB_LOCAL_IDLE: "1s",
    LAB_LOCAL_CPUS: "64",
  },
});
t.teardown(() => place.remove());
const hook = path.join(root, "test/support/kill-at.cjs");
/** Of a command that writes more often every n-th write is tried, so that there are about so many. */
const enough = 10;

interface Row {
  command: string;
  writes: number;
  kills: number;
  after: string;
}
const table: Row[] = [];

function write(name: string, text: string): string {
  const file = path.join(place.dir, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return file;
}

const once = 'echo once >>"$LAB_RUN_DIR/ran"; mkdir -p "$LAB_OUTPUT_MODEL"; echo x >"$LAB_OUTPUT_MODEL/x"';
const model = '[outputs.model]\ntype = "model"\n';
const quick = write("r/quick.toml", recipe("quick", { body: once, more: model }));

async function lab(argv: string[], how: { input?: string; code?: number; env?: Record<string, string> } = {}) {
  const { code = 0, ...rest } = how;
  const result = await place.run(argv, rest);
  if (result.code !== code) throw new Error(`${argv.join(" ")}: exit ${result.code}\n${result.stderr}${result.stdout}`);
  return records(result.stdout) as Fields[];
}

const text = (lines: string[]) => lines.map((line) => `${line}\n`).join("");

/** Lines of `count` runs that came through the pipe up to a command. */
async function pipe(upTo: string, plan: string[]): Promise<string[]> {
  const stages = ["lab-snapshot", "lab-resolve", "lab-create", "lab-render-sbatch", "lab-submit"];
  const words = stages.slice(0, stages.indexOf(upTo) + 1).map((stage) => `${stage} --json`);
  const { code, stdout, stderr } = await place.run([
    "sh",
    "-c",
    ['lab-plan --no-cache --json "$@"', ...words].join(" | "),
    "-",
    ...plan,
  ]);
  if (code !== 0) throw new Error(stderr);
  return stdout.split("\n").filter(Boolean);
}

const many = (file: string) => Array<string>(enough + 6).fill(file);
const idOf = (line: string): string => JSON.parse(line).id;

interface Killing {
  argv: (input: string) => string[];
  /** What is killed, by its name. */
  command?: string;
  env?: Record<string, string>;
}

/** Runs the command with one input, to its end or up to its n-th write; and how many writes there were. */
async function killedAt(
  at: number,
  input: string,
  { argv, command, env = {} }: Killing,
): Promise<Result & { writes: number }> {
  const counted = path.join(place.dir, `counted-${Math.random()}`);
  const words = argv(input);
  const kill = { command: command ?? words[0], at, roots: [place.dir], counted };
  const more = { NODE_OPTIONS: `--require "${hook}"`, LAB_TEST_KILL: JSON.stringify(kill), ...env };
  const result = await place.run(words, { input: `${input}\n`, env: more });
  const writes = fs.existsSync(counted) ? Number(fs.readFileSync(counted, "utf8")) : 0;
  return { ...result, writes };
}

/** Kills the command at each of its writes, every time with another input; the inputs that it got. */
async function killEverywhere(t: Test, name: string, inputs: string[], how: Killing): Promise<string[]> {
  const left = [...inputs];
  const used: string[] = [];
  const next = () => {
    const input = left.shift();
    if (input === undefined) throw new Error(`${name}: not enough inputs`);
    used.push(input);
    return input;
  };
  // The first makes what there is only once; the second is as all that follow.
  let whole = await killedAt(0, next(), how);
  if (whole.code === 0) whole = await killedAt(0, next(), how);
  t.equal(whole.code, 0, `${name}: ${whole.stderr}`);
  t.ok(whole.writes > 0, `${name} writes`);
  const stride = Math.max(1, Math.ceil(whole.writes / enough));
  const points = Array.from({ length: Math.ceil(whole.writes / stride) }, (_, i) => 1 + i * stride);
  let kills = 0;
  const lane = async () => {
    for (let at = points.shift(); at !== undefined; at = points.shift()) {
      const { signal, code, stderr } = await killedAt(at, next(), how);
      if (signal === "SIGKILL") kills += 1;
      else t.equal(code, 0, `${name} at ${at}: ${stderr}`);
    }
  };
  await Promise.all([lane(), lane()]);
  t.ok(kills >= Math.min(whole.writes / stride, enough) - 2, `${name} was killed ${kills} times`);
  table.push({ command: name, writes: whole.writes, kills, after: "" });
  return used;
}

/** What a person or her cron job does after a crash. */
async function recover(t: Test): Promise<void> {
  const { code, stderr } = await place.run([
    "sh",
    "-c",
    "lab-reconcile --json | lab-register --json | lab-advance --json",
  ]);
  t.equal(code, 0, `the passes: ${stderr}`);
}

/** Every run that lists show, with nothing wrong on stderr: what a kill left half-written is no fact. */
async function listed(t: Test): Promise<Map<string, Fields>> {
  const { code, stdout, stderr } = await place.run(["lab-ls", "--all", "--json"]);
  t.match({ code, stderr }, { code: 0, stderr: "" }, "lists are whole");
  return new Map((records(stdout) as Fields[]).map((status) => [status["id"], status]));
}

const ranTimes = (dir: string) => {
  const file = path.join(dir, "ran");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").length - 1 : 0;
};

/** Waits until these runs are settled, then counts how they are; no job ran twice, and none that is said to have, did not. */
async function settled(t: Test, lines: string[], allowed: string[]): Promise<void> {
  const ids = new Set(lines.map(idOf));
  const states = await until("all is settled", async () => {
    await place.run(["sh", "-c", "lab-reconcile --json | lab-register --json | lab-advance --json"]);
    const all = [...(await listed(t)).values()].filter(({ id }) => ids.has(id));
    const ended = all.every(({ state }) => ["succeeded", "failed", "cancelled", "planned", "lost"].includes(state));
    return ended && all.every(({ id, state }) => state === "planned" || !isActive(id)) ? all : undefined;
  });
  const counts = new Map<string, number>();
  for (const status of states) {
    const word = [status["state"], status["mode"]].filter(Boolean).join(" ");
    counts.set(word, (counts.get(word) ?? 0) + 1);
    t.ok(allowed.includes(word), `${status["id"]} is ${word}: ${status["message"] ?? ""}`);
    const times = ranTimes(status["run_dir"]);
    if (status["state"] === "succeeded") t.equal(times, 1, `${status["id"]} ran once`);
    else t.ok(times <= 1, `${status["id"]} ran ${times} times`);
  }
  after(Array.from(counts, ([word, count]) => `${count} ${word}`).join(", "));
}

const isActive = (id: string) =>
  fs
    .readdirSync(path.join(place.registry, "active"))
    .some((user) => fs.existsSync(path.join(place.registry, "active", user, id)));

function after(words: string): void {
  const row = table.at(-1);
  if (row) row.after = words;
}

const json = (command: string) => ({ argv: () => [command, "--json"] });
const again = (command: string, lines: string[], env: Record<string, string> = {}) =>
  place.run([command, "--json"], { input: text(lines), env });

t.test("lab-snapshot", async (t) => {
  const files = Array.from({ length: enough + 6 }, (_, i) =>
    write(`tree-${i}/x.toml`, recipe("x", { body: `echo ${i}` })),
  );
  const used = await killEverywhere(
    t,
    "lab-snapshot",
    (await lab(["lab-plan", "--json", ...files])).map((run) => JSON.stringify(run)),
    json("lab-snapshot"),
  );
  await recover(t);
  const { code, stdout, stderr } = await again("lab-snapshot", used);
  t.equal(code, 0, stderr);
  const kept = (records(stdout) as Fields[]).filter(({ phase }) => phase === "snapshotted").length;
  t.equal(kept, used.length);
  after(`${kept} kept`);
});

t.test("lab-create", async (t) => {
  const used = await killEverywhere(t, "lab-create", await pipe("lab-resolve", many(quick)), json("lab-create"));
  await recover(t);
  const before = (await listed(t)).size;
  const { code, stderr } = await again("lab-create", used);
  t.equal(code, 0, stderr);
  const all = await listed(t);
  for (const line of used) t.equal(all.get(idOf(line))?.["state"], "planned");
  after(`${before} made at first, ${used.length} at the second try`);
});

t.test("lab-cache", async (t) => {
  // Each has a key of its own, and claims it.
  const files = Array.from({ length: enough + 6 }, (_, i) =>
    write(`r/cache-${i}.toml`, recipe("c", { body: `${once}; : ${i}`, more: model })),
  );
  const { stdout } = await place.run([
    "sh",
    "-c",
    'lab-plan --json "$@" | lab-snapshot --json | lab-resolve --json | lab-create --json',
    "-",
    ...files,
  ]);
  const used = await killEverywhere(t, "lab-cache", stdout.split("\n").filter(Boolean), json("lab-cache"));
  await recover(t);
  const all = await place.run(["sh", "-c", "lab-cache --json | lab-render-sbatch --json | lab-submit --json"], {
    input: text(used),
  });
  t.equal(all.code, 0, all.stderr);
  await settled(t, used, ["succeeded"]);
  const hits = await place.run([
    "sh",
    "-c",
    'lab-plan --json "$@" | lab-snapshot --json | lab-resolve --json | lab-create --json',
    "-",
    ...files.map((_, i) => files[i % used.length] as string),
  ]);
  const killed = await killEverywhere(
    t,
    "lab-cache (hits)",
    hits.stdout.split("\n").filter(Boolean),
    json("lab-cache"),
  );
  await recover(t);
  const answered = await again("lab-cache", killed);
  t.equal(answered.code, 0, answered.stderr);
  await recover(t);
  const states = await listed(t);
  for (const line of killed) t.equal(states.get(idOf(line))?.["state"], "cached");
  after(`${killed.length} cached`);
});

t.test("lab-render-sbatch", async (t) => {
  const used = await killEverywhere(
    t,
    "lab-render-sbatch",
    await pipe("lab-create", many(quick)),
    json("lab-render-sbatch"),
  );
  await recover(t);
  const rendered = await again("lab-render-sbatch", used);
  t.equal(rendered.code, 0, rendered.stderr);
  const sent = await again("lab-submit", rendered.stdout.split("\n").filter(Boolean));
  t.equal(sent.code, 0, sent.stderr);
  await settled(t, used, ["succeeded"]);
});

t.test("lab-submit", async (t) => {
  const used = await killEverywhere(t, "lab-submit", await pipe("lab-render-sbatch", many(quick)), json("lab-submit"));
  await recover(t);
  await again("lab-submit", used);
  await settled(t, used, ["succeeded", "failed submit_error"]);
});

t.test("lab-reconcile, lab-register", async (t) => {
  const lines = await pipe("lab-submit", many(quick));
  const jobs = path.join(place.registry, "queue");
  await until("their ends", () => {
    const names = fs.readdirSync(jobs).flatMap((user) => fs.readdirSync(path.join(jobs, user)));
    return lines.every((line) => names.some((name) => name === `${JSON.parse(line).job.id}.ended.json`));
  });
  const by = (command: string) => ({ argv: (line: string) => [command, "--json", idOf(line)] });
  const used = await killEverywhere(t, "lab-reconcile", lines, by("lab-reconcile"));
  await lab(["lab-reconcile", "--json"]);
  const all = await listed(t);
  for (const line of used) t.match(all.get(idOf(line)), { state: "succeeded", exit_code: 0 });
  after(`${used.length} succeeded`);
  const registered = await killEverywhere(t, "lab-register", lines, by("lab-register"));
  await settled(t, lines, ["succeeded"]);
  const artifacts = new Set((await lab(["lab-artifacts", "--json"])).map(({ run }) => run));
  for (const line of registered) t.ok(artifacts.has(idOf(line)), "what it made is registered");
});

t.test("lab-advance", async (t) => {
  const [producer = ""] = await pipe("lab-render-sbatch", [quick]);
  const consumer = write(
    "r/consumer.toml",
    recipe("consumer", {
      body: once,
      more: `[inputs.model]\ntype = "artifact"\nartifact = "${idOf(producer)}:model"\n[outputs.model]\ntype = "model"\n`,
    }),
  );
  const stages =
    'lab-plan --no-cache --json "$@" | lab-snapshot --json | lab-resolve --json | lab-create --json | lab-render-sbatch --json';
  const { stdout, stderr } = await place.run(["sh", "-c", stages, "-", ...many(consumer)]);
  const lines = stdout.split("\n").filter(Boolean);
  t.equal(lines.length, enough + 6, stderr);
  await again("lab-submit", lines);
  for (const { state } of [...(await listed(t)).values()].filter(({ name }) => name === "consumer"))
    t.equal(state, "blocked");
  await again("lab-submit", [producer]);
  await lab(["lab-wait", "--json", idOf(producer)]);
  await lab(["lab-reconcile", "--json"]);
  const used = await killEverywhere(t, "lab-advance", lines, { argv: (line) => ["lab-advance", "--json", idOf(line)] });
  await settled(t, lines, ["succeeded", "failed submit_error"]);
  t.ok(used.length > 3);
});

t.test("lab-alias, lab-register-external", async (t) => {
  const data = Array.from({ length: enough + 6 }, (_, i) => write(`data/${i}/x`, String(i))).map((file) =>
    path.dirname(file),
  );
  const external = (file: string) => ["lab-register-external", "--json", file];
  const used = await killEverywhere(t, "lab-register-external", data, { argv: external });
  await recover(t);
  for (const file of used) await lab(external(file));
  const known = new Map((await lab(["lab-artifacts", "--all", "--json"])).map(({ path: at, id }) => [at, id]));
  const ids = used.map((file) => known.get(file));
  t.notOk(ids.includes(undefined), "all are known");
  after(`${ids.length} registered`);
  const things = (await lab(["lab-artifacts", "--all", "--json"])).map(({ id }) => id);
  const bind = (id: string) => ["lab-alias", "--json", `name-${id}`, id];
  const names = await killEverywhere(t, "lab-alias", things.slice(0, enough + 6), { argv: bind });
  await recover(t);
  for (const id of names) await lab(bind(id));
  for (const id of names) {
    const history = await lab(["lab-alias", "--history", "--json", `name-${id}`]);
    t.match(history, [{ artifact: id, generation: 1 }], "it means what it should, and since the first time");
    t.equal(history.length, 1);
  }
  after(`${names.length} named`);
});

t.test("lab-cancel", async (t) => {
  const unsent = await pipe("lab-render-sbatch", many(quick));
  const cancel = { argv: (line: string) => ["lab-cancel", "--json", idOf(line)] };
  const used = await killEverywhere(t, "lab-cancel (unsent)", unsent, cancel);
  await recover(t);
  await place.run(["lab-cancel", "--json", ...used.map(idOf)]);
  await settled(t, used, ["cancelled cancelled"]);
  const long = write("r/long.toml", recipe("long", { body: 'echo once >>"$LAB_RUN_DIR/ran"; sleep 600' }));
  const sent = await pipe("lab-submit", many(long));
  const ended = await killEverywhere(t, "lab-cancel (sent)", sent, cancel);
  await recover(t);
  await place.run(["lab-cancel", "--json", ...sent.map(idOf)]);
  await settled(t, sent, ["cancelled cancelled"]);
  t.ok(ended.length > 3);
});

t.test("lab-forget", async (t) => {
  const env = { LAB_SCHEDULER_MISSING_JOB_GRACE: "0s" };
  const lines = await pipe("lab-render-sbatch", many(quick));
  for (const line of lines) {
    const { id, run_dir } = JSON.parse(line);
    const of = { v: 1, run: id, submission: 1, scheduler: "local", user: "root", host: "elsewhere" };
    const at = new Date().toISOString();
    const facts = {
      intent: { type: "intent", token: "t", by: "submit", at, ...of },
      receipt: { type: "receipt", job: `local-${id.slice(-6)}-1`, at, ...of },
    };
    for (const [name, fact] of Object.entries(facts))
      fs.writeFileSync(path.join(run_dir, ".lab/submit-1", `${name}.json`), JSON.stringify(fact));
  }
  await place.run(["lab-reconcile", "--json"], { env });
  const used = await killEverywhere(t, "lab-forget", lines, {
    argv: (line) => ["lab-forget", "--json", idOf(line)],
    env,
  });
  await recover(t);
  await place.run(["lab-forget", "--json", ...lines.map(idOf)], { env });
  const all = await listed(t);
  for (const line of used) t.match(all.get(idOf(line)), { state: "lost", message: "given up by its owner" });
  after(`${used.length} given up`);
});

t.test("lab-init", async (t) => {
  const roots = Array.from({ length: enough + 6 }, (_, i) => path.join(place.dir, `init-${i}`));
  const init = (at: string) => [
    "lab-init",
    "--yes",
    "--json",
    "--root",
    at,
    "--scheduler=local",
    "--name=x",
    "-o",
    `${at}.toml`,
  ];
  const used = await killEverywhere(t, "lab-init", roots, { argv: init });
  for (const at of used) await lab(init(at));
  const env = { LAB_CLUSTER: `${used.at(-1)}.toml` };
  t.match(await lab(["lab", "run", "-w", "--json", "--", "true"], { env }), [{ state: "succeeded" }]);
  after(`${used.length} made`);
});

t.test("in the end", async (t) => {
  await recover(t);
  const events = await lab(["lab-events", "--json"]);
  for (const word of ["run_created", "run_succeeded"]) {
    const told = events.filter(({ event }) => event === word).map(({ run }) => run);
    t.equal(new Set(told).size, told.length, `${word} is told once of each`);
  }
  const width = Math.max(...table.map(({ command }) => command.length));
  t.comment(`${"command".padEnd(width)}  writes  kills  then`);
  for (const { command, writes, kills, after: then } of table)
    t.comment(`${command.padEnd(width)}  ${String(writes).padStart(6)}  ${String(kills).padStart(5)}  ${then}`);
});
