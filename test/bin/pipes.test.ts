// Records through pipes of real processes: what passes, in which order, how errors and failures travel, who stops when.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import t, { type Test } from "tap";
import { commands } from "../../lib/command/commands.js";
import { records, sandbox, until } from "../support/sandbox.js";

t.setTimeout(600_000);
const place = await sandbox({ name: "pipes" });
t.teardown(() => place.remove());
const work = path.join(place.dir, "work");
fs.mkdirSync(work);
const recipe = 'name = "small"\ncommand = ["true"]\n[resources]\ntime = "10m"\nmem = "64MB"\n';
fs.writeFileSync(path.join(work, "small.toml"), recipe);

const sh = (script: string, input = "", env: Record<string, string> = {}) =>
  place.run(["sh", "-c", script], { cwd: work, input, env });
const lines = (...items: unknown[]) =>
  items.map((item) => `${typeof item === "string" ? item : JSON.stringify(item)}\n`).join("");
const acting = ["lab-snapshot", "lab-resolve", "lab-create", "lab-render-sbatch", "lab-submit"];
const naming = [
  "lab-show -",
  "lab-why -",
  "lab-metrics -",
  "lab-log -",
  "lab-wait -",
  "lab-cancel -",
  "lab-forget -",
  "lab-reconcile -",
];

t.test("a record that failed travels on as it is, the others are worked on, the last status is 1", async (t) => {
  const planned = await sh("lab-plan -q small.toml; lab-plan small.toml small.toml >plans");
  t.equal(planned.code, 0);
  const [first, second] = records(fs.readFileSync(path.join(work, "plans"), "utf8"));
  const broken: Record<string, unknown> = {
    ...first,
    source: { kind: "directory", root: "/nowhere" },
    mine: { kept: [1, null] },
  };
  const { code, stdout, stderr } = await sh(acting.slice(0, 4).join(" | "), lines(broken, second));
  t.equal(code, 1);
  const [failed, good] = records(stdout) as Record<string, unknown>[];
  const error = { code: "noinput", message: "cannot list '/nowhere': no such file or directory" };
  t.strictSame(failed, { ...broken, error }, "untouched by all that came later");
  t.match(good, { id: second?.["id"], phase: "rendered" });
  t.equal(stderr, `lab-snapshot: ${broken["id"]}: ${error.message}\n`, "and said once");
  t.equal((await sh(`lab-ls -q`)).stdout, `${second?.["id"]}\n`);
});

t.test("a failure is the last record, and every later command ends with its status, in plain sh", async (t) => {
  const rest = acting.slice(0, 4).join(" | ");
  for (const [start, status, command] of [
    ["lab-plan --bogus", 64, "lab-plan"],
    ["lab-plan nowhere.toml", 66, "lab-plan"],
    ["LAB_CLUSTER=/nowhere lab-ls", 78, "lab-ls"],
    ["lab-ls --json --table", 64, "lab-ls"],
    ["lab-plan small.toml | lab-snapshot --bogus", 64, "lab-snapshot"],
    ["lab-show zzzzzz", 66, "lab-show"],
    ["echo '{' | lab-show -", 65, "lab-show"],
  ] as const) {
    const { code, stdout } = await sh(`${start} | ${rest}`);
    t.equal(code, status, start);
    t.match(records(stdout).at(-1), { type: "failure", v: 1, command }, start);
  }
});

t.test("the first of several failures says how the pipe ends; an unknown word is a failure too", async (t) => {
  const failure = (code: unknown) => ({ type: "failure", v: 1, command: "lab-other", code, message: "m" });
  for (const [given, status] of [
    [[failure("noperm"), failure("usage")], 77],
    [[failure("of a later version"), failure("usage")], 64],
    [[failure("of a later version")], 1],
    [[failure("constructor")], 1],
    [[failure("__proto__")], 1],
    [[failure(7)], 1],
    [[{ type: "failure" }], 1],
  ] as const) {
    const seen = await sh("lab-create | lab-show -", lines(...given));
    t.equal(seen.code, status, JSON.stringify(given));
    t.strictSame(records(seen.stdout), given);
  }
});

t.test("a bad line is an error of 65, and the good ones are worked on", async (t) => {
  const { code, stdout, stderr } = await sh("lab-plan small.toml | (echo '{'; cat; echo null) | lab-snapshot");
  t.equal(code, 65);
  t.match(records(stdout), [
    { type: "run", phase: "snapshotted" },
    { type: "failure", code: "dataerr", message: "line 1 of standard input: it is not JSON" },
  ]);
  t.match(stderr, /^lab-snapshot: line 1 of .*\nlab-snapshot: line 3 of .* it is JSON, but no record\n$/);
});

t.test("a line of 10 MB is refused by name, and what follows it is not", async (t) => {
  const long = `{"s":"${"x".repeat(10_000_000)}"}`;
  const { code, stdout, stderr } = await sh("lab-create", lines({ a: 1 }, long, { b: 2 }));
  t.equal(code, 65);
  t.match(records(stdout), [{ a: 1 }, { b: 2 }, { type: "failure" }]);
  t.equal(stderr, "lab-create: line 2 of standard input: it is longer than 8 MiB\n");
});

t.test("what a command does not know passes untouched and in order", async (t) => {
  const names = fc.string({ unit: "grapheme" }).filter((key) => !["run", "id"].includes(key));
  const foreign = fc
    .dictionary(names, fc.jsonValue({ depthSize: "small" }), { maxKeys: 5 })
    .map((record) => ({ ...record, ...("type" in record ? { type: "foreign" } : {}) }));
  const erroneous = fc
    .tuple(fc.constantFrom("run", "status"), foreign)
    .map(([type, more]) => ({ ...more, type, v: 1, id: "any", error: { code: "refused", message: "no" } }));
  const record = fc.oneof({ weight: 5, arbitrary: foreign }, { weight: 1, arbitrary: erroneous });
  const pipes = [acting, naming].map((stages) => stages.join(" | "));
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 100, maxLength: 400 }),
      fc.constantFrom(...pipes),
      async (given, pipe) => {
        const { code, stdout, stderr } = await sh(pipe, lines(...given));
        const failed = given.some((item) => "error" in item && ["run", "status"].includes(String(item["type"])));
        const foreignErrors = given.some(
          ({ error }: Record<string, unknown>) => typeof error === "object" && error !== null && "message" in error,
        );
        t.equal(stdout, lines(...given));
        t.equal(stderr, "");
        return code === (failed || foreignErrors ? 1 : 0);
      },
    ),
    { numRuns: 6 },
  );
});

t.test("fields that a command does not know stay on the run that it works on", async (t) => {
  const [plan] = records((await sh("lab-plan small.toml")).stdout);
  const mine = { "my field": [{ deep: null }], score: 0.1, "": "empty" };
  const { stdout } = await sh(`${acting.slice(0, 4).join(" | ")}`, lines({ ...plan, ...mine }));
  t.match(records(stdout)[0], { ...mine, phase: "rendered" });
  const status = { ...records((await sh("lab-ls --limit 1")).stdout)[0], ...mine };
  t.match(records((await sh("lab-cancel | lab-forget | lab-wait", lines(status))).stdout)[0], {
    ...mine,
    state: "cancelled",
  });
});

t.test("a record does not wait for the next one, nor for the end", async (t) => {
  for (const command of ["lab-snapshot", "lab-show"]) {
    const child = spawn(command, ["-"].slice(command === "lab-show" ? 0 : 1), { cwd: work, env: place.env });
    let seen = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      seen += text;
    });
    for (const n of [1, 2, 3]) {
      child.stdin.write(lines({ n }));
      await until(`record ${n} of ${command}`, () => seen.endsWith(lines({ n })), 60);
    }
    child.stdin.end();
    t.equal(await ended(child), 0, command);
  }
});

t.test("memory does not grow with the stream", async (t) => {
  const line = `${JSON.stringify({ type: "other", id: "a", text: "x".repeat(180) })}\n`;
  const write = `const b = Buffer.from(${JSON.stringify(line)}.repeat(1000)); for (let i = 0; i < 950; i += 1) require("node:fs").writeSync(1, b)`;
  const source = spawn(process.execPath, ["-e", write], { stdio: ["ignore", "pipe", "inherit"], env: place.env });
  const child = spawn("lab-snapshot", { cwd: work, env: place.env, stdio: [source.stdout, "pipe", "inherit"] });
  let bytes = 0;
  let early = 0;
  child.stdout?.on("data", (data: Buffer) => {
    bytes += data.length;
    if (early === 0 && bytes > 30e6) early = peak(child.pid);
    last = bytes > 180e6 && last === 0 ? peak(child.pid) : last;
  });
  let last = 0;
  t.equal(await ended(child), 0);
  t.equal(bytes, line.length * 950_000);
  t.ok(bytes > 195e6);
  t.ok(last > 0 && last < 200e6, `${last} bytes resident`);
  t.ok(last < early + 60e6, `${early} after 30 MB, ${last} after 180 MB`);
});

/** The most that a process has had in memory (bytes). */
function peak(pid: number | undefined): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

function ended(child: ReturnType<typeof spawn>): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve) => child.on("close", (code, signal) => resolve(signal ?? code)));
}

/** A pipe for standard output that nobody reads any more. */
function unread(t: Test): number {
  const file = path.join(t.testdir(), "fifo");
  spawnSync("mkfifo", [file]);
  const both = fs.openSync(file, "r+");
  const fd = fs.openSync(file, "w");
  fs.closeSync(both);
  t.teardown(() => fs.closeSync(fd));
  return fd;
}

async function into(fd: number, argv: string[], input = "") {
  const child = spawn(argv[0] ?? "", argv.slice(1), { cwd: work, env: place.env, stdio: ["pipe", fd, "pipe"] });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  return { code: await ended(child), stderr };
}

t.test("a filter whose reader has gone ends quietly", async (t) => {
  const fd = unread(t);
  for (const argv of [
    ["lab-show", "-"],
    ["lab-config"],
    ["lab-ls"],
    ["lab-help"],
    ["lab-ls", "--help"],
    ["lab-ls", "--table"],
  ])
    t.strictSame(await into(fd, argv, lines({ a: 1 }, { b: 2 })), { code: 0, stderr: "" }, argv.join(" "));
});

t.test("a command that acts stops at that record, with 74", async (t) => {
  await sh(
    `for i in 1 2 3 4 5 6 7 8; do set -- "$@" small.toml; done; lab-plan "$@" | lab-snapshot | lab-resolve >resolved`,
  );
  const before = (await sh("lab-ls -q")).stdout;
  const resolved = fs.readFileSync(path.join(work, "resolved"), "utf8");
  t.equal(records(resolved).length, 8);
  const { code, stderr } = await into(unread(t), ["lab-create"], resolved);
  t.equal(code, 74);
  t.equal(stderr, "lab-create: cannot write to standard output: nobody reads it (what was done before is done)\n");
  const after = (await sh("lab-ls -q")).stdout;
  t.equal(after.split("\n").length - before.split("\n").length, 1, "one run was made, and no other one");
  const pass = await into(unread(t), ["lab-register", "-"], lines({ a: 1 }));
  t.equal(pass.code, 74);
  t.match(pass.stderr, "nobody reads it (what was done before is done; one pass comes after another with &&)");
});

t.test("a disk that is full behind standard output is said, with 74, by all commands", async (t) => {
  const full = fs.openSync("/dev/full", "w");
  t.teardown(() => fs.closeSync(full));
  const message = "cannot write to standard output: no space left on the device";
  t.strictSame(await into(full, ["lab-show", "-"], lines({ a: 1 })), { code: 74, stderr: `lab-show: ${message}\n` });
  t.strictSame(await into(full, ["lab-create"], lines({ a: 1 })), {
    code: 74,
    stderr: `lab-create: ${message} (what was done before is done)\n`,
  });
  // Wrappers are of sh, whose own help is cat's to write.
  const named = commands.filter(({ name, group }) => group !== "wrapper" && name !== "lab").map(({ name }) => name);
  const script = `for c in ${named.join(" ")}; do $c --help >/dev/full 2>err; echo $? "$(cat err)"; done; lab-run -n small.toml >/dev/full 2>&1; echo $?`;
  const { stdout } = await sh(script);
  const seen = stdout.trimEnd().split("\n");
  for (const [i, name] of named.entries()) t.match(seen[i], `74 ${name}: ${message}`);
  t.equal(seen.at(-1), "74", "a wrapper too");
});

t.test("standard streams that are closed", async (t) => {
  t.equal((await sh("lab-show - <&-")).code, 0);
  t.equal((await sh("lab-ls --bogus 2>&-")).code, 64);
  t.equal((await sh("lab-ls >&-")).code, 0);
  t.match(await sh("lab-create <."), { code: 65, stderr: "lab-create: cannot read standard input: is a directory\n" });
});

t.test("errors as records, where a program listens", async (t) => {
  const input = lines({ type: "run", v: 1, id: "20261120-120000-k7q3mz", phase: "planned" }, "null");
  const { stderr, code } = await sh("lab-create", input, { LAB_ERRORS: "json" });
  t.equal(code, 65);
  const problem = { type: "problem", v: 1, command: "lab-create", severity: "error", code: "dataerr" };
  t.match(
    records(stderr).sort((a, b) => Number("id" in a) - Number("id" in b)),
    [
      { ...problem, line: 2, message: "it is JSON, but no record" },
      { ...problem, id: "20261120-120000-k7q3mz" },
    ],
  );
});
