// Runs a kernel of its own, as an ordinary process of this machine, and in it driver.ts; gives what that found.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import esbuild from "esbuild";
import { dist, root } from "../support/sandbox.js";
import type { Finding, Plan } from "./plan.js";

export interface Guest {
  plan: Plan;
  /** The file system behind the NFS server. */
  server?: "tmpfs" | "ext4";
  /** Of both mounts. */
  options?: string;
  /** After so many seconds it is ended. */
  limit_s: number;
}

export interface Ran {
  findings: Finding[];
  /** What the guest said on its console. */
  said: string;
  seconds: number;
}

const memory_bytes = 1280 * 2 ** 20;
/** So much of what a guest says is kept; one that says more is ended. */
const enough = 2 ** 20;

export async function runGuest({ plan, server = "tmpfs", options = "vers=4.2", limit_s }: Guest): Promise<Ran> {
  const work = workDirectory();
  try {
    fs.symlinkSync("/usr/lib/uml/modules", path.join(work, "lib/modules"));
    for (const name of ["driver", "agent"])
      esbuild.buildSync({
        entryPoints: [path.join(root, `test/nfs/${name}.ts`)],
        outfile: path.join(work, `${name}.cjs`),
        bundle: true,
        platform: "node",
        target: "node20",
      });
    fs.copyFileSync(path.join(root, "test/nfs/init.sh"), path.join(work, "init"));
    fs.writeFileSync(
      path.join(work, "settings"),
      `NODE=${process.execPath}\nDIST=${dist()}\nSERVER=${server}\nOPTIONS=${options}\n`,
    );
    fs.writeFileSync(path.join(work, "plan.json"), JSON.stringify(plan));
    const began = Date.now();
    const said = await boot(work, limit_s);
    return { findings: findingsIn(work), said, seconds: (Date.now() - began) / 1000 };
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** The kernel takes its arguments as words, and every user of the guest must be able to read what is there. */
function workDirectory(): string {
  const parent = os.tmpdir();
  const work = fs.mkdtempSync(path.join(/^[\w./+-]+$/.test(parent) ? parent : "/tmp", "lab-nfs-"));
  fs.chmodSync(work, 0o755);
  for (const name of ["lib", "uml"]) fs.mkdirSync(path.join(work, name));
  return work;
}

/** Resolves when every process of the guest has ended. It ends with us, however we end: boot.sh watches its stdin. */
function boot(work: string, limit_s: number): Promise<string> {
  const kernel = [
    "linux.uml",
    `mem=${memory_bytes / 2 ** 20}M`,
    "rootfstype=hostfs",
    "rootflags=/",
    "ro",
    `init=${path.join(work, "init")}`,
    "con=null",
    "con0=null,fd:1",
    "ssl=null",
    "quiet",
    `uml_dir=${path.join(work, "uml")}`,
    "umid=guest",
  ];
  const words = [path.join(root, "test/nfs/boot.sh"), String(limit_s), ...kernel];
  const env = { PATH: process.env["PATH"] ?? "", TMPDIR: memoryDirectory(work) };
  const child = spawn("bash", words, { stdio: ["pipe", "pipe", "pipe"], env, cwd: "/", detached: true });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.length > enough) child.stdin.destroy();
    });
  child.stdin.on("error", () => {});
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => {
      child.stdin.destroy();
      resolve(said);
    });
  });
}

/** The guest's memory is a file that has no name: in memory, where there is enough of that. */
function memoryDirectory(work: string): string {
  try {
    const { bavail, bsize } = fs.statfsSync("/dev/shm");
    if (bavail * bsize > memory_bytes) return "/dev/shm";
  } catch {
    // There is none.
  }
  return work;
}

function findingsIn(work: string): Finding[] {
  const file = path.join(work, "findings.ndjson");
  if (!fs.existsSync(file)) return [];
  const lines = fs.readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Finding);
}
