// Artifacts of another cluster, over a real sshd on this machine and real rsync: two registries, and a wire that breaks.
import { spawn } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { needs } from "../support/needs.js";
import { type Result, records, sandbox, until } from "../support/sandbox.js";
import { sshd } from "../support/sshd.js";

if (!needs(t, "sshd", "ssh", "rsync")) process.exit();
t.setTimeout(300_000);

const [server, far, near] = await Promise.all([sshd(), sandbox({ name: "far" }), sandbox({ name: "near" })]);
t.teardown(async () => {
  await server.stop();
  far.remove();
  near.remove();
});
const { wire } = server;
const foreign = path.join(near.dir, "hpc2.toml");
fs.writeFileSync(
  foreign,
  `name = "hpc2"\n[filesystem]\nruns_base = ${JSON.stringify(far.registry)}\n[remote]\nssh_alias = "there"\n`,
);
const env = { PATH: `${server.bin}:${near.env["PATH"]}` };
const fetch = (...words: string[]) => near.run(["lab-fetch-artifact", "--foreign", foreign, ...words], { env });
const only = ({ stdout }: Result) => records(stdout)[0] as Record<string, never>;
const pathOf = (result: Result) => String(only(result)?.["path"]);

/** Something of the far cluster, with a name there; `digest` is how it is known. */
async function there(name: string, contents: Record<string, string | Buffer>, digest = "stat"): Promise<string> {
  const dir = path.join(far.dir, `it's ${name} *`);
  for (const [file, text] of Object.entries(contents)) {
    fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    fs.writeFileSync(path.join(dir, file), text);
  }
  const made = await far.run(["lab-register-external", dir, "--alias", name, "--digest", digest]);
  if (made.code !== 0) throw new Error(made.stderr);
  return dir;
}

/** What is in the registry and below the artifact roots, but for the marks of time. */
function here(): string[] {
  return [near.registry, near.artifacts].flatMap((root) =>
    fs
      .readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((name) => /^artifacts\/.*json|imported-|incoming-|by-user\/.*json/.test(name)),
  );
}

t.test("a directory comes whole, is known by its digest, and comes once", async (t) => {
  const dir = await there("digits", { "a b": "1", "sub/it's": "2", "sub/run.sh": "#!/bin/sh\n" });
  fs.chmodSync(path.join(dir, "sub/run.sh"), 0o775);
  fs.symlinkSync("./a b", path.join(dir, "link"));
  await far.run(["lab-register-external", dir, "--alias", "digits"]);
  const theirs = only(await far.run(["lab-show", "--json", "digits"]));
  wire.connections = 0;
  const dry = await fetch("-n", "digits");
  t.match([dry.code, only(dry)], [0, { dry_run: true, alias: "digits", digest: theirs["digest"] }], dry.stderr);
  t.strictSame(here(), []);
  const got = await fetch("digits");
  t.equal(got.code, 0, got.stderr);
  t.equal(wire.connections, 2, "one connection a call");
  const mine = only(got);
  t.match(mine, {
    kind: "dataset",
    alias: "digits",
    files: 3,
    digest: theirs["digest"],
    imported_from: { cluster: "hpc2", alias: "digits", id: theirs["id"], digest: theirs["digest"], path: dir },
  });
  t.equal(fs.readFileSync(path.join(pathOf(got), "link"), "utf8"), "1");
  t.equal(fs.statSync(path.join(pathOf(got), "sub/run.sh")).mode & 0o777, 0o755);
  wire.bytes = 0;
  const again = await fetch("digits", "--as", "other");
  t.match([again.code, only(again)], [0, { id: mine["id"], alias: "other" }], again.stderr);
  t.match(again.stderr, /nothing is copied: it is here since/);
  const shown = await near.run(["lab-show", "--table", "other"]);
  t.match(shown.stdout, /imported from +hpc2: digits/, shown.stderr);
  t.match((await near.run(["lab-fsck"])).stdout, "");
});

t.test("one's own name is not taken by what somebody fetches, unless one says so", async (t) => {
  await there("mine", { x: "theirs" });
  fs.writeFileSync(path.join(near.dir, "own"), "own");
  await near.run(["lab-register-external", path.join(near.dir, "own"), "--alias", "mine"]);
  t.match(await fetch("mine"), { code: 1, stderr: /you have a 'mine' already.*--as NAME/ });
  t.match(await fetch("mine", "--as", "mine"), { code: 0 });
  t.match(await fetch("mine"), { code: 0 }, "and from then on it is from there");
});

t.test("cut in the middle and killed: what has come is not copied again", async (t) => {
  const size = 12_000_000;
  const dir = await there("large", { "big file": crypto.randomBytes(size) }, "sha256");
  wire.bytes = 0;
  wire.cutAfter = 5_000_000;
  const cut = await fetch("large");
  t.match(cut, { code: 69, stderr: /was cut: .*what has come is kept/ });
  t.notOk((await near.run(["lab-show", "large"])).code === 0, "nothing is registered");
  wire.cutAfter = Number.POSITIVE_INFINITY;
  wire.bytes = 0;
  wire.stallAfter = 3_000_000;
  const words = ["--foreign", foreign, "large"];
  const killed = spawn("lab-fetch-artifact", words, { env: { ...near.env, ...env }, stdio: "ignore" });
  await until("a good part has come", () => wire.bytes > wire.stallAfter);
  const busy = await fetch("-q", "large");
  killed.kill("SIGKILL");
  wire.stallAfter = Number.POSITIVE_INFINITY;
  t.match(busy, { code: 75, stderr: /process \d+ of .* is at it/ }, "one process at a time");
  wire.bytes = 0;
  const got = await until("the other is gone", async () => {
    const one = await fetch("large");
    return one.code === 75 ? undefined : one;
  });
  t.equal(got.code, 0, got.stderr);
  t.ok(wire.bytes < 0.6 * size, `${wire.bytes} of ${size} bytes`);
  t.ok(fs.readFileSync(path.join(pathOf(got), "big file")).equals(fs.readFileSync(path.join(dir, "big file"))));
  t.strictSame(
    here().filter((name) => name.includes("incoming-")),
    [],
    "and what it came by is gone",
  );
});

t.test("what a run made, by its names, over the connection that the user keeps", async (t) => {
  const recipe = `name = "train"
command = ["sh", "-c", 'cd "$0" && for i in 5 10; do mkdir $i; echo $i >$i/w; touch $i/DONE; done', "{outputs.steps.path}"]
[outputs.steps]
type = "checkpoint_stream"
marker = "DONE"
alias = "steps"
[resources]
time = "10m"
mem = "64MB"
`;
  fs.writeFileSync(path.join(far.dir, "train.toml"), recipe);
  const ran = await far.run(["lab-run", "-w", "--json", "train.toml"]);
  t.equal(ran.code, 0, ran.stderr);
  const { id } = records(ran.stdout).at(-1) as Record<string, never>;
  server.configure("ControlMaster auto", `ControlPath ${path.join(server.bin, "../m")}`, "ControlPersist 30");
  wire.connections = 0;
  const [whole, latest, byRun, none] = [
    await fetch("steps"),
    await fetch("steps@latest"),
    await fetch(`${String(id).slice(-6)}:steps@5`, "--as", "five"),
    await fetch("nothing"),
  ];
  t.equal(wire.connections, 1, "one connection for all calls");
  t.match(whole, {
    code: 65,
    stderr: /on hpc2: 'steps' is a whole stream \(its steps are 5, 10: steps@10, or @latest\)/,
  });
  t.match(
    only(latest),
    { kind: "checkpoint", alias: "steps", imported_from: { run: id, role: "steps", step: 10, recipe: "train" } },
    latest.stderr,
  );
  t.equal(fs.readFileSync(path.join(pathOf(byRun), "w"), "utf8"), "5\n");
  t.match(none, { code: 66, stderr: /on hpc2: no artifact is called 'nothing'/ });
  await near.run(["ssh", "-O", "exit", "there"], { env });
  server.configure();
});

t.test("what cannot be trusted is refused, and nothing of it stays", async (t) => {
  const before = here();
  const out = await there("out", { a: "1" });
  fs.symlinkSync("/etc/passwd", path.join(out, "b"));
  await far.run(["lab-register-external", out, "--alias", "out"]);
  await there("lines", { "a\nb": "1" });
  const changed = await there("changed", { a: "1" });
  fs.writeFileSync(path.join(changed, "a"), "22");
  const wrong = await there("wrong", { a: "1" }, "sha256");
  const { atime, mtime } = fs.statSync(path.join(wrong, "a"));
  fs.writeFileSync(path.join(wrong, "a"), "2");
  fs.utimesSync(path.join(wrong, "a"), atime, mtime);
  const gone = await there("gone", { a: "1" });
  fs.rmSync(gone, { recursive: true });
  const cases: [words: string, code: number, told: RegExp][] = [
    ["out", 65, /the link 'b' leads out of it, to '\/etc\/passwd'/],
    ["lines", 65, /the name "a\\nb" has a control character in it/],
    ["changed", 65, /is not what was registered there/],
    ["wrong", 65, /is not what was registered on hpc2: its digest is sha256:/],
    ["wrong --no-copy", 65, /here is not what is there/],
    ["gone", 66, /cannot read '.*gone/],
    ["../x", 65, /cannot read the artifact/],
  ];
  await Promise.all(
    cases.map(async ([words, code, told]) => {
      const { stderr, ...ended } = await fetch(...words.split(" "));
      t.match([ended.code, stderr], [code, told], words);
    }),
  );
  t.strictSame(here(), before);
});

t.test("where it can be seen from here, it need not be copied", async (t) => {
  const dir = await there("shared", { a: "1" });
  const seen = await fetch("shared", "--no-copy");
  t.match(only(seen), { path: dir, files: 1, imported_from: { alias: "shared" } }, seen.stderr);
  const copied = await fetch("shared");
  t.match([pathOf(copied) === dir, copied.code], [false, 0], "a copy is a copy");
});
