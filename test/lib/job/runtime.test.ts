import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import { exitSchema, startSchema } from "../../../lib/record/facts.js";
import { contentFingerprint, statFingerprint } from "../../../lib/record/fingerprint.js";
import { violations } from "../../../lib/record/schema.js";
import { widestStep } from "../../../lib/registry/ladder.js";
import { jobPlace } from "../../support/job.js";
import { needs, possible } from "../../support/needs.js";
import { until } from "../../support/sandbox.js";

const exitOf = (place: ReturnType<typeof jobPlace>, n = 1) =>
  place.left(`attempt-${n}/exit.json`) as Record<string, unknown> | undefined;

t.test("a command that succeeds leaves a whole record", async (t) => {
  const place = jobPlace({
    command: [
      "sh",
      "-c",
      'pwd; echo "$LAB_RUN_ID $LAB_ATTEMPT $LAB_SEED"; echo lab-metric loss=0.5 acc=.9 step=3; echo \'lab-metric {"name":"x","value":1}\'',
    ],
    input: { seed: 7 },
  });
  const { code, stdout } = await place.start();
  t.equal(code, 0);
  t.equal(stdout, "", "what the command says goes to its log alone");
  t.match(exitOf(place), { reason: "command", code: 0, attempt: 1 });
  t.same(violations(startSchema, place.left("attempt-1/start.json")), []);
  t.same(violations(exitSchema, place.left("attempt-1/exit.json")), []);
  const log = place.text("attempt-1/job.log").split("\n");
  t.match(log[0], /^\/.*\/lab-.*\/source$/, "it runs in its own copy of the source");
  t.notOk(fs.existsSync(log[0] ?? ""), "which is gone afterwards");
  t.equal(log[1], `${place.run} 1 7`);
  const metrics = fs.readdirSync(path.join(place.lab, "attempt-1")).find((name) => name.endsWith("-log.ndjson"));
  t.same(
    place
      .text(`attempt-1/${metrics}`)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
    [
      { name: "loss", value: 0.5, step: 3 },
      { name: "acc", value: 0.9, step: 3 },
      { name: "x", value: 1 },
    ],
  );
  t.ok(place.left("attempt-1/hardware.json"));
  t.match(place.left("attempt-1/env.json"), { variables: { LAB_RUN_ID: place.run } });
  t.same(
    fs.readdirSync(path.join(place.lab, "attempt-1")).filter((name) => name.startsWith(".tmp")),
    [],
  );
});

t.test("failures keep their code, and signals their names", async (t) => {
  const failing = jobPlace({ command: ["sh", "-c", "exit 3"] });
  t.equal((await failing.start()).code, 3);
  t.match(exitOf(failing), { reason: "command", code: 3 });
  const killed = jobPlace({ command: ["sh", "-c", "kill -9 $$"] });
  t.equal((await killed.start()).code, 137);
  t.match(exitOf(killed), { reason: "signal", signal: "SIGKILL", code: 137 });
  const itself = jobPlace({ command: ["sh", "-c", "exit 143"] });
  t.equal((await itself.start()).code, 143);
  t.match(exitOf(itself), { reason: "command", code: 143 });
});

t.test("what cannot be launched is a launch error, with the reason", async (t) => {
  const cases: [string, Parameters<typeof jobPlace>[0], RegExp][] = [
    ["no such command", { command: ["no-such-program"] }, /no such command/],
    ["no such workdir", { context: { workdir: "nowhere" } }, /no directory 'nowhere'/],
    ["a workdir outside", { context: { workdir: "../.." } }, /no directory/],
    ["no virtual environment", { input: { venv: "/no/venv" } }, /virtual environment/],
    ["a setup line that fails", { input: { setup: ["false"] } }, /setup line 'false' failed/],
    ["a setup line that exits", { input: { setup: ["exit 0"] } }, /not set up to its end/],
    ["no module command", { input: { modules: ["cuda"], moduleInit: "/no/such/init" } }, /module_init/],
    ["a missing secret", { context: { pass: ["HF_TOKEN"] } }, /HF_TOKEN/],
    ["a container without apptainer", { input: { container: "x.sif" } }, /apptainer/],
  ];
  for (const [name, how, words] of cases) {
    const place = jobPlace({ ...how, command: how?.command ?? ["sh", "-c", "echo started >&2"] });
    const { code } = await place.start({ HOME: place.dir });
    t.not(code, 0, name);
    t.match(exitOf(place), { reason: "launch_error", message: words }, name);
    t.notMatch(
      fs.existsSync(path.join(place.lab, "attempt-1/job.log")) ? place.text("attempt-1/job.log") : "",
      /^started$/m,
      `${name}: never started`,
    );
  }
});

t.test("a source that is not what was recorded is never run", async (t) => {
  const place = jobPlace({ command: ["sh", "-c", "echo started"], files: { "a.txt": "a", "b/c.sh": "#!/bin/sh\n" } });
  fs.writeFileSync(path.join(place.source, "a.txt"), "tampered");
  spawnSync("tar", ["-C", place.source, "-cf", place.tar, "."]);
  await place.start();
  t.match(exitOf(place), { reason: "launch_error", message: /not what was recorded/ });
  fs.rmSync(place.tar);
  await place.start();
  t.match(exitOf(place, 2), { reason: "launch_error", message: /cannot read the source/ });
});

t.test("the fence stops whoever is late", async (t) => {
  const intent = (place: ReturnType<typeof jobPlace>, n: number, more: object) => {
    fs.mkdirSync(path.join(place.lab, `submit-${n}`), { recursive: true });
    fs.writeFileSync(
      path.join(place.lab, `submit-${n}/intent.json`),
      JSON.stringify(
        {
          type: "intent",
          v: 1,
          run: place.run,
          submission: n,
          token: "x",
          by: "submit",
          user: "u",
          host: "h",
          at: new Date().toISOString(),
          ...more,
        },
        undefined,
        2,
      ),
    );
  };
  const cases: [string, (place: ReturnType<typeof jobPlace>) => void][] = [
    ["the run has ended", (place) => fs.writeFileSync(path.join(place.lab, "outcome.json"), "{}")],
    ["its submission was given up", (place) => intent(place, 1, { void: true })],
    ["another submission came after it", (place) => intent(place, 2, {})],
    [
      "another job has the submission",
      (place) => fs.writeFileSync(path.join(place.lab, "submit-1/receipt.json"), JSON.stringify({ job: "999" })),
    ],
  ];
  for (const [name, prepare] of cases) {
    const place = jobPlace({ command: ["sh", "-c", "echo started"] });
    prepare(place);
    const { code } = await place.start();
    t.equal(code, 75, name);
    t.match(exitOf(place), { reason: "superseded" }, name);
    t.notOk(fs.existsSync(path.join(place.lab, "attempt-1/job.log")), `${name}: never started`);
  }
  const later = jobPlace();
  intent(later, 2, { void: true });
  t.equal((await later.start()).code, 75, "so is a run closed that was given up since nobody saw its job");
});

t.test("the fence gives way to what claims above it, and to nothing that does not count", async (t) => {
  const key = `sha256:${"ab".repeat(32)}`;
  const user = os.userInfo().username;
  const claim = (more: object = {}) => {
    const writer = { token: "x", host: "h", at: new Date().toISOString() };
    return JSON.stringify({
      type: "claim",
      v: 1,
      key,
      epoch: "1",
      generation: 2,
      run: "other",
      user,
      ...writer,
      ...more,
    });
  };
  const tried = async (name: string, prepare: (stem: string) => void, own = {}) => {
    const parent = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "lab job claims "));
    const file = path.join(parent, `${key.slice(7)}.e1`);
    fs.mkdirSync(path.join(parent, user));
    const place = jobPlace({ parent, context: { claim: { key, epoch: "1", generation: 1, file } } });
    fs.writeFileSync(`${file}.1.json`, claim({ generation: 1, run: place.run, ...own }));
    prepare(file);
    const { code } = await place.start();
    return [name, code, exitOf(place)?.["reason"]];
  };
  const put = (n: number, text: string) => (stem: string) => fs.writeFileSync(`${stem}.${n}.json`, text);
  const counting: [string, (stem: string) => void][] = [
    ["a claim", put(2, claim())],
    ["in reach of the one below", put(1 + widestStep, claim({ generation: 1 + widestStep }))],
    ["one that is void", (stem) => [put(2, claim())(stem), fs.writeFileSync(`${stem}.2.go.json`, '{"void":true}')]],
  ];
  for (const [name, prepare] of counting) t.same(await tried(name, prepare), [name, 75, "superseded"]);
  const nothing: [string, (stem: string) => void][] = [
    ["no later one", () => {}],
    ["a pipe", (stem) => spawnSync("mkfifo", [`${stem}.2.json`])],
    ["a link", (stem) => [fs.writeFileSync(`${stem}.x`, claim()), fs.symlinkSync(`${stem}.x`, `${stem}.2.json`)]],
    ["a device, by a link", (stem) => fs.symlinkSync("/dev/zero", `${stem}.2.json`)],
    ["a directory", (stem) => fs.mkdirSync(`${stem}.2.json`)],
    ["junk", put(2, '\0\n\\"'.repeat(2 ** 18))],
    ["a long name", put(2, claim({ user: "a".repeat(60_000) }))],
    ["out of reach", put(2 + widestStep, claim({ generation: 2 + widestStep }))],
    ["too high a number", put(9_999_999_999, claim({ generation: 9_999_999_999 }))],
    ["another generation's", put(2, claim({ generation: 3 }))],
    ["another key's", put(2, claim({ key: `sha256:${"00".repeat(32)}` }))],
    ["another epoch's", put(2, claim({ epoch: "2" }))],
    ["another record", put(2, claim({ type: "go" }))],
    ["in the name of nobody here", put(2, claim({ user: "stranger" }))],
    ["in the name of a path", put(2, claim({ user: `../${user}` }))],
  ];
  for (const [name, prepare] of nothing) t.same(await tried(name, prepare), [name, 0, "command"]);
  t.same(await tried("own", put(2, claim()), { own: true }), ["own", 75, "superseded"]);
  const link = (stem: string) => fs.symlinkSync(path.join(path.dirname(stem), "seal"), `${stem}.1.go.json`);
  t.same(await tried("a seal that is a link", link), ["a seal that is a link", 75, "superseded"]);
});

t.test("submitted by hand the job writes the intent, and a requeue is a new attempt", async (t) => {
  const place = jobPlace();
  await place.start();
  t.match(place.left("submit-1/intent.json"), { by: "job", run: place.run });
  await place.start();
  t.match(place.left("attempt-2/start.json"), { attempt: 2 });
  const other = await place.start({ LAB_LOCAL_JOB_ID: "local-aaaaaa-9" });
  t.equal(other.code, 75, "another job of the same submission is superseded");
});

t.test("two jobs that start at once: one of them runs", async (t) => {
  const place = jobPlace({ command: ["sh", "-c", 'echo x >>"$LAB_RUN_DIR/ran"; sleep 1'] });
  const codes = await Promise.all(
    ["a", "b", "c", "d"].map(async (job) => (await place.start({ LAB_LOCAL_JOB_ID: job })).code),
  );
  t.same(codes.filter((code) => code === 0).length, 1);
  t.equal(fs.readFileSync(path.join(place.dir, "ran"), "utf8"), "x\n");
});

t.test("the gate: inputs as they were recorded, or no start", async (t) => {
  const dir = t.testdir({
    "data set": { "a b.txt": "hello", "é'\"": "x", "-": "dash", "-n": "n", "back\\slash\nline": "y" },
    file: "content",
  });
  for (const name of ["data set", "file"]) {
    for (const fingerprint of ["stat", "sha256"] as const) {
      const input = path.join(dir, name);
      const { digest } = fingerprint === "stat" ? statFingerprint(input) : contentFingerprint(input);
      const how = {
        command: ["sh", "-c", 'echo started; ls "$LAB_INPUT_DATA_1"'],
        context: { inputs: [{ role: "data-1", type: "external", path: input, fingerprint }] },
        input: { fingerprints: { "data-1": digest } },
      };
      const good = jobPlace(how);
      t.equal((await good.start()).code, 0, `${name} by ${fingerprint}: Node and bash agree`);
      const bad = jobPlace({ ...how, input: { fingerprints: { "data-1": `sha256:${"0".repeat(64)}` } } });
      t.not((await bad.start()).code, 0);
      t.match(exitOf(bad), { reason: "input_error", role: "data-1", path: input, message: /not what was recorded/ });
      t.notOk(fs.existsSync(path.join(bad.lab, "attempt-1/job.log")));
    }
  }
  const gone = jobPlace({
    context: { inputs: [{ role: "x", type: "external", path: path.join(dir, "nothing"), fingerprint: "none" }] },
  });
  await gone.start();
  t.match(exitOf(gone), { reason: "input_error", message: /does not exist/ });
});

t.test("outputs: a directory that is this run's alone, described at the end", async (t) => {
  const base = t.testdir({ roots: { checkpoint: { me: {} }, result: { me: {} } } });
  const outputs = [
    {
      role: "model",
      type: "checkpoint_stream",
      path: path.join(base, "roots/checkpoint/me/stream"),
      marker: "DONE",
      digest: "sha256",
      stream: true,
    },
    {
      role: "result",
      type: "result",
      path: path.join(base, "roots/result/me/one"),
      marker: "ok.json",
      digest: "stat",
      stream: false,
    },
  ];
  const command = [
    "sh",
    "-c",
    'for i in 1 2 10; do mkdir "$LAB_OUTPUT_MODEL/step_$i"; echo w >"$LAB_OUTPUT_MODEL/step_$i/w"; done; touch "$LAB_OUTPUT_MODEL/step_1/DONE" "$LAB_OUTPUT_MODEL/step_10/DONE"; echo {} >"$LAB_OUTPUT_RESULT/ok.json"',
  ];
  const place = jobPlace({ command, context: { outputs } });
  t.equal((await place.start()).code, 0);
  t.match(exitOf(place)?.["outputs"], [
    { role: "model", step: 1, complete: true, files: 2 },
    { role: "model", step: 10, complete: true },
    { role: "result", complete: true, files: 1, digest: /^sha256:/ },
  ]);
  t.same(
    place
      .text("attempt-1/steps.ndjson")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).step)
      .sort((a: number, b: number) => a - b),
    [1, 10],
  );
  const thief = jobPlace({ command: ["sh", "-c", "echo started"], context: { outputs } });
  await thief.start();
  t.match(exitOf(thief), { reason: "launch_error", message: /belongs to run/ }, "another run may not write there");
  fs.mkdirSync(path.join(base, "roots/result/me/old"));
  const old = jobPlace({
    context: {
      outputs: [
        { role: "r", type: "result", path: path.join(base, "roots/result/me/old"), digest: "none", stream: false },
      ],
    },
  });
  await old.start();
  t.match(exitOf(old), { reason: "launch_error", message: /there already/ });
});

t.test("a clean start: nothing of the caller reaches the command, save what is declared", async (t) => {
  const place = jobPlace({
    command: ["env"],
    context: { env: { DECLARED: 'it\'s "$HOME" `x` \n new' } },
    input: { siteEnv: { SITE: "1" } },
  });
  await place.start({
    HOSTILE: "1",
    BASH_ENV: "/no/such",
    ENV: "/no/such",
    CDPATH: "/",
    IFS: "x",
    "BASH_FUNC_exec%%": "() { echo stolen; }",
    "BASH_FUNC_printf%%": "() { echo stolen; }",
    LD_PRELOAD: "",
  });
  t.equal(exitOf(place)?.["code"], 0);
  const log = place.text("attempt-1/job.log");
  for (const word of ["HOSTILE", "BASH_ENV", "POSIXLY_CORRECT", "stolen"]) t.notMatch(log, word);
  t.match(log, 'DECLARED=it\'s "$HOME" `x` \n new');
  t.match(log, "SITE=1");
  t.match(log, "SLURM_EXPORT_ENV=ALL");
  const inherits = jobPlace({ command: ["env"], input: { inherit: true } });
  await inherits.start({ MINE: "kept" });
  t.match(inherits.text("attempt-1/job.log"), "MINE=kept");
});

t.test("secrets come from a file that nobody else can read, and are written nowhere", async (t) => {
  const home = t.testdir({ ".config": { lab: { "secrets.env": "OTHER=no\nexport HF_TOKEN='hf_$(id) x'\n" } } });
  const file = path.join(home, ".config/lab/secrets.env");
  const how = {
    command: ["sh", "-c", 'printf %s "$HF_TOKEN" | md5sum; echo "other:$OTHER"'],
    context: { pass: ["HF_TOKEN"] },
  };
  fs.chmodSync(file, 0o644);
  const open = jobPlace(how);
  await open.start({ HOME: home });
  t.match(exitOf(open), { reason: "launch_error", message: /chmod 600/ });
  fs.chmodSync(file, 0o600);
  const place = jobPlace(how);
  t.equal((await place.start({ HOME: home })).code, 0);
  t.match(
    place.text("attempt-1/job.log"),
    spawnSync("md5sum", { input: "hf_$(id) x", encoding: "utf8" }).stdout.split(" ")[0],
  );
  t.match(place.text("attempt-1/job.log"), "other:\n");
  t.equal(spawnSync("grep", ["-r", "hf_", place.lab]).status, 1, "its value is in no file of the run");
});

t.test("a signal reaches the command, and the record says that the end was asked for", async (t) => {
  const place = jobPlace({
    command: ["sh", "-c", "trap 'echo saving; exit 0' TERM; echo ready; while :; do sleep 0.1; done"],
  });
  const running = place.start();
  const child = (running as unknown as { child: { pid: number } }).child;
  await until(
    "the command is ready",
    () => fs.existsSync(path.join(place.lab, "attempt-1/job.log")) && place.text("attempt-1/job.log").includes("ready"),
  );
  process.kill(child.pid, "SIGTERM");
  await running;
  t.match(exitOf(place), { reason: "command", code: 0, asked: "SIGTERM" });
  t.match(place.text("attempt-1/job.log"), "saving");
});

t.test("kill -9 of the runtime leaves no watch behind", async (t) => {
  const place = jobPlace({ command: ["sh", "-c", "echo ready; exec sleep 5"] });
  const running = place.start({ LAB_BEAT_S: "1" });
  const child = (running as unknown as { child: { pid: number } }).child;
  await until(
    "the command is ready",
    () => fs.existsSync(path.join(place.lab, "attempt-1/job.log")) && place.text("attempt-1/job.log").includes("ready"),
  );
  process.kill(child.pid, "SIGKILL");
  await until("all processes of the script are gone", () => !place.runs());
  t.notOk(exitOf(place), "no exit record: the scheduler's word counts");
});

t.test("a full disk: the command is not started", async (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "labkit-full-"));
  if (process.getuid?.() !== 0 || spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", dir]).status !== 0) {
    possible(t, false, "a full disk needs root and tmpfs");
    fs.rmdirSync(dir);
    return;
  }
  t.teardown(() => {
    spawnSync("umount", ["-l", dir]);
    fs.rmdirSync(dir);
  });
  const place = jobPlace({ parent: dir, command: ["sh", "-c", "echo started"] });
  fs.writeFileSync(path.join(dir, "filler"), Buffer.alloc(0));
  spawnSync("dd", ["if=/dev/zero", `of=${path.join(dir, "filler")}`, "bs=1k"], { stdio: "ignore" });
  const { code, stderr } = await place.start();
  t.not(code, 0);
  t.match(stderr, /full/);
  t.notOk(fs.existsSync(path.join(place.lab, "attempt-1/job.log")));
});

t.test("the script is clean to bash -n and shellcheck", async (t) => {
  const place = jobPlace({
    command: ["python3", "it's.py", "a b"],
    context: {
      env: { A: "$x" },
      pass: ["S"],
      outputs: [{ role: "o", type: "model", path: "/a b/c", digest: "stat", stream: false }],
    },
    input: { modules: ["cuda/12"], conda: "ml", setup: ["source x"], directives: ["#SBATCH --mem=1G"] },
  });
  t.equal(spawnSync("bash", ["-n", place.script]).status, 0);
  if (!needs(t, "shellcheck")) return;
  const { status, stdout } = spawnSync("shellcheck", [place.script], { encoding: "utf8" });
  t.equal(status, 0, stdout.slice(0, 2000));
});
