// One connection to another machine, over which everything goes: the user's own ssh, with her own configuration.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fault } from "../../record/fault.js";
import type { StopSignal } from "../../record/stop-signal.js";
import { lastLine, runChild } from "./child.js";
import type { Foreign } from "./foreign-cluster.js";

export interface Connection {
  /** The words that run ssh, up to the command over there. */
  ssh: readonly string[];
  /** The same without the host, for rsync's -e. */
  rsh: string;
  host: string;
  close(): void;
}

const plain = ["-T", "-a", "-x", "-oClearAllForwardings=yes"];

/**
 * Connects: over the master that the user has open, or that her configuration opens and keeps, else over one for this call
 * alone, with its socket in a directory of its own. ssh asks for passwords at the terminal. Throws unavailable.
 */
export async function connect(foreign: Foreign, env: Env, signal: StopSignal): Promise<Connection> {
  const as = foreign.user === undefined ? [] : ["-l", foreign.user];
  const usual = (options: readonly string[], close: () => void): Connection => {
    const words = [...options, ...plain, ...as];
    return {
      ssh: ["ssh", ...words, "--", foreign.host],
      rsh: ["ssh", ...words].join(" "),
      host: foreign.host,
      close,
    };
  };
  const theirs = usual([], () => {});
  if (await keepsMaster(foreign, as, signal)) {
    // Opened with nothing of ours to hold on to: it stays when we are gone.
    const { code, err } = await runChild([...theirs.ssh, "true"], { limit: 65_536, signal });
    if (code !== 0) throw unreachable(foreign, err);
    return theirs;
  }
  const directory = fs.mkdtempSync(path.join(shortPlace(env), "lab-ssh-"));
  const socket = path.join(directory, "s");
  try {
    const own = usual(["-S", socket, "-oControlMaster=no"], () => {});
    const master = await openMaster(["-S", socket, "-M", "-oControlPersist=no", ...plain, ...as], foreign, signal);
    const close = () => {
      master.kill("SIGTERM");
      fs.rmSync(directory, { recursive: true, force: true });
    };
    return { ...own, close };
  } catch (error) {
    fs.rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

type Env = Readonly<Record<string, string | undefined>>;

/** A path of a socket has at most 108 bytes, of which ssh needs some itself. */
function shortPlace(env: Env): string {
  const own = env["XDG_RUNTIME_DIR"] ?? "";
  return /^\/[\w./-]{1,40}$/.test(own) && fs.existsSync(own) ? own : "/tmp";
}

/** Whether the user's own configuration gives one connection for all that comes. */
async function keepsMaster({ host }: Foreign, as: readonly string[], signal: StopSignal): Promise<boolean> {
  const asked = await runChild(["ssh", "-G", ...as, "--", host], { limit: 1 << 20, signal });
  if (asked.code !== 0) throw fault("unavailable", `cannot use ssh for '${host}': ${lastLine(asked.err)}`);
  const said = new Map(
    asked.out
      .toString("utf8")
      .split("\n")
      .map((line): [string, string] => {
        const [, key = "", value = ""] = /^(\S+) ?(.*)$/.exec(line) ?? [];
        return [key, value];
      }),
  );
  if ((said.get("controlpath") ?? "none") === "none") return false;
  const opens = !["no", "false", undefined].includes(said.get("controlmaster"));
  const keeps = !["no", "0", undefined].includes(said.get("controlpersist"));
  if (opens && keeps) return true;
  return (await runChild(["ssh", ...as, "-O", "check", "--", host], { limit: 65_536, signal })).code === 0;
}

/** It ends when we do, however that is: what it runs over there reads from us, and we are silent. */
function openMaster(words: readonly string[], foreign: Foreign, signal: StopSignal): Promise<ChildProcess> {
  const hello = "lab-connected";
  const alive = ["-oServerAliveInterval=15", "-oServerAliveCountMax=4"];
  const child = spawn("ssh", [...words, ...alive, "--", foreign.host, `echo ${hello}; exec cat`], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  const stop = () => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  child.stdin.on("error", () => {});
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err = (err + text).slice(-8192);
  });
  return new Promise((resolve, reject) => {
    child.on("error", (cause) => reject(fault("unavailable", "cannot run ssh", { cause })));
    child.on("exit", () =>
      reject(signal.aborted ? fault("tempfail", "stopped by a signal before the end") : unreachable(foreign, err)),
    );
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      // Whatever the shell over there greets with comes before it.
      out = (out + text).slice(-8192);
      if (out.includes(hello)) resolve(child);
    });
  });
}

function unreachable({ name, host }: Foreign, err: string) {
  const why = lastLine(err);
  return fault("unavailable", `cannot reach ${name} (ssh ${host})${why === "" ? "" : `: ${why}`}`, {
    hint: `ssh ${host} true must work`,
  });
}
