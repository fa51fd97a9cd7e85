// The agent: one of a user's at a time, killed and stopped at any moment, and with parts that fail.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { records, type Sandbox, sandbox, until } from "../support/sandbox.js";

t.setTimeout(600_000);

interface Agent {
  child: ChildProcess;
  stderr(): string;
  stdout(): string;
  /** The signal that it died by, else its status. */
  end: Promise<NodeJS.Signals | number | null>;
}

async function place(t: Test, name: string, extra = ""): Promise<Sandbox> {
  const box = await sandbox({ name, extra, env: { LAB_LOCAL_IDLE: "1s", LAB_SCHEDULER_ACCOUNTING_GRACE: "1s" } });
  t.teardown(() => box.remove());
  return box;
}

function start(box: Sandbox, ...argv: string[]): Agent {
  const child = spawn(argv[0] ?? "", argv.slice(1), { cwd: box.dir, env: box.env, stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (more: string) => {
      text[name] += more;
    });
  const end = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, end };
}

function write(box: Sandbox, name: string, text: string): string {
  const file = path.join(box.dir, name);
  fs.writeFileSync(file, text, { mode: 0o755 });
  return file;
}

const lines = (box: Sandbox, name: string) => {
  const file = path.join(box.dir, name);
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
};

t.test("of several agents one works; when it is killed another takes over", async (t) => {
  const box = await place(t, "agents");
  // Each turn leaves a line, and finds out whether another is at the same time.
  write(box, "turn", 'mkdir busy || echo overlap >>bad\necho "$1" >>turns\nsleep 0.2\nrmdir busy\n');
  write(box, "table", "1s always ./turn one\n");
  const agents = ["a", "b", "c"].map(() => start(box, "lab-tend", "--loop", "table"));
  t.teardown(() => {
    for (const { child } of agents) child.kill("SIGKILL");
  });
  await until("some turns, and two who wait", () => {
    const waiting = agents.filter(({ stderr }) => /takes over when it ends/.test(stderr()));
    return lines(box, "turns").length >= 3 && waiting.length === 2;
  });
  const at = await box.run(["lab-tend", "table"]);
  t.match([at.code, at.stdout], [0, ""], "a pass by hand meanwhile does nothing");
  t.match(at.stderr, /^lab-tend: another agent of yours is at work on \S+ \(pid \d+\): nothing was done\n$/);
  t.match(await box.run(["lab-tend", "--due", "table"]), { code: 0, stdout: "", stderr: "" }, "a timer's says nothing");
  for (let left = agents.length; left > 1; left -= 1) {
    const { pid } = beatOf(box);
    const worker = agents.find(({ child }) => child.pid === pid);
    worker?.child.kill("SIGKILL");
    t.equal(await worker?.end, "SIGKILL", "the one at work is killed");
    const turns = lines(box, "turns").length;
    await until("another is at work", () => beatOf(box).pid !== pid && lines(box, "turns").length > turns + 1);
  }
  t.strictSame(lines(box, "bad"), [], "never two at once");
  const last = agents.find(({ child }) => child.pid === beatOf(box).pid);
  last?.child.kill("SIGTERM");
  t.equal(await last?.end, "SIGTERM");
  t.match(beatOf(box), { ended_at: /Z$/, loop: true });
  t.match(await box.run(["lab-tend", "--quiet", "table"]), { code: 0 }, "it gave its lease back");
  const check = await box.run(["lab-fsck", "--json"]);
  t.match([check.code, check.stdout], [0, ""], "all is as the format promises");
});

t.test("SIGTERM reaches the part that is at work, which finishes what it does", async (t) => {
  const box = await place(t, "asked");
  write(
    box,
    "slow",
    "trap 'sleep 0.3; echo finished >>told; exit 0' TERM\necho begun >>told\nwhile :; do sleep 0.05; done\n",
  );
  write(box, "next", "echo next >>told\n");
  write(box, "table", "1s always ./slow\n1s always ./next\n");
  const { child, end, stdout } = start(box, "lab-tend", "--loop", "--json", "table");
  t.teardown(() => child.kill("SIGKILL"));
  await until("a part is at work", () => lines(box, "told").length > 0);
  child.kill("SIGTERM");
  t.equal(await end, "SIGTERM");
  t.strictSame(lines(box, "told"), ["begun", "finished"], "and no other is begun");
  t.match(records(stdout()), [{ type: "failure", code: "tempfail" }]);
});

t.test("a part that fails stops no other, is told of once, and backs off", async (t) => {
  const box = await place(t, "failing");
  write(
    box,
    "bad",
    'echo x >>tried\n[ ! -e well ] || exit 0\necho "bad: no answer for $(wc -l <tried)s" >&2\nexit 69\n',
  );
  write(box, "good", "echo x >>done\n");
  write(box, "table", "1s always ./bad\n1s always ./good\n");
  const { child, end, stderr, stdout } = start(box, "lab-tend", "--loop", "--json", "table");
  t.teardown(() => child.kill("SIGKILL"));
  await until("tried three times", () => lines(box, "tried").length >= 3);
  t.ok(lines(box, "done").length > lines(box, "tried").length, "the other goes on at its own pace");
  const doctor = await box.run(["lab-doctor", "--json"]);
  t.match(
    records(doctor.stdout).find(({ name }) => name === "agent"),
    {
      ok: false,
      severity: "warning",
      message: /at work on \S+, heard of .* ago; \.\/bad fails since .*: bad: no answer for \d+s/,
    },
  );
  t.match((await box.run(["lab-status"])).stderr, /^lab-ls: your agent: at work on .* \.\/bad fails since/m);
  write(box, "well", "");
  await until("well again", () => /works again/.test(stderr()));
  child.kill("SIGTERM");
  await end;
  t.match(
    stderr(),
    /^lab-tend: bad: no answer for 1s\nlab-tend: \.\/bad ended with status 69; it is tried again in 2s, then more and more rarely\nlab-tend: \.\/bad works again, after \d+s\n$/,
  );
  t.match(records(stdout()), [{ name: "./bad", ok: false }, { name: "./bad", ok: true }, { type: "failure" }]);
  fs.rmSync(path.join(box.dir, "well"));
  write(box, "table", "1h always ./bad\n1s always ./good\n");
  const pass = await box.run(["lab-tend", "--json", "table"]);
  t.equal(pass.code, 69, "one pass by hand says how it was");
  t.match(records(pass.stdout), [
    { name: "./bad", ok: false, message: /^ended with status 69: bad: no answer/ },
    { name: "./good", ok: true, message: /^took / },
    { type: "failure", code: "unavailable" },
  ]);
  t.notMatch((await box.run(["lab-status"])).stderr, /your agent/, "and nobody is reminded of it for ever");
  t.match(await box.run(["lab-tend", "--due", "--json", "table"]), { code: 0, stderr: "" }, "a timer heeds the pause");
});

t.test("with an agent alone a run goes its way to the end, however often that is killed", async (t) => {
  const box = await place(t, "alone");
  const heard = path.join(box.dir, "heard");
  const recipe = [
    'name = "x"\ncommand = ["sh", "-c", "mkdir -p \\"$LAB_OUTPUT_REPORT\\"; echo x >\\"$LAB_OUTPUT_REPORT/x\\""]',
    '[resources]\ntime = "10m"\nmem = "64MB"\n[outputs]\nreport = { type = "file" }',
    `[notify]\nrun = ${JSON.stringify(`cat >>"${heard}"`)}\n`,
  ];
  write(box, "x.toml", recipe.join("\n"));
  const sent = await box.run(["lab", "run", "--json", "x.toml"]);
  t.equal(sent.code, 0, sent.stderr);
  const dir = String(records(sent.stdout)[0]?.["run_dir"]);
  const settled = () => fs.existsSync(path.join(dir, ".lab/outputs.json"));
  const settings = ["-c", "dispatch.reconcile_interval_secs=1"];
  for (let pause = 100; !settled() && pause < 5000; pause *= 1.6) {
    const { child, end } = start(box, "lab-agent", "--loop", ...settings);
    await Promise.race([until("settled", settled), new Promise((go) => setTimeout(go, pause))]);
    child.kill("SIGKILL");
    await end;
  }
  const { child, end, stderr } = start(box, "lab-agent", "--loop", ...settings);
  t.teardown(() => child.kill("SIGKILL"));
  await until("settled", settled);
  await until("the hook was heard", () => fs.existsSync(heard));
  child.kill("SIGTERM");
  await end;
  t.equal(stderr(), "");
  t.equal(lines(box, "heard").length, 1, "once");
  t.match(records((await box.run(["lab-ls", "--json"])).stdout), [{ state: "succeeded" }]);
  t.match(records((await box.run(["lab-artifacts", "--json"])).stdout), [{ role: "report" }]);
  t.match(await box.run(["lab-fsck", "--json"]), { code: 0, stdout: "" });
});

t.test(
  "the checkpoints of a training are evaluated while it goes on, each once, whichever agent is at work",
  async (t) => {
    const box = await place(t, "evaluated", '[local]\ncpus = 8\nmem = "8GB"\n');
    const step = 'd="$LAB_OUTPUT_CKPT/step_$i"; mkdir -p "$d"; echo $i >"$d/w"; echo x >"$d/DONE"';
    const body = `i=1; while [ $i -le 20 ]; do ${step}; i=$((i + 1)); sleep 0.2; done; until [ -e "$LAB_RUN_DIR/go" ]; do sleep 0.1; done`;
    const ends = '[resources]\ntime = "10m"\nmem = "64MB"\n';
    const stream = '[outputs.ckpt]\ntype = "checkpoint_stream"\nmarker = "DONE"\n';
    write(box, "train.toml", `name = "train"\ncommand = ["sh", "-c", ${JSON.stringify(body)}]\n${ends}${stream}`);
    fs.mkdirSync(path.join(box.dir, "policies"));
    write(
      box,
      "judge.toml",
      `name = "judge"\ncommand = ["grep", "-q", ".", "{inputs.checkpoint.path}/w"]\n[inputs.checkpoint]\ntype = "checkpoint"\n${ends}`,
    );
    write(
      box,
      "policies/every.toml",
      'name = "every"\nrecipe = "../judge.toml"\n[applies_to]\ntype = "checkpoint"\nproducer_recipe = "train"\n[cadence]\nevery_n_steps = 5\n',
    );
    const rendered = await box.run([
      "sh",
      "-c",
      "lab-plan train.toml | lab-snapshot | lab-resolve | lab-create | lab-render-sbatch",
    ]);
    t.equal(rendered.code, 0, rendered.stderr);
    const [run] = records(rendered.stdout) as unknown as [{ run_dir: string; submission: { script: string } }];
    const { script } = run.submission;
    fs.writeFileSync(script, fs.readFileSync(script, "utf8").replace(/^lab_run=/m, "export LAB_BEAT_S=1\nlab_run="));
    t.equal((await box.run(["lab-submit"], { input: rendered.stdout })).code, 0);
    const settings = [
      "reconcile_interval_secs=1",
      "evald_interval_secs=1",
      `policies_dir=${JSON.stringify(path.join(box.dir, "policies"))}`,
    ];
    const agent = () => start(box, "lab-agent", "--loop", ...settings.flatMap((word) => ["-c", `dispatch.${word}`]));
    const judged = async (state: string) =>
      records((await box.run(["lab-ls", "--json", "--name", "judge"])).stdout).filter((one) => one["state"] === state);
    const first = agent();
    await until("an evaluation", async () => (await judged("succeeded")).length > 0);
    first.child.kill("SIGKILL");
    const others = [agent(), agent()];
    t.teardown(() => {
      for (const { child } of others) child.kill("SIGKILL");
    });
    await until("four evaluations", async () => (await judged("succeeded")).length >= 4);
    const [training] = records((await box.run(["lab-ls", "--json", "--name", "train"])).stdout);
    t.match(training, { state: "running" }, "it still goes on");
    fs.writeFileSync(path.join(run.run_dir, "go"), "");
    await until("its end", () => fs.existsSync(path.join(run.run_dir, ".lab/outputs.json")));
    for (const { child, end } of others) {
      child.kill("SIGTERM");
      await end;
    }
    const all = records((await box.run(["lab-ls", "--json", "--name", "judge"])).stdout);
    t.match(all, Array(4).fill({ state: "succeeded" }), "of the steps 5, 10, 15 and 20");
    const verdicts = records((await box.run(["lab-evald", "--explain", "--json", "policies"])).stdout);
    t.equal(verdicts.length, 20);
    t.strictSame(
      others.map(({ stderr }) => stderr().replaceAll(/^.*takes over when it ends\n/gm, "")),
      ["", ""],
    );
    t.match(await box.run(["lab-fsck", "--json"]), { code: 0, stdout: "" });
  },
);

// biome-ignore lint/suspicious/noExplicitAny: whatever it says
function beatOf(box: Sandbox): any {
  const leases = path.join(box.registry, "leases");
  const [user = ""] = fs.readdirSync(leases);
  return JSON.parse(fs.readFileSync(path.join(leases, user, "agent.beat.json"), "utf8"));
}
