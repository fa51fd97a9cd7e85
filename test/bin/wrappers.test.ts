// The wrappers when one of their parts dies without a word: no shell may call that a success.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { needs } from "../support/needs.js";
import { dist, records, sandbox } from "../support/sandbox.js";

t.setTimeout(600_000);
const place = await sandbox({ name: "wrappers", extra: '[local]\nidle = "1s"\n' });
t.teardown(() => place.remove());
fs.writeFileSync(
  path.join(place.dir, "x.toml"),
  'name = "x"\ncommand = ["true"]\n[resources]\ntime = "1m"\nmem = "64MB"\n',
);

// The same wrapper, read by two shells: without pipefail and with it.
const shells: Record<string, string> = {};
for (const [name, program] of [
  ["dash", "/bin/dash"],
  ["bash as sh", "/bin/bash"],
] as const) {
  if (!needs(t, program)) continue;
  const directory = path.join(place.dir, name);
  fs.mkdirSync(directory);
  fs.symlinkSync(program, path.join(directory, "sh"));
  shells[name] = path.join(directory, "sh");
}

/** The commands, with a fake in the place of one of them. */
function withFake(name: string, body: string | undefined): string {
  const bin = fs.mkdtempSync(path.join(place.dir, "bin-"));
  for (const real of fs.readdirSync(path.join(dist(), "bin"))) {
    const from = path.join(dist(), "bin", real);
    if (real === name) continue;
    // The wrappers look beside themselves for the others.
    if (["lab", "lab-pipeline", "lab-rerun", "lab-run", "lab-status", "lab-sweep"].includes(real))
      fs.copyFileSync(from, path.join(bin, real));
    else fs.symlinkSync(from, path.join(bin, real));
  }
  if (body !== undefined)
    fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n# A fake for tests.\n${body}\n`, { mode: 0o755 });
  return bin;
}

const dies = "cat\nkill -KILL $$"; // after everything was passed on: nothing looks wrong downstream
const diesAtOnce = "kill -KILL $$";
const saysHalf = 'cat >/dev/null\nprintf \'{"type":"ru\'\nkill -SEGV $$';

for (const [name, shell] of Object.entries(shells)) {
  t.test(`${name}: the wrapper works when nothing dies`, async (t) => {
    const run = (...argv: string[]) => place.run([shell, path.join(dist(), "bin/lab-run"), ...argv]);
    t.match(await run("-n", "--columns", "name,phase", "x.toml"), {
      code: 0,
      stdout: "name  phase\nx     rendered\n",
      stderr: "",
    });
    t.match(await run("nowhere.toml"), { code: 66 });
  });

  for (const part of ["lab-plan", "lab-snapshot", "lab-resolve", "lab-create", "lab-render-sbatch", "lab-submit"]) {
    t.test(`${name}: ${part} is killed`, async (t) => {
      const bodies =
        part === "lab-plan" ? [diesAtOnce] : part === "lab-create" ? [dies, diesAtOnce, saysHalf, undefined] : [dies];
      for (const body of bodies) {
        const bin = withFake(part, body);
        const env = { PATH: place.env["PATH"]?.replace(`${dist()}/bin:`, "") };
        const { code, stdout } = await place.run([shell, path.join(bin, "lab-run"), "-n", "x.toml"], { env });
        t.not(code, 0, `${body}`);
        const last = stdout.trim() === "" ? undefined : records(stdout).at(-1);
        if (part !== "lab-submit") t.match(last, { type: "failure" }, "and a program that reads on hears of it");
      }
    });
  }

  t.test(`${name}: the last part of a wait is killed`, async (t) => {
    for (const part of ["lab-submit", "lab-wait"]) {
      const bin = withFake(part, "cat >/dev/null\nkill -KILL $$");
      const { code } = await place.run([shell, path.join(bin, "lab-run"), "--wait", "x.toml"]);
      t.not(code, 0, part);
    }
  });

  t.test(`${name}: ^C before anything is sent says what is left, and how to go on`, async (t) => {
    // A session of its own: what the keyboard signals is everybody in it.
    const bin = withFake("lab-submit", "cat >/dev/null\nkill -INT 0");
    const argv = ["setsid", "-w", shell, path.join(bin, "lab-run"), "--name", "stopped", "-w", "x.toml"];
    const { stderr } = await place.run(argv);
    const [, id = "", handle = ""] =
      /^lab-run: (\S+) is made and not submitted: lab submit (\w{6}), lab cancel \2$/m.exec(stderr) ?? [];
    t.ok(id.endsWith(handle) && handle !== "", stderr);
    t.match(await place.run(["lab-submit", "--json", handle]), { code: 0 });
    t.match(await place.run(["lab-cancel", "--json", handle]), { code: 0 });
  });

  t.test(`${name}: lab-rerun is lab-run with another beginning`, async (t) => {
    const run = (...argv: string[]) => place.run([shell, path.join(dist(), "bin/lab-rerun"), ...argv]);
    t.match(await run("-n", "--where", "--help"), { code: 64, stderr: /^lab-replan: / }, "a value is no option");
    t.match(await run("-nh"), { code: 0, stdout: /^lab-rerun - / });
    t.match(await run("--columns", "id", "--version"), { code: 0, stdout: /^lab-rerun \(labkit\) / });
    const bin = withFake("lab-replan", diesAtOnce);
    const { code, stdout } = await place.run([shell, path.join(bin, "lab-rerun"), "-n", "@last"]);
    t.not(code, 0);
    t.match(records(stdout).at(-1), { type: "failure", command: "lab-replan" });
  });

  t.test(`${name}: lab-status`, async (t) => {
    for (const part of ["lab-reconcile", "lab-ls"]) {
      const bin = withFake(part, diesAtOnce);
      const { code, stdout } = await place.run([shell, path.join(bin, "lab-status"), "--limit", "1"]);
      t.equal(code, 137, part);
      if (part === "lab-reconcile") t.match(stdout, /"type":"status"/, "what is known is shown all the same");
    }
  });
}

t.test("the options whose values lab-run hands on are those of the commands that it may begin with", async (t) => {
  const all = JSON.parse(fs.readFileSync(path.join(dist(), "commands.json"), "utf8")) as {
    name: string;
    options: { option: string; type: string }[];
  }[];
  const first = all.filter(({ name }) =>
    ["lab-plan", "lab-replan", "lab-sweep-resume", "lab-pipeline-resume"].includes(name),
  );
  t.equal(first.length, 4);
  const options = first.flatMap((command) => command.options);
  const own = ["--columns", "--cluster", "--env", "--config"];
  const valued = new Set(options.filter(({ type }) => type !== "boolean").map(({ option }) => `--${option}`));
  const text = fs.readFileSync(path.join(dist(), "bin/lab-run"), "utf8");
  const kept = /^ {4}(--set [-a-z|\s\\]+)\)$/m.exec(text)?.[1]?.split(/[|\s\\]+/) ?? [];
  t.strictSame([...kept, ...own].sort(), [...valued].sort());
  const both = options.filter(({ option, type }) => type === "boolean" && valued.has(`--${option}`));
  t.strictSame(both, [], "each takes a value for all of them, or for none");
});

t.test("whoever has followed a log to its end finds the run's end written down", async (t) => {
  const sent = await place.run(["lab-run", "--json", "--name", "followed", "x.toml"]);
  const id = String(records(sent.stdout)[0]?.["id"]);
  t.match(await place.run(["lab-log", "-f", id]), { code: 0, stderr: "" });
  t.match(records((await place.run(["lab-ls", "--json", "--name", "followed"])).stdout), [{ id, state: "succeeded" }]);
});
