// Servers that a bench asks: lab-serve, and one that hands out a file and does nothing else.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import readline from "node:readline";
import { setTimeout } from "node:timers/promises";
import { built } from "./programs.js";

export interface Server {
  /** Without a path. */
  origin: string;
  /** From its start until all was there (ms). */
  ready_ms: number;
  /** Processor time so far (ms). */
  cpu_ms(): number;
  /** Resident memory (MiB), now and at most. */
  memory(): { now: number; peak: number };
  /** The answer to a path, and how long it took (ms). */
  ask(path: string): Promise<{ text: string; ms: number }>;
  stop(): Promise<void>;
}

/** Starts lab-serve, without a token, and waits until all runs are in its index. */
export async function labServe(env: NodeJS.ProcessEnv, args: readonly string[] = []): Promise<Server> {
  const began = performance.now();
  const child = spawn(built("lab-serve"), ["--json", "--open", ...args], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { url } = JSON.parse(await firstLine(child));
  const server = serverOf(child, new URL(url).origin);
  const end = began + 300_000;
  while (!JSON.parse((await server.ask("/healthz")).text).ready) {
    if (performance.now() > end) throw new Error("not all runs were there after five minutes");
    await setTimeout(20);
  }
  return { ...server, ready_ms: performance.now() - began };
}

/** A program of a few lines that answers every request with a file. */
export async function fileServer(file: string): Promise<Server> {
  const child = spawn(process.execPath, ["-e", program, file], { stdio: ["ignore", "pipe", "ignore"] });
  return serverOf(child, `http://127.0.0.1:${await firstLine(child)}`);
}

const program = `
  const [fs, file] = [require("fs"), process.argv[1]];
  const server = require("http").createServer((_, response) => {
    fs.stat(file, (_, { size }) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": size });
      fs.createReadStream(file).pipe(response);
    });
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("it has no output");
  const [line] = await once(readline.createInterface(child.stdout), "line", { signal: AbortSignal.timeout(60_000) });
  return line as string;
}

function serverOf(child: ChildProcess, origin: string): Server {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const about = (name: string) => fs.readFileSync(`/proc/${child.pid}/${name}`, "utf8");
  const mib = (field: string) => Number(new RegExp(`${field}:\\s*(\\d+) kB`).exec(about("status"))?.[1]) / 1024;
  return {
    origin,
    ready_ms: Number.NaN,
    // In hundredths of a second, after a name that may have anything in it.
    cpu_ms: () => {
      const [user, system] = about("stat")
        .replace(/^.*\) /, "")
        .split(" ")
        .slice(11, 13);
      return (Number(user) + Number(system)) * 10;
    },
    memory: () => ({ now: Math.round(mib("VmRSS")), peak: Math.round(mib("VmHWM")) }),
    ask: (path) => answerOf(`${origin}${path}`, agent),
    stop: async () => {
      agent.destroy();
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

function answerOf(url: string, agent: http.Agent): Promise<{ text: string; ms: number }> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part) => parts.push(part)).on("error", reject);
      response.on("end", () => {
        const ms = performance.now() - began;
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200) resolve({ text, ms });
        else reject(new Error(`${url}: ${response.statusCode} ${text}`));
      });
    });
    request.on("error", reject);
  });
}
