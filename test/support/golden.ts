// Golden cases: test/golden/<command>/<case>/ holds what a command was given and what it said. Adding one is adding a folder:
//   cmd      what sh runs, in a directory of its own (with a space and a quote in its name)
//   in       its standard input (else empty)
//   out err  what it wrote, normalised (an absent file is empty)
//   rc       its exit status (absent is 0)
//   setup    what sh runs before it (it must succeed); env: NAME=VALUE lines; files/: copied to where it runs
//   needs    programs that not every machine has, which it cannot do without
//   history  present: the registry holds three runs, the oldest first: `good` succeeded, `bad` failed, `idle` was never
//            submitted
// `LAB_GOLDEN=write` writes out, err and rc instead of comparing them; then read the difference.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { copies } from "./copies.js";
import { dist, root, type Sandbox, sandbox, until } from "./sandbox.js";

export const goldenDirectory = path.join(root, "test/golden");

export interface Golden {
  out: string;
  err: string;
  rc: string;
}

/** The folders that hold a case, relative to test/golden. */
export function goldenCases(): string[] {
  return fs
    .readdirSync(goldenDirectory)
    .flatMap((command) => directories(path.join(goldenDirectory, command)).map((name) => `${command}/${name}`))
    .sort();
}

function directories(parent: string): string[] {
  if (!fs.statSync(parent).isDirectory()) return [];
  return fs.readdirSync(parent).filter((name) => fs.statSync(path.join(parent, name)).isDirectory());
}

/** What test/support/needs.ts is to be asked for before the case is played. */
export function neededBy(name: string): string[] {
  return textOf(path.join(goldenDirectory, name, "needs"))
    .split(/\s+/)
    .filter(Boolean);
}

/** What the case expects. */
export function expected(name: string): Golden {
  const of = (file: string) => textOf(path.join(goldenDirectory, name, file));
  return { out: of("out"), err: of("err"), rc: of("rc").trim() || "0" };
}

/** Writes what was seen as what is expected. */
export function accept(name: string, { out, err, rc }: Golden): void {
  for (const [file, text] of Object.entries({ out, err, rc: rc === "0" ? "" : `${rc}\n` })) {
    const at = path.join(goldenDirectory, name, file);
    if (text === "") fs.rmSync(at, { force: true });
    else fs.writeFileSync(at, text);
  }
}

/** Runs a case in a place of its own and gives what it said, normalised. */
export async function play(name: string, places: Places): Promise<Golden> {
  const at = path.join(goldenDirectory, name);
  const place = fs.existsSync(path.join(at, "history")) ? await places.history() : await places.empty();
  try {
    const work = path.join(place.dir, "work");
    if (fs.existsSync(path.join(at, "files"))) fs.cpSync(path.join(at, "files"), work, { recursive: true });
    const env = environmentOf(textOf(path.join(at, "env")), place);
    const setup = textOf(path.join(at, "setup"));
    if (setup !== "") {
      const { code, stdout, stderr } = await place.run(["sh", "-e", "-c", setup], { cwd: work, env });
      if (code !== 0) throw new Error(`${name}: setup: ${stdout}${stderr}`);
    }
    const input = textOf(path.join(at, "in"));
    const script = textOf(path.join(at, "cmd"));
    const { code, stdout, stderr } = await place.run(["sh", "-c", script], { cwd: work, env, input });
    const clean = normaliser(place);
    return { out: clean(stdout), err: clean(stderr), rc: String(code) };
  } finally {
    place.remove();
  }
}

function environmentOf(text: string, { dir }: Sandbox): Record<string, string> {
  const lines = text.split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1).replaceAll("<dir>", dir)]),
  );
}

/** Nothing, where there is no such file. */
export function textOf(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

/**
 * What differs from run to run and from machine to machine, and what stands for it: directories, run ids, handles and ids of
 * artifacts (each with a number, so that one sees which is which), times, ages, durations, digests, the user, the host, the version.
 */
export function normaliser({ dir }: Pick<Sandbox, "dir">): (text: string) => string {
  const ids: string[] = [];
  const artifacts: string[] = [];
  const artifact = (id: string) => {
    if (!artifacts.includes(id)) artifacts.push(id);
    return `<artifact ${artifacts.indexOf(id) + 1}>`;
  };
  const numbered = (id: string) => {
    if (!ids.includes(id)) ids.push(id);
    return `<run ${ids.indexOf(id) + 1}>`;
  };
  const user = os.userInfo().username;
  const host = os.hostname();
  const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
  return (text) => {
    let out = text
      .replaceAll(dir, "<dir>")
      .replaceAll(dist(), "<dist>")
      .replace(/\b\d{8}-\d{6}-[0-9a-hjkmnp-tv-z]{6}\b/g, numbered);
    ids.forEach((id, i) => {
      out = out.replace(new RegExp(`\\b${id.slice(-6)}\\b`, "g"), `<handle ${i + 1}>`);
    });
    return (
      out
        .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>")
        .replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b/g, "<time>")
        .replace(/"(elapsed_s|wall_s|cpu_s)":[\d.]+/g, '"$1":<s>')
        .replace(/"(peak_mem_bytes|pid|marker_mtime)":\d+/g, '"$1":<n>')
        // Seen only where a look now and then met the process.
        .replace(/, [\d.]+ [KM]iB of memory at its peak/g, "")
        .replace(/-\d+(\.ndjson)/g, "-<n>$1")
        .replace(/\blocal-[0-9a-hjkmnp-tv-z]{6}-/g, "local-<handle>-")
        .replace(/\b(\d+s|\d+m \d\ds)( ago)?\b/g, "<age>")
        .replace(/\b(sha256:)?[0-9a-f]{64}\b/g, "<digest>")
        .replace(/\bsha256:[0-9a-f]{16}…/g, "<digest>")
        .replace(/\bart-[0-9a-f]{20}\b/g, artifact)
        .replace(/\b(ext|src|col)-[0-9a-f]{20}\b/g, "<$1>")
        .replaceAll(`user":"${user}"`, 'user":"<user>"')
        .replace(new RegExp(`(/(?:runs|snapshots|active|loose|events|queue)/)${user}\\b`, "g"), "$1<user>")
        .replace(new RegExp(`(/artifacts/\\w+/)${user}\\b`, "g"), "$1<user>")
        .replaceAll(`  ${user}`, "  <user>")
        .replaceAll(`you are ${user}`, "you are <user>")
        .replaceAll(`by         ${user},`, "by         <user>,")
        .replaceAll(host, "<host>")
        .replace(/\b\d{8}-(?=<host>)/g, "<day>-")
        .replaceAll(version, "<version>")
    );
  };
}

export interface Places {
  /** A copy of a place with an empty registry. */
  empty(): Promise<Sandbox>;
  /** A copy of a place whose registry holds the three runs. */
  history(): Promise<Sandbox>;
  remove(): void;
}

/** Makes each kind of place once, and copies of it for the cases. */
export function places(): Places {
  const made = new Map<string, Promise<{ template: Sandbox; copy(): Sandbox }>>();
  const once = async (kind: string, make: () => Promise<Sandbox>) => {
    const ready = made.get(kind) ?? make().then((template) => ({ template, copy: copier(template) }));
    made.set(kind, ready);
    return (await ready).copy();
  };
  return {
    empty: () => once("empty", bare),
    history: () => once("history", withHistory),
    async remove() {
      for (const { template } of await Promise.all(made.values())) template.remove();
    },
  };
}

async function bare(): Promise<Sandbox> {
  const place = await sandbox({ name: lengthened("golden"), extra: '[local]\nidle = "1s"\ncpus = 2\nmem = "4GB"\n' });
  fs.mkdirSync(path.join(place.dir, "work"));
  return place;
}

/** A name with which the place's path has the same length wherever temporary files are: columns of paths are as wide. */
function lengthened(name: string): string {
  const usual = path.join(fs.realpathSync(os.tmpdir()), `labkit ${name}'s 123456`).length;
  if (usual > 72) throw new Error(`golden cases need a shorter TMPDIR than '${os.tmpdir()}'`);
  return name + "n".repeat(72 - usual);
}

const goodRecipe = `name = "good"
command = ["sh", "good.sh"]
tags = ["first"]
[params]
lr = 1e-3
[resources]
time = "10m"
mem = "64MB"
`;
const goodScript = `echo 'one
two	[three]'
printf '%s\\n' '{"name":"loss","value":0.5,"step":1}' '{"name":"loss","value":0.25,"step":2}' '{"name":"acc","value":0.75,"step":2}' >>"$LAB_METRICS"
`;
const badRecipe = goodRecipe.replaceAll("good", "bad").replace("first", "second").replace("1e-3", "0.5");
const badScript = "echo 'Error: the \u001b[31mdata\u001b[0m are not there' >&2\nexit 3\n";
const idleRecipe = goodRecipe.replace('"good"', '"idle"').replace("first", "third");

async function withHistory(): Promise<Sandbox> {
  const place = await bare();
  const work = path.join(place.dir, "source");
  fs.mkdirSync(work);
  const files = {
    "good.toml": goodRecipe,
    "good.sh": goodScript,
    "bad.toml": badRecipe,
    "bad.sh": badScript,
    "idle.toml": idleRecipe,
  };
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(work, name), text);
  const script = `lab-run -q --wait --as-of 2026-11-20T12:00:01Z --note 'it went well' good.toml
lab-run -q --wait --as-of 2026-11-20T12:00:02Z --group two bad.toml
lab-plan --as-of 2026-11-20T12:00:03Z --json idle.toml | lab-snapshot | lab-resolve | lab-create | lab-render-sbatch -q
lab-ls --columns name,state --no-header`;
  const { stdout, stderr } = await place.run(["sh", "-c", script], { cwd: work });
  if (!/^idle +planned\nbad +failed\ngood +succeeded\n/m.test(stdout))
    throw new Error(`no history: ${stdout}${stderr}`);
  await until("its worker leaves", () => !worksIn(place.dir));
  return place;
}

/** Whether a process was started with a path of this place. */
function worksIn(dir: string): boolean {
  return fs.readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(dir);
    } catch {
      return false;
    }
  });
}

/** Copies of what a template holds. */
function copier(template: Sandbox): () => Sandbox {
  const all = copies(template.dir);
  return () => {
    const dir = all.make();
    const moved = (text: string) => text.replaceAll(template.dir.slice(-6), dir.slice(-6));
    const env = Object.fromEntries(Object.entries(template.env).map(([key, value]) => [key, moved(value)]));
    return {
      ...template,
      dir,
      env,
      home: moved(template.home),
      registry: moved(template.registry),
      artifacts: moved(template.artifacts),
      cluster: moved(template.cluster),
      run: (argv, how = {}) => template.run(argv, { cwd: dir, ...how, env: { ...env, ...how.env } }),
      remove: () => all.remove(dir),
    };
  };
}
