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
  return whole(() => spawnServe(env, args));
}

export interface Watched extends Server {
  /** The longest that its event loop had no turn since this was asked last (ms). */
  stall_ms(): Promise<number>;
}

/** The same, which a few lines more watch from inside. `file` is where they write to. */
export async function watchedServe(env: NodeJS.ProcessEnv, file: string): Promise<Watched> {
  fs.writeFileSync(`${file}.cjs`, watcher(file));
  const options = `--require=${JSON.stringify(`${file}.cjs`)}`;
  const server = await whole(() => spawnServe({ ...env, NODE_OPTIONS: options }, []));
  const told = () => (fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").length : 0);
  return {
    ...server,
    stall_ms: async () => {
      const before = told();
      server.signal("SIGUSR2");
      while (told() === before) await setTimeout(5);
      return Number(fs.readFileSync(file, "utf8").trim().split("\n").at(-1));
    },
  };
}

const watcher = (file: string) => `
  const delay = require("perf_hooks").monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on("SIGUSR2", () => {
    require("fs").appendFileSync(${JSON.stringify(file)}, delay.max / 1e6 + "\\n");
    delay.reset();
  });
`;

function spawnServe(env: NodeJS.ProcessEnv, args: readonly string[]): ChildProcess {
  return spawn(built("lab-serve"), ["--json", "--open", ...args], { env, stdio: ["ignore", "pipe", "ignore"] });
}

async function whole(start: () => ChildProcess): Promise<Server & { signal(name: NodeJS.Signals): void }> {
  const began = performance.now();
  const child = start();
  const { url } = JSON.parse(await firstLine(child));
  const server = serverOf(child, new URL(url).origin);
  const end = began + 300_000;
  while (!JSON.parse((await server.ask("/healthz")).text).ready) {
    if (performance.now() > end) throw new Error("not all runs were there after five minutes");
    await setTimeout(20);
  }
  return { ...server, ready_ms: performance.now() - began, signal: (name) => void child.kill(name) };
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
