// Starts git. node:child_process alone: execa costs as much at start as the whole snapshot of an unchanged tree.
import { spawn } from "node:child_process";
import fs from "node:fs";
import { fault } from "../record/fault.js";

export interface GitResult {
  code: number;
  out: Buffer;
  err: string;
}

/** Where and how a git process runs; `scratch` is a directory of our own for what it prints. */
export interface GitPlace {
  cwd: string;
  env: Record<string, string | undefined>;
  scratch: string;
}

let serial = 0;

/**
 * Runs git to its end. What it prints goes through files, so that it goes on while this process is busy reading files
 * and not its pipe. Throws unavailable where git cannot be started; how it ended is for the caller to judge.
 */
export async function runGit(args: string[], { cwd, env, scratch }: GitPlace): Promise<GitResult> {
  serial += 1;
  const out = fs.openSync(`${scratch}/out-${serial}`, "wx+", 0o600);
  const err = fs.openSync(`${scratch}/err-${serial}`, "wx+", 0o600);
  try {
    const child = spawn("git", args, { cwd, env, stdio: ["ignore", out, err] });
    const code = await new Promise<number>((resolve, reject) => {
      child.on("error", (error) => reject(notStarted(error)));
      child.on("close", (status) => resolve(status ?? 255));
    });
    return { code, out: contents(out), err: contents(err).toString("utf8") };
  } finally {
    fs.closeSync(out);
    fs.closeSync(err);
  }
}

/** The first `limit` bytes that git prints, and whether there was more; it is ended once they are there. */
export async function runGitBounded(args: string[], { cwd, env }: GitPlace, limit: number) {
  const child = spawn("git", args, { cwd, env, stdio: ["ignore", "pipe", "ignore"] });
  const chunks: Buffer[] = [];
  let length = 0;
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", (error) => reject(notStarted(error)));
    child.on("close", (status) => resolve(status ?? 255));
    child.stdout.on("data", (chunk: Buffer) => {
      if (length <= limit) chunks.push(chunk);
      length += chunk.length;
      if (length > limit) child.kill();
    });
  });
  return { code, out: Buffer.concat(chunks).subarray(0, limit), more: length > limit };
}

function contents(fd: number): Buffer {
  const { size } = fs.fstatSync(fd);
  const buffer = Buffer.allocUnsafe(size);
  let at = 0;
  while (at < size) {
    const got = fs.readSync(fd, buffer, at, size - at, at);
    if (got === 0) break;
    at += got;
  }
  return buffer.subarray(0, at);
}

function notStarted(error: Error) {
  return fault("unavailable", "cannot run git", {
    hint: "install git, or put it on PATH: the files of a repository are listed by it",
    cause: error,
  });
}
