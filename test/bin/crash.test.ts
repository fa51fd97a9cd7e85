import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { type Fields, recipe } from "../support/cluster.js";
import { killsIn, passes, printed, supply } from "../support/kills.js";
import { records, sandbox, until } from "../support/sandbox.js";

// Every command that writes, killed right before each of its writes in turn, on the local scheduler; then the passes and
// lab-fsck, then the same command again. test/slurm/crash.test.ts does so where Slurm is asked.
t.setTimeout(3_000_000);
const place = await sandbox({
  name: "crash",
  env: {
    LAB_SCHEDULER_SUBMIT_GRACE: "1s",
    LAB_SCHEDULER_ACCOUNTING_GRACE: "1s",
    LAB_LOCAL_IDLE: "1s",
    LAB_LOCAL_CPUS: "128",
    LAB_LOCAL_MEM: "64GB",
  },
});
t.teardown(() => place.remove());
const table: Parameters<typeof killsIn>[1] = [];
const { everywhere, recover, listed, after } = killsIn(place, table);

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

const many = (file: string) => Array<string>(supply).fill(file);
const idOf = (line: string): string => JSON.parse(line).id;

const ranTimes = (dir: string) => {
  const file = path.join(dir, "ran");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").length - 1 : 0;
};

/** Waits until these runs are settled, then counts how they are; no job ran twice, and none that is said to have, did not. */
async function settled(t: Test, lines: string[], allowed: string[]): Promise<void> {
  const ids = new Set(lines.map(idOf));
  const states = await until("all is settled", async () => {
    await place.run(passes);
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

const json = (command: string) => ({ argv: () => [command, "--json"] });
const again = (command: string, lines: string[], env: Record<string, string> = {}) =>
  place.run([command, "--json"], { input: text(lines), env });

t.test("lab-snapshot", async (t) => {
  const files = Array.from({ length: supply }, (_, i) => write(`tree-${i}/x.toml`, recipe("x", { body: `echo ${i}` })));
  const used = await everywhere(
    t,
    "lab-snapshot",
    (await lab(["lab-plan", "--json", ...files])).map((run) => JSON.stringify(run)),
    json("lab-snapshot"),
  );
  const { code, stdout, stderr } = await again("lab-snapshot", used);
  t.equal(code, 0, stderr);
  const kept = (records(stdout) as Fields[]).filter(({ phase }) => phase === "snapshotted").length;
  t.equal(kept, used.length);
  const deep = await place.run(["lab-fsck", "--deep", "--json"]);
  t.equal(deep.code, 0, `what has a record is whole: ${deep.stdout}`);
  after(`${kept} kept`);
});

t.test("lab-create", async (t) => {
  // Two hours ago, so that what was never born is old enough to be forgotten.
  const ago = new Date(Date.now() - 7_200_000).toISOString();
  const lines = await pipe("lab-resolve", ["--as-of", ago, ...many(quick)]);
  const used = await everywhere(t, "lab-create", lines, json("lab-create"));
  const made = await listed(t);
  t.ok(made.size < used.length, "some were never made");
  const markers = (area: string) => {
    const [user = ""] = fs.readdirSync(path.join(place.registry, area));
    const directory = path.join(place.registry, area, user);
    return fs.readdirSync(directory).map((name) => path.join(directory, name));
  };
  const all = ["active", "loose"].flatMap(markers);
  for (const file of all) {
    const isKnown = made.has(path.basename(file)) || used.some((line) => idOf(line) === path.basename(file));
    t.ok(isKnown, "somebody may be making it still");
    fs.utimesSync(file, new Date(ago), new Date(ago));
  }
  t.ok(all.length > 2 * made.size, "some have markers only");
  await recover(t);
  t.equal(["active", "loose"].flatMap(markers).length, 2 * made.size, "what was not made is not looked for any more");
  for (const turn of ["once", "twice"]) {
    const { code, stderr } = await again("lab-create", used);
    t.equal(code, 0, `${turn}: ${stderr}`);
  }
  const known = await listed(t);
  for (const line of used) t.equal(known.get(idOf(line))?.["state"], "planned");
  after(`${made.size} made at first, ${used.length} at the second try`);
});

t.test("lab-cache", async (t) => {
  // Each has a key of its own, and claims it.
  const files = Array.from({ length: supply }, (_, i) =>
    write(`r/cache-${i}.toml`, recipe("c", { body: `${once}; : ${i}`, more: model })),
  );
  const { stdout } = await place.run([
    "sh",
    "-c",
    'lab-plan --json "$@" | lab-snapshot --json | lab-resolve --json | lab-create --json',
    "-",
    ...files,
  ]);
  const used = await everywhere(t, "lab-cache", stdout.split("\n").filter(Boolean), json("lab-cache"));
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
  const killed = await everywhere(t, "lab-cache (hits)", hits.stdout.split("\n").filter(Boolean), json("lab-cache"));
  const answered = await again("lab-cache", killed);
  t.equal(answered.code, 0, answered.stderr);
  await recover(t);
  const states = await listed(t);
  for (const line of killed) t.equal(states.get(idOf(line))?.["state"], "cached");
  after(`${killed.length} cached`);
});

t.test("lab-render-sbatch", async (t) => {
  const used = await everywhere(
    t,
    "lab-render-sbatch",
    await pipe("lab-create", many(quick)),
    json("lab-render-sbatch"),
  );
  const rendered = await again("lab-render-sbatch", used);
  t.equal(rendered.code, 0, rendered.stderr);
  const sent = await again("lab-submit", rendered.stdout.split("\n").filter(Boolean));
  t.equal(sent.code, 0, sent.stderr);
  await settled(t, used, ["succeeded"]);
});

t.test("lab-submit", async (t) => {
  const used = await everywhere(t, "lab-submit", await pipe("lab-render-sbatch", many(quick)), json("lab-submit"));
  await again("lab-submit", used);
  await settled(t, used, ["succeeded", "failed submit_error"]);
});

/** Runs whose jobs have ended, and nobody has looked. */
async function ended(): Promise<string[]> {
  const lines = await pipe("lab-submit", many(quick));
  const jobs = path.join(place.registry, "queue");
  await until("their ends", () => {
    const names = fs.readdirSync(jobs).flatMap((user) => fs.readdirSync(path.join(jobs, user)));
    return lines.every((line) => names.some((name) => name === `${JSON.parse(line).job.id}.ended.json`));
  });
  return lines;
}

const by = (command: string) => ({ argv: (line: string) => [command, "--json", idOf(line)] });

t.test("lab-reconcile", async (t) => {
  const used = await everywhere(t, "lab-reconcile", await ended(), by("lab-reconcile"));
  await settled(t, used, ["succeeded"]);
  const all = await listed(t);
  for (const line of used) t.match(all.get(idOf(line)), { exit_code: 0 });
});

t.test("lab-register", async (t) => {
  const lines = await ended();
  await lab(["lab-reconcile", "--json"]);
  const used = await everywhere(t, "lab-register", lines, by("lab-register"));
  await settled(t, lines, ["succeeded"]);
  const artifacts = new Set((await lab(["lab-artifacts", "--json"])).map(({ run }) => run));
  for (const line of used) t.ok(artifacts.has(idOf(line)), "what it made is registered");
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
  t.equal(lines.length, supply, stderr);
  await again("lab-submit", lines);
  for (const { state } of [...(await listed(t)).values()].filter(({ name }) => name === "consumer"))
    t.equal(state, "blocked");
  await again("lab-submit", [producer]);
  await lab(["lab-wait", "--json", idOf(producer)]);
  await lab(["lab-reconcile", "--json"]);
  const used = await everywhere(t, "lab-advance", lines, { argv: (line) => ["lab-advance", "--json", idOf(line)] });
  await settled(t, lines, ["succeeded", "failed submit_error"]);
  t.ok(used.length > 3);
});

t.test("lab-alias, lab-register-external", async (t) => {
  const data = Array.from({ length: supply }, (_, i) => write(`data/${i}/x`, String(i))).map((file) =>
    path.dirname(file),
  );
  const external = (file: string) => ["lab-register-external", "--json", file];
  const used = await everywhere(t, "lab-register-external", data, { argv: external });
  for (const file of used) await lab(external(file));
  const known = new Map((await lab(["lab-artifacts", "--all", "--json"])).map(({ path: at, id }) => [at, id]));
  const ids = used.map((file) => known.get(file));
  t.notOk(ids.includes(undefined), "all are known");
  after(`${ids.length} registered`);
  const things = (await lab(["lab-artifacts", "--all", "--json"])).map(({ id }) => id);
  const bind = (id: string) => ["lab-alias", "--json", `name-${id}`, id];
  const names = await everywhere(t, "lab-alias", things.slice(0, supply), { argv: bind });
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
  const used = await everywhere(t, "lab-cancel (unsent)", unsent, cancel);
  await place.run(["lab-cancel", "--json", ...used.map(idOf)]);
  await settled(t, used, ["cancelled cancelled"]);
  const long = write("r/long.toml", recipe("long", { body: 'echo once >>"$LAB_RUN_DIR/ran"; sleep 600' }));
  const sent = await pipe("lab-submit", many(long));
  const ended = await everywhere(t, "lab-cancel (sent)", sent, cancel);
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
  const used = await everywhere(t, "lab-forget", lines, {
    argv: (line) => ["lab-forget", "--json", idOf(line)],
    env,
  });
  await place.run(["lab-forget", "--json", ...lines.map(idOf)], { env });
  const all = await listed(t);
  for (const line of used) t.match(all.get(idOf(line)), { state: "lost", message: "given up by its owner" });
  after(`${used.length} given up`);
});

t.test("lab-init", async (t) => {
  const roots = Array.from({ length: supply }, (_, i) => path.join(place.dir, `init-${i}`));
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
  const used = await everywhere(t, "lab-init", roots, { argv: init });
  for (const at of used) await lab(init(at));
  const env = { LAB_CLUSTER: `${used.at(-1)}.toml` };
  t.match(await lab(["lab", "run", "-w", "--json", "--", "true"], { env }), [{ state: "succeeded" }]);
  after(`${used.length} made`);
});

t.test("what is about the whole registry", async (t) => {
  const home = await sandbox({ name: "crash whole", env: { LAB_LOCAL_IDLE: "1s", LAB_LOCAL_MEM: "64GB" } });
  t.teardown(() => home.remove());
  const { whole } = killsIn(home, table);
  const run = async (argv: string[], code = 0) => {
    const result = await home.run(argv);
    t.equal(result.code, code, `${argv.join(" ")}: ${result.stderr}${result.stdout}`);
    return result.stdout;
  };
  const made = () => run(["lab-run", "--no-cache", "--wait", "-q", quick, quick]);
  await made();
  const [user = ""] = fs.readdirSync(path.join(home.registry, "runs"));
  await run(["lab-pack"]);
  await made();
  await run(["lab-pack"]);
  await made();
  const of = (...parts: string[]) => path.join(home.registry, ...parts);
  const packs = () => fs.readdirSync(of("packs", user)).filter((name) => name.endsWith(".summary.ndjson"));
  await whole(t, "lab-pack", ["lab-pack"], async (t) => {
    const ids = packs().flatMap((name) => records(fs.readFileSync(of("packs", user, name), "utf8")) as Fields[]);
    const runs = ids.filter(({ type }) => type !== "pack").map(({ id }) => id);
    t.equal(new Set(runs).size, 6, "all six are packed");
  });

  const kept = fs.readdirSync(of("snapshots", user));
  const old = Date.now() / 1000 - 3 * 86_400;
  const put = (file: string, text?: string) => {
    fs.mkdirSync(text === undefined ? file : path.dirname(file), { recursive: true });
    if (text !== undefined) fs.writeFileSync(file, text, { mode: 0o640 });
    fs.utimesSync(file, old, old);
    return file;
  };
  const [first = ""] = fs.readdirSync(of("runs", user));
  const unborn = of("runs", user, "20200101-000000-abcdef");
  put(path.join(unborn, ".lab/recipe.toml"), "x");
  put(path.join(unborn, ".lab"));
  const garbage = [
    put(unborn),
    put(of("snapshots", user, `${"1".repeat(64)}.tar`), "tar"),
    put(of("runs", user, first, ".lab/.tmp-elsewhere-1-abcdef"), "x"),
    put(of("index", user, "abc", "art-abc00000000000000000.used.20200101-000000-bcdefg"), ""),
    put(of("leases", user, "worker-elsewhere.1.json"), "{}"),
  ];
  const lease = put(of("leases", user, "worker-elsewhere.2.json"), "{}");
  await whole(t, "lab-gc --apply", ["lab-gc", "--apply"], async (t) => {
    // What was taken out of a directory makes it young again: it is left for another day, which is now.
    for (const left of [path.join(unborn, ".lab"), unborn]) if (fs.existsSync(left)) put(left);
    await run(["lab-gc", "--apply"]);
    for (const file of garbage) t.notOk(fs.existsSync(file), file);
    for (const name of kept) t.ok(fs.existsSync(of("snapshots", user, name)), name);
  });

  fs.rmSync(lease);
  fs.rmSync(of("index", user), { recursive: true });
  fs.rmSync(of("loose", user), { recursive: true });
  fs.appendFileSync(of("packs", user, packs()[0] ?? ""), "x");
  for (const name of fs.readdirSync(home.artifacts, { recursive: true, encoding: "utf8" }))
    if (/\.meta\/.*\.a1\.json$/.test(name)) fs.rmSync(path.join(home.artifacts, name));
  t.not(await run(["lab-fsck", "--json"], 1), "");
  await whole(t, "lab-fsck --repair", ["lab-fsck", "--repair"], async () => {
    await run(["lab-fsck", "--deep", "--json"]);
  });
});

t.test("in the end", async (t) => {
  await recover(t);
  const events = await lab(["lab-events", "--json"]);
  for (const word of ["run_created", "run_succeeded"]) {
    const told = events.filter(({ event }) => event === word).map(({ run }) => run);
    t.equal(new Set(told).size, told.length, `${word} is told once of each`);
  }
  for (const line of printed(table)) t.comment(line);
});
