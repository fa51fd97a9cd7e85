// A place to run the built commands in: a directory of its own, with a registry, a home and a cluster file.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** Of the project; a built test is some levels below it. */
export const root = above(import.meta.dirname);

function above(dir: string): string {
  return fs.existsSync(path.join(dir, "package.json")) ? dir : above(path.dirname(dir));
}

export interface Result {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface How {
  env?: Record<string, string | undefined>;
  cwd?: string;
  input?: string;
  /** Run as this Unix user (as root only). */
  user?: User;
}

export interface User {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/** A user of the test cluster by name, or undefined where there is none. */
export function user(name: string): User | undefined {
  const line = spawnSync("getent", ["passwd", name], { encoding: "utf8" }).stdout.trim();
  const [, , uid, gid, , home] = line.split(":");
  return uid && gid && home ? { name, uid: Number(uid), gid: Number(gid), home } : undefined;
}

/** Words that run a command as a user with all of her groups, from root. */
export function asUser({ name, gid }: User, argv: string[]): string[] {
  return ["setpriv", `--reuid=${name}`, `--regid=${gid}`, "--init-groups", "--", ...argv];
}

/** Where the built commands are: with lib/build/test.mjs a copy that every user of the machine can read. */
export function dist(): string {
  return process.env["LAB_TEST_DIST"] ?? path.join(root, "dist");
}

export interface Sandbox {
  dir: string;
  home: string;
  env: Record<string, string>;
  registry: string;
  artifacts: string;
  cluster: string;
  /** Runs a command of ours (or any program) to its end. */
  run(argv: string[], how?: How): Promise<Result>;
  remove(): void;
}

/** A sandbox with a registry of its own, made by `lab-init`; `kind` is the scheduler's. */
export async function sandbox({
  kind = "local",
  owner,
  group,
  extra = "",
  name = "sandbox",
  env: more = {},
}: {
  kind?: string;
  owner?: User;
  group?: string;
  extra?: string;
  name?: string;
  /** Variables that every command gets, above the usual ones. */
  env?: Record<string, string>;
} = {}): Promise<Sandbox> {
  const dir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), `labkit ${name}'s `));
  fs.chmodSync(dir, 0o755);
  const home = path.join(dir, "home");
  fs.mkdirSync(home);
  const shared = path.join(dir, "shared");
  fs.mkdirSync(shared);
  if (owner) {
    fs.chownSync(home, owner.uid, owner.gid);
    fs.chownSync(shared, owner.uid, owner.gid);
  }
  const cluster = path.join(dir, "cluster.toml");
  const env = {
    HOME: home,
    PATH: `${path.join(dist(), "bin")}:${process.env["PATH"] ?? ""}`,
    LAB_CLUSTER: cluster,
    XDG_CACHE_HOME: path.join(home, ".cache"),
    TMPDIR: os.tmpdir(),
    TZ: "UTC",
    LC_ALL: "C.UTF-8",
    ...(process.env["SLURM_CONF"] ? { SLURM_CONF: process.env["SLURM_CONF"] } : {}),
    ...more,
  };
  const run = (argv: string[], how: How = {}) => execute(argv, { dir, ...how, env: { ...env, ...how.env } });
  const made = await run(
    [
      "lab-init",
      "--yes",
      "--json",
      "--root",
      shared,
      "--scheduler",
      kind,
      "--name",
      "test",
      "--output",
      path.join(home, "cluster.toml"),
      ...(group ? ["--group", group] : []),
    ],
    owner ? { user: owner } : {},
  );
  if (made.code !== 0) throw new Error(`lab-init: ${made.stderr}`);
  fs.writeFileSync(cluster, `${fs.readFileSync(path.join(home, "cluster.toml"), "utf8")}\n${extra}`);
  const remove = () => fs.rmSync(dir, { recursive: true, force: true });
  return {
    dir,
    home,
    env,
    registry: path.join(shared, "registry"),
    artifacts: path.join(shared, "artifacts"),
    cluster,
    run,
    remove,
  };
}

function execute(
  argv: string[],
  { dir, env, cwd, input, user: as }: How & { dir: string; env: Record<string, string | undefined> },
): Promise<Result> {
  const words = as ? asUser(as, argv) : argv;
  const merged: NodeJS.ProcessEnv = {};
  for (const [key, value] of Object.entries(env)) if (value !== undefined) merged[key] = value;
  const child = spawn(words[0] ?? "", words.slice(1), {
    cwd: cwd ?? dir,
    env: merged,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** The records of an NDJSON text. */
export function records(text: string): Record<string, never>[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Waits until `check` gives something truthy, for at most `seconds`; throws with `what` otherwise. */
export async function until<T>(what: string, check: () => T | Promise<T>, seconds = 120): Promise<NonNullable<T>> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await check();
    if (value) return value as NonNullable<T>;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
