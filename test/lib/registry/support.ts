// What the registry's tests share: a small registry, child processes that work in it, and the users that they play.
import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import esbuild from "esbuild";
import type { Test } from "tap";
import { otherAreas, registryFile, userAreas } from "../../../lib/registry/layout.js";
import { openRegistry, type Registry } from "../../../lib/registry/open.js";
import { recordText } from "../../../lib/registry/write.js";
import { possible } from "../../support/needs.js";
import type { Answer, Request } from "./child.js";

export const uid = os.userInfo().uid;
export const user = os.userInfo().username;
export const isRoot = uid === 0;

export { possible };

type T = Pick<Test, "teardown" | "comment" | "fail" | "fullname">;

/** A new directory that other users can enter, gone after the test. */
export function place(t: T): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lab-registry-"));
  fs.chmodSync(directory, 0o755);
  t.teardown(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A registry without the many directories that only claims and aliases need. */
export function smallRegistry(t: T, more: object = {}): Registry {
  const base = path.join(place(t), "registry");
  fs.mkdirSync(base, { mode: 0o755 });
  for (const area of [...userAreas, ...otherAreas]) {
    fs.mkdirSync(path.join(base, area));
    fs.chmodSync(path.join(base, area), 0o1777);
  }
  const created_at = "2026-11-20T12:00:00.000Z";
  const record = { format: "lab-registry", version: 1, id: "test-registry", founder: uid, created_at, ...more };
  fs.writeFileSync(registryFile(base), recordText(record), { mode: 0o644 });
  return openRegistry(base, uid);
}

let program: string | undefined;

/** child.ts as one file that every user can run. */
function childProgram(): string {
  if (program === undefined) {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lab-child-"));
    fs.chmodSync(directory, 0o755);
    process.on("exit", () => fs.rmSync(directory, { recursive: true, force: true }));
    program = path.join(directory, "child.cjs");
    const entry = path.resolve("test/lib/registry/child.ts");
    esbuild.buildSync({ entryPoints: [entry], outfile: program, bundle: true, platform: "node", target: "node20" });
  }
  return program;
}

export interface How extends Omit<Request, "act" | "args"> {
  /** Whom it runs as. */
  as?: string | undefined;
  /** What is run before it in a mount namespace of its own, as root. */
  mount?: string;
}

function commandOf(act: Request["act"], args: unknown[], { as, mount, ...more }: How): [string, string[]] {
  const request = JSON.stringify({ act, args, ...more });
  const words = [process.execPath, childProgram(), request];
  if (as !== undefined) words.unshift("setpriv", "--reuid", as, "--regid", groupOf(as), "--init-groups", "--");
  if (mount !== undefined) words.unshift("unshare", "--mount", "sh", "-e", "-c", `${mount}\nexec "$@"`, "sh");
  const [command = "", ...rest] = words;
  return [command, rest];
}

function groupOf(name: string): string {
  return spawnSync("id", ["--group", name], { encoding: "utf8" }).stdout.trim();
}

/** Runs one act of child.ts to its end. */
export function child(
  act: Request["act"],
  args: unknown[],
  how: How = {},
): SpawnSyncReturns<string> & { answer?: Answer } {
  const [command, words] = commandOf(act, args, how);
  const env = { PATH: process.env["PATH"], TMPDIR: os.tmpdir() };
  const result = spawnSync(command, words, {
    encoding: "utf8",
    timeout: 120_000,
    killSignal: "SIGKILL",
    env,
    cwd: "/",
  });
  const line = result.stdout.trim().split("\n").at(-1) ?? "";
  return line.startsWith("{") ? { ...result, answer: JSON.parse(line) as Answer } : result;
}

/** The answer alone; a process that gave none is an error. */
export function answer(act: Request["act"], args: unknown[], how: How = {}): Answer {
  const { answer: given, status, signal, stderr } = child(act, args, how);
  if (given === undefined) throw new Error(`no answer: ${status ?? signal} ${stderr}`);
  return given;
}

/** Runs acts at once: all are ready before the first begins. */
export async function atOnce(acts: [act: Request["act"], args: unknown[], how?: How][]): Promise<Answer[]> {
  const running = acts.map(([act, args, how]) => start(act, args, { ...how, waits: true }));
  await Promise.all(running.map(({ ready }) => ready));
  for (const { go } of running) go();
  return Promise.all(running.map(({ done }) => done));
}

function start(act: Request["act"], args: unknown[], how: How) {
  const [command, words] = commandOf(act, args, how);
  const process = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"], cwd: "/" });
  let text = "";
  let isReady = () => {};
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  process.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    if (text.startsWith("ready\n")) isReady();
  });
  const done = new Promise<Answer>((resolve) => {
    process.on("close", (code, signal) => {
      isReady();
      const line = text.split("\n")[1] ?? "";
      resolve(line.startsWith("{") ? (JSON.parse(line) as Answer) : { bug: `${code ?? signal}: ${text}` });
    });
  });
  return { ready, done, go: () => process.stdin.end() };
}

/** The users of the lab whom the tests play, all of the group lab-research; undefined where they are not. */
export function people(t: T): { alice: string; bob: string; carol: string; gid: number } | undefined {
  const gid = Number(spawnSync("getent", ["group", "lab-research"], { encoding: "utf8" }).stdout.split(":")[2]);
  const names = ["lab-alice", "lab-bob", "lab-carol"];
  const known = names.every((name) => spawnSync("getent", ["passwd", name]).status === 0);
  const can = isRoot && known && Number.isInteger(gid) && spawnSync("setpriv", ["--version"]).status === 0;
  if (!possible(t, can, "several users (root, and lab-alice, lab-bob, lab-carol of test/slurm/cluster)"))
    return undefined;
  return { alice: "lab-alice", bob: "lab-bob", carol: "lab-carol", gid };
}

/** The permission bits, as octal digits. */
export function modeOf(file: string): string {
  return (fs.lstatSync(file).mode & 0o7777).toString(8);
}

/** The names in a directory that are no temp files. */
export function namesIn(directory: string): string[] {
  return fs
    .readdirSync(directory)
    .filter((name) => !name.startsWith(".tmp-"))
    .sort();
}
