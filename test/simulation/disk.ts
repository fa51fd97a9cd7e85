// Node's file system as a simulated process has it: every call sleeps until the simulation answers.
import fs from "node:fs";
import type { FileSystem } from "../../lib/registry/disk.js";
import { type Answer, type Call, hear, type Memory, type Stat, say, states } from "./protocol.js";
import { chosen } from "./seeded.js";

/** Thrown by every call of a process that was killed; nothing that it does has an effect any more. */
export class Killed extends Error {}

export interface Thread {
  shared: Memory;
  dead: boolean;
}

export function ask(thread: Thread, call: Call): unknown {
  if (thread.dead) throw new Killed();
  const { control } = thread.shared;
  say(thread.shared, call, states.asks);
  while (Atomics.load(control, 0) === states.asks) Atomics.wait(control, 0, states.asks);
  const answer = hear<Answer>(thread.shared);
  if ("dies" in answer) {
    thread.dead = true;
    throw new Killed();
  }
  if ("value" in answer) return answer.value;
  const error = Object.assign(new Error(`${answer.errno}: ${call.op} '${call.path ?? call.fd}'`), {
    code: answer.errno,
    syscall: call.op,
  });
  throw error;
}

export function simulatedDisk(thread: Thread): FileSystem {
  const call = (one: Call) => ask(thread, one);
  const lstatSync = (path: string, { bigint = false, throwIfNoEntry = true } = {}) => {
    try {
      return statsOf(call({ op: "lstat", path }) as Stat, bigint);
    } catch (error) {
      if (!throwIfNoEntry && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  };
  const openSync = (path: string, flags: number | string = "r", mode = 0o666) =>
    call({ op: "open", path, flags: flagsOf(flags), mode }) as number;
  const closeSync = (fd: number) => void call({ op: "close", fd });
  const readSync = (
    fd: number,
    buffer: Uint8Array,
    offset = 0,
    length = buffer.length,
    position: number | null = null,
  ) => {
    const bytes = Buffer.from(call({ op: "read", fd, length, position }) as string, "latin1");
    buffer.set(bytes, offset);
    return bytes.length;
  };
  const writeSync = (fd: number, content: string | Uint8Array) =>
    call({ op: "write", fd, bytes: Buffer.from(content as Uint8Array).toString("latin1"), position: null }) as number;
  const withFile = <T>(file: string | number, flags: string, act: (fd: number) => T): T => {
    if (typeof file === "number") return act(file);
    const fd = openSync(file, flags);
    try {
      return act(fd);
    } finally {
      closeSync(fd);
    }
  };
  const readFileSync = (file: string | number, encoding?: BufferEncoding) => {
    if (typeof file === "string" && file.startsWith("/proc/")) return procOf(thread, file);
    const bytes = withFile(file, "r", (fd) => {
      const parts: Buffer[] = [];
      for (;;) {
        const part = Buffer.from(call({ op: "read", fd, length: 65_536, position: null }) as string, "latin1");
        if (part.length === 0) return Buffer.concat(parts);
        parts.push(part);
      }
    });
    return encoding ? bytes.toString(encoding) : bytes;
  };
  const readdirSync = (path: string, options?: { withFileTypes?: boolean }) => {
    const found = call({ op: "readdir", path }) as { name: string; isDirectory: boolean }[];
    if (!options?.withFileTypes) return found.map(({ name }) => name);
    return found.map(({ name, isDirectory }) => ({
      name,
      isDirectory: () => isDirectory,
      isFile: () => !isDirectory,
      isSymbolicLink: () => false,
    }));
  };
  const existsSync = (path: string) => {
    try {
      return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    } catch (error) {
      if (error instanceof Killed) throw error;
      return false;
    }
  };
  const has = {
    constants: fs.constants,
    openSync,
    closeSync,
    readSync,
    writeSync,
    readFileSync,
    writeFileSync: (file: string | number, content: string | Uint8Array) =>
      void withFile(file, "w", (fd) => writeSync(fd, content)),
    fstatSync: (fd: number, { bigint = false } = {}) => statsOf(call({ op: "fstat", fd }) as Stat, bigint),
    lstatSync,
    statSync: lstatSync,
    existsSync,
    accessSync: (path: string) => void lstatSync(path),
    realpathSync: (path: string) => {
      lstatSync(path);
      return path;
    },
    linkSync: (path: string, to: string) => void call({ op: "link", path, to }),
    renameSync: (path: string, to: string) => void call({ op: "rename", path, to }),
    unlinkSync: (path: string) => void call({ op: "unlink", path }),
    rmdirSync: (path: string) => void call({ op: "rmdir", path }),
    rmSync: (path: string, { force = false } = {}) => {
      try {
        call({ op: "unlink", path });
      } catch (error) {
        if (!force || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      }
    },
    mkdirSync: (path: string, { mode = 0o777 } = {}) => void call({ op: "mkdir", path, mode }),
    readdirSync,
    opendirSync: (path: string) => {
      const entries = readdirSync(path, { withFileTypes: true });
      return { readSync: () => entries.shift() ?? null, closeSync: () => {} };
    },
    chmodSync: (path: string, mode: number) => void call({ op: "chmod", path, mode }),
    fchmodSync: (fd: number, mode: number) => void call({ op: "fchmod", fd, mode }),
    fsyncSync: (fd: number) => void call({ op: "fsync", fd }),
    chownSync: () => {},
  };
  const inAnyOrder = anyOrder();
  return new Proxy(has, {
    get(target, name) {
      if (name in target) return target[name as keyof typeof target];
      const sync = target[`${String(name)}Sync` as keyof typeof target];
      if (sync !== undefined) return inAnyOrder(sync as (...args: unknown[]) => unknown);
      throw new Error(`the simulation has no fs.${String(name)}`);
    },
  }) as unknown as FileSystem;
}

/**
 * The asynchronous form of a call. Those that a process has asked for and not been answered are made one after the other, in
 * an order of which it knows nothing.
 */
function anyOrder() {
  const asked: (() => void)[] = [];
  const next = () => {
    const [one] = asked.splice(chosen(asked.length), 1);
    one?.();
    if (asked.length > 0) queueMicrotask(next);
  };
  return (sync: (...args: unknown[]) => unknown) =>
    (...args: unknown[]) => {
      const done = args.pop() as (error: unknown, value?: unknown) => void;
      const one = () => {
        let value: unknown;
        try {
          value = sync(...args);
        } catch (error) {
          done(error);
          return;
        }
        done(null, value);
      };
      if (asked.push(one) === 1) queueMicrotask(next);
    };
}

function flagsOf(flags: number | string): number {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_EXCL, O_RDONLY } = fs.constants;
  if (typeof flags === "number") return flags;
  const known: Record<string, number> = {
    r: O_RDONLY,
    w: O_WRONLY | O_CREAT | O_TRUNC,
    wx: O_WRONLY | O_CREAT | O_EXCL,
  };
  return known[flags] ?? O_RDONLY;
}

function statsOf({ ino, isDirectory, mode, uid, size, links, mtime, ctime }: Stat, bigint: boolean) {
  const number = (n: number) => (bigint ? BigInt(Math.floor(n)) : n);
  return {
    ino: number(ino),
    dev: number(7),
    mode: number(mode),
    uid: number(uid),
    gid: number(uid),
    size: number(size),
    nlink: number(links),
    mtimeMs: number(mtime),
    ctimeMs: number(ctime),
    isFile: () => !isDirectory,
    isDirectory: () => isDirectory,
    isSymbolicLink: () => false,
  };
}

/** The start time of a process is its pid here. */
function procOf(thread: Thread, file: string): string {
  const pid = file.split("/")[2] ?? "0";
  if (ask(thread, { op: "alive", fd: Number(pid) }) !== true)
    throw Object.assign(new Error(`ENOENT: ${file}`), { code: "ENOENT", syscall: "open" });
  return `${pid} (lab) S ${Array.from({ length: 18 }, () => "0").join(" ")} ${pid} 0`;
}
