// `lab X` is lab-X, wherever the commands are linked to, and any lab-something on PATH is one.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { commands } from "../../lib/command/commands.js";
import { dist, sandbox } from "../support/sandbox.js";

t.setTimeout(600_000);
const place = await sandbox({ name: "dispatch" });
t.teardown(() => place.remove());
const bin = path.join(dist(), "bin");

function script(file: string, body: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

/** A directory with links to the programs of the system that are named, and nothing else. */
function only(name: string, ...programs: string[]): string {
  const directory = path.join(place.dir, name);
  fs.mkdirSync(directory);
  for (const program of programs) {
    const found = (process.env["PATH"] ?? "").split(":").map((part) => path.join(part, program));
    fs.symlinkSync(found.find((file) => fs.existsSync(file)) ?? "", path.join(directory, program));
  }
  return directory;
}

t.test("every command, as lab X and as lab-X, says which version it is", async (t) => {
  const { stdout } = await place.run(
    ["sh", "-c", "for c; do lab-$c --version; lab $c --version; done", "sh"].concat(verbs()),
  );
  t.strictSame(
    stdout.trimEnd().split("\n"),
    verbs().flatMap((verb) => [`lab-${verb} (labkit) ${version()}`, `lab-${verb} (labkit) ${version()}`]),
  );
  t.equal((await place.run(["lab", "--version"])).stdout, `lab (labkit) ${version()}\n`);
});

function verbs(): string[] {
  return commands.map(({ name }) => name.slice(4)).filter(Boolean);
}

function version(): string {
  return JSON.parse(fs.readFileSync(path.join(dist(), "package.json"), "utf8")).version;
}

t.test("commands that npm has linked into another directory", async (t) => {
  // npm install -g: bin/lab-x -> ../lib/node_modules/labkit/dist/bin/lab-x
  const prefix = path.join(place.dir, "prefix");
  fs.mkdirSync(path.join(prefix, "bin"), { recursive: true });
  fs.mkdirSync(path.join(prefix, "lib/node_modules/labkit"), { recursive: true });
  fs.symlinkSync(dist(), path.join(prefix, "lib/node_modules/labkit/dist"));
  for (const name of fs.readdirSync(bin))
    fs.symlinkSync(`../lib/node_modules/labkit/dist/bin/${name}`, path.join(prefix, "bin", name));
  const tools = only("tools", "node", "sh", "dirname", "readlink", "sed", "tr", "cat", "env", "true", "bash");
  fs.writeFileSync(
    path.join(place.dir, "x.toml"),
    'name = "x"\ncommand = ["true"]\n[resources]\ntime = "1m"\nmem = "64MB"\n',
  );
  const env = { PATH: tools };
  const run = (name: string, ...argv: string[]) => place.run([path.join(prefix, "bin", name), ...argv], { env });
  t.match(await run("lab-config", "name"), { code: 0, stdout: /"value":"test"/ });
  t.match(await run("lab", "config", "name"), { code: 0, stdout: /"value":"test"/ });
  t.match(await run("lab-completion", "zsh", "--text"), { code: 0, stdout: /^#compdef/ });
  t.match(await run("lab-run", "-n", "--columns", "name,phase", "x.toml"), {
    code: 0,
    stdout: "name  phase\nx     rendered\n",
  });
  t.match(
    await place.run([path.join(prefix, "bin/lab"), "run", "--wait", "--columns", "name,state", "x.toml"], {
      env: { PATH: process.env["PATH"] }, // a job needs more than these few programs
    }),
    {
      code: 0,
      stdout: "name  state\nx     succeeded\n",
    },
  );
  t.match(await run("lab", "status", "-q"), { code: 0, stdout: /^\d{8}-/ });
  // and a link to a link, by a relative path
  fs.symlinkSync("prefix/bin/lab", path.join(place.dir, "l"));
  t.match(await place.run(["./l", "config", "name"], { env }), { code: 0, stdout: /"value":"test"/ });
});

t.test("a program of somebody else is a command, and gets what was typed", async (t) => {
  const own = path.join(place.dir, "own");
  script(path.join(own, "lab-hello"), 'printf "<%s>" "$@"; exit 7');
  const env = { PATH: `${place.env["PATH"]}:${own}` };
  const seen = await place.run(["lab", "hello", "a b", "", "--", "-n", "*"], { env });
  t.match(seen, { code: 7, stdout: "<a b><><--><-n><*>", stderr: "" });
  script(path.join(own, "lab-ls"), "echo stolen");
  const before = { PATH: `${own}:${place.env["PATH"]}` };
  t.notMatch((await place.run(["lab", "ls"], { env: before })).stdout, "stolen", "but none of ours");
});

t.test("what is no command is refused, with what was meant, and nothing is run", async (t) => {
  const trap = path.join(place.dir, "trap");
  script(path.join(place.dir, "lab-../trap/x"), "echo reached");
  script(path.join(trap, "x"), "echo reached");
  fs.mkdirSync(path.join(trap, "lab-"), { recursive: true });
  for (const word of [
    "../trap/x",
    "/bin/sh",
    "./x",
    "a b",
    "$(echo reached)",
    "-x",
    "--foo",
    "ls;echo",
    "..",
    "ls\nls",
  ]) {
    const { code, stdout, stderr } = await place.run(["lab", word], { env: { PATH: `${place.env["PATH"]}:${trap}` } });
    t.equal(code, 64, word);
    t.notMatch(stdout, /^reached/m);
    t.match(stderr, "is no lab command", word);
  }
  t.match((await place.run(["lab", "statsu"])).stderr, "did you mean 'lab status'?");
  t.match((await place.run(["lab", "lab-ls"])).stderr, "did you mean 'lab ls'?");
});

t.test("lab help shows the page that came with the commands, and says so where there is no man", async (t) => {
  const fake = path.join(place.dir, "fake-man");
  script(path.join(fake, "man"), 'printf "<%s>" "$@"');
  const { code, stdout } = await place.run(["lab", "help", "ls"], { env: { PATH: `${fake}:${place.env["PATH"]}` } });
  t.equal(code, 0);
  t.match(stdout, /^(<-l><\/.*\/man\/man1\/lab-ls\.1>|<lab-ls>)$/);
  t.match(
    (await place.run(["lab", "help", "lab-ls"], { env: { PATH: `${fake}:${place.env["PATH"]}` } })).stdout,
    /lab-ls/,
  );
  const tools = only("no-man", "node", "sh", "dirname", "readlink", "env");
  const none = await place.run([path.join(bin, "lab"), "help", "ls"], { env: { PATH: tools } });
  t.match(none, {
    code: 69,
    stderr: /cannot show the manual: there is no man here \(lab-ls --help is its short form\)/,
  });
});
