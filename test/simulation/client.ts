// A host of a network file system: what it believes of the server, and for how long. Modelled on Linux's NFS client as
// measured: a name that was looked up before it existed stays absent for 30 s, what stat says is up to 3 s old, an open
// file's content is that of its opening or newer, and whoever changes a directory sees it as it is. How old a listing can
// be differs between file systems, so that is a parameter.
import fs from "node:fs";
import type { Call, Stat } from "./protocol.js";
import type { Random } from "./random.js";
import { Errno, type Inode, type Server } from "./server.js";

export interface Staleness {
  /** Names that are known or known to be absent (milliseconds). */
  names: number;
  /** Sizes, times, and whether a file that was known is still there. */
  attributes: number;
  /** Listings of directories. */
  listings: number;
}

interface Pages {
  data: Buffer;
  change: number;
  at: number;
  /** What was written and not sent yet. */
  dirty: { position: number; bytes: Buffer }[];
}

interface Open {
  ino: number;
  /** How many errors of writing the file were met before it was opened, or told of since. */
  errors: number;
  flags: number;
  position: number;
}

const { O_CREAT, O_EXCL, O_APPEND, O_TRUNC, O_DIRECTORY, O_WRONLY, O_RDWR } = fs.constants;
/** What the kernel makes of a name that is believed. */
const mostly = 0.85;

export interface Trouble {
  /** Called right before the server writes bytes or makes a name: throws ENOSPC, EDQUOT, EROFS. */
  beforeWrite(): void;
}

export type Host = ReturnType<typeof clientHost>;

/** One host; `process` opens its view for one process. All times are the server's. */
export function clientHost(server: Server, now: () => number, random: Random, stale: Staleness, trouble: Trouble) {
  const names = new Map<number, Map<string, { ino: number | undefined; at: number }>>();
  const attributes = new Map<number, { stat: Stat; at: number }>();
  const listings = new Map<number, { names: string[]; at: number }>();
  const pages = new Map<number, Pages>();
  /** Errors of writing: every open file hears of each once, whoever's bytes they were. */
  const errors = new Map<number, { count: number; code: string }>();

  const isFresh = (at: number, limit: number) => now() - at < limit && random.chance(mostly);
  const know = (dir: number, name: string, ino: number | undefined) => {
    const known = names.get(dir) ?? new Map();
    names.set(dir, known);
    known.set(name, { ino, at: now() });
  };

  /** This host's own change of a directory tells it that what it knew is old. */
  function changed(dir: number, name: string, ino: number | undefined): void {
    names.delete(dir);
    listings.delete(dir);
    attributes.delete(dir);
    know(dir, name, ino);
  }

  function lookup(dir: number, name: string): number | undefined {
    const known = names.get(dir)?.get(name);
    if (known && isFresh(known.at, stale.names)) return known.ino;
    const ino = server.lookup(dir, name);
    know(dir, name, ino);
    if (ino !== undefined) attributes.set(ino, { stat: statOf(server.get(ino)), at: now() });
    return ino;
  }

  function split(path: string): string[] {
    return path.split("/").filter((part) => part !== "" && part !== ".");
  }

  function walk(parts: string[]): number {
    let at = server.root;
    for (const name of parts) {
      const ino = lookup(at, name);
      if (ino === undefined) throw new Errno("ENOENT");
      at = ino;
    }
    return at;
  }

  function parentOf(path: string): [dir: number, name: string] {
    const parts = split(path);
    const name = parts.pop() ?? "";
    return [walk(parts), name];
  }

  function statAt(path: string): Stat {
    const [dir, name] = parentOf(path);
    const ino = name === "" ? server.root : lookup(dir, name);
    if (ino === undefined) throw new Errno("ENOENT");
    try {
      return getattr(ino);
    } catch (error) {
      if (!(error instanceof Errno) || error.code !== "ESTALE") throw error;
    }
    // What the name meant is gone: the kernel looks it up once more.
    const again = server.lookup(dir, name);
    know(dir, name, again);
    if (again === undefined) throw new Errno("ENOENT");
    return getattr(again);
  }

  function getattr(ino: number): Stat {
    const known = attributes.get(ino);
    if (known && isFresh(known.at, stale.attributes)) return withDirty(ino, known.stat);
    const stat = statOf(server.get(ino));
    attributes.set(ino, { stat, at: now() });
    return withDirty(ino, stat);
  }

  function withDirty(ino: number, stat: Stat): Stat {
    const ends = (pages.get(ino)?.dirty ?? []).map(({ position, bytes }) => position + bytes.length);
    return { ...stat, size: Math.max(stat.size, ...ends) };
  }

  function list(path: string): { name: string; isDirectory: boolean }[] {
    const dir = walk(split(path));
    if (!server.get(dir).isDirectory) throw new Errno("ENOTDIR");
    const known = listings.get(dir);
    const found = known && isFresh(known.at, stale.listings) ? known.names : [...server.get(dir).names.keys()];
    if (found !== known?.names) listings.set(dir, { names: found, at: now() });
    return found.map((name) => ({ name, isDirectory: server.at(`${path}/${name}`)?.isDirectory ?? false }));
  }

  /** Close-to-open: what was closed before is read now. */
  function revalidate(ino: number): Pages {
    const inode = server.get(ino);
    attributes.set(ino, { stat: statOf(inode), at: now() });
    const known = pages.get(ino);
    const fresh: Pages = { data: inode.data, change: inode.change, at: now(), dirty: known?.dirty ?? [] };
    pages.set(ino, fresh);
    return fresh;
  }

  function content(ino: number): Buffer {
    let known = pages.get(ino);
    if (!known || !isFresh(known.at, stale.attributes)) known = revalidate(ino);
    let data = known.data;
    for (const { position, bytes } of known.dirty) {
      const size = Math.max(data.length, position + bytes.length);
      data = Buffer.concat([data, Buffer.alloc(size - data.length)]);
      bytes.copy(data, position);
    }
    return data;
  }

  function flush(ino: number): void {
    const known = pages.get(ino);
    if (!known || known.dirty.length === 0) return;
    const { dirty } = known;
    // What cannot be sent is lost: the caller is told once.
    known.dirty = [];
    for (const { position, bytes } of dirty) {
      try {
        trouble.beforeWrite();
      } catch (error) {
        // A part may have got there.
        const part = bytes.subarray(0, random.below(bytes.length + 1));
        if (part.length > 0 && error instanceof Errno && error.code !== "EROFS") server.write(ino, part, position);
        revalidate(ino);
        errors.set(ino, { count: (errors.get(ino)?.count ?? 0) + 1, code: (error as Errno).code });
        return;
      }
      server.write(ino, bytes, position);
    }
    revalidate(ino);
  }

  /** The kernel may send a part of what was written whenever it likes. */
  function flushPart(ino: number): void {
    const [first, ...rest] = pages.get(ino)?.dirty ?? [];
    if (!first || first.bytes.length < 2) return;
    const length = 1 + random.below(first.bytes.length - 1);
    const later = { position: first.position + length, bytes: first.bytes.subarray(length) };
    (pages.get(ino) as Pages).dirty = [{ position: first.position, bytes: first.bytes.subarray(0, length) }];
    flush(ino);
    (pages.get(ino) as Pages).dirty = [later, ...rest];
  }

  function forProcess(uid: number) {
    const opened = new Map<number, Open>();
    let nextFd = 10;
    /** What the process is told though it was done: EEXIST or ENOENT by a request that was sent twice, or EIO. */
    let toldAfter: string | undefined;

    function open({ path = "", flags = 0, mode = 0o644 }: Call): number {
      const [dir, name] = parentOf(path);
      const fd = (ino: number) => {
        nextFd += 1;
        opened.set(nextFd, { ino, flags, position: 0, errors: errors.get(ino)?.count ?? 0 });
        return nextFd;
      };
      if (name === "") return fd(server.root);
      if (flags & O_CREAT) {
        const known = names.get(dir)?.get(name);
        if (flags & O_EXCL && known?.ino !== undefined && isFresh(known.at, stale.names)) throw new Errno("EEXIST");
        const there = server.lookup(dir, name);
        if (there !== undefined && flags & O_EXCL) {
          names.get(dir)?.delete(name);
          throw new Errno("EEXIST");
        }
        if (there === undefined) {
          trouble.beforeWrite();
          const ino = server.create(dir, name, false, 0o100000 | mode, uid);
          if (toldAfter !== undefined) {
            names.get(dir)?.delete(name);
            throw new Errno(toldAfter);
          }
          changed(dir, name, ino);
          revalidate(ino);
          return fd(ino);
        }
      } else {
        const known = names.get(dir)?.get(name);
        if (known && known.ino === undefined && isFresh(known.at, stale.names)) throw new Errno("ENOENT");
      }
      const ino = server.lookup(dir, name);
      know(dir, name, ino);
      if (ino === undefined) throw new Errno("ENOENT");
      const inode = server.get(ino);
      if (flags & O_DIRECTORY && !inode.isDirectory) throw new Errno("ENOTDIR");
      if (inode.isDirectory && flags & (O_WRONLY | O_RDWR)) throw new Errno("EISDIR");
      if (flags & O_TRUNC) {
        inode.data = Buffer.alloc(0);
        inode.change += 1;
      }
      revalidate(ino);
      return fd(ino);
    }

    function handle(fd = -1): Open {
      const found = opened.get(fd);
      if (!found) throw new Errno("EBADF");
      return found;
    }

    function write({ fd, bytes: text = "", position }: Call): number {
      const file = handle(fd);
      const bytes = Buffer.from(text, "latin1");
      const known = pages.get(file.ino) ?? revalidate(file.ino);
      // Appending is done by the host: at the end as it knows it.
      const at = file.flags & O_APPEND ? withDirty(file.ino, getattr(file.ino)).size : (position ?? file.position);
      known.dirty.push({ position: at, bytes });
      file.position = at + bytes.length;
      const luck = random.below(10);
      if (luck < 3) flush(file.ino);
      else if (luck < 5) flushPart(file.ino);
      return bytes.length;
    }

    function read({ fd, length = 0, position }: Call): string {
      const file = handle(fd);
      const at = position ?? file.position;
      const data = content(file.ino).subarray(at, at + length);
      if (position === null || position === undefined) file.position += data.length;
      return data.toString("latin1");
    }

    /** Sends what was written, and says what went wrong with it. */
    function sync(file: Open): void {
      flush(file.ino);
      const met = errors.get(file.ino);
      if (!met || met.count === file.errors) return;
      file.errors = met.count;
      throw new Errno(met.code);
    }

    /** Only a descriptor that could write sends what was written, and is told of errors (Linux, nfs_file_flush). */
    function close({ fd }: Call): void {
      const file = handle(fd);
      opened.delete(fd as number);
      if (file.flags & (O_WRONLY | O_RDWR)) sync(file);
    }

    const inDirectory = (path: string, act: (dir: number, name: string) => number | undefined) => {
      const [dir, name] = parentOf(path);
      trouble.beforeWrite();
      let ino: number | undefined;
      try {
        ino = act(dir, name);
        if (toldAfter !== undefined) throw new Errno(toldAfter);
      } catch (error) {
        names.get(dir)?.delete(name);
        throw error;
      }
      changed(dir, name, ino);
    };
    /** A name that is believed to be there is one that cannot be made. */
    const checkFree = (dir: number, name: string) => {
      const known = names.get(dir)?.get(name);
      if (known?.ino !== undefined && isFresh(known.at, stale.names)) throw new Errno("EEXIST");
    };
    /** A name that is believed to be absent is one that cannot be removed. */
    const checkThere = (dir: number, name: string) => {
      const known = names.get(dir)?.get(name);
      if (known && known.ino === undefined && isFresh(known.at, stale.names)) throw new Errno("ENOENT");
    };

    const calls: Record<string, (call: Call) => unknown> = {
      open,
      close,
      read,
      write,
      fstat: ({ fd }) => getattr(handle(fd).ino),
      fchmod: ({ fd, mode = 0 }) => {
        const { ino } = handle(fd);
        server.chmod(ino, 0o100000 | mode, uid);
        attributes.delete(ino);
      },
      fsync: ({ fd }) => sync(handle(fd)),
      lstat: ({ path = "" }) => statAt(path),
      readdir: ({ path = "" }) => list(path),
      chmod: ({ path = "", mode = 0 }) => {
        const ino = walk(split(path));
        server.chmod(ino, (server.get(ino).isDirectory ? 0o040000 : 0o100000) | mode, uid);
        attributes.delete(ino);
      },
      mkdir: ({ path = "", mode = 0o777 }) =>
        inDirectory(path, (dir, name) => {
          checkFree(dir, name);
          return server.create(dir, name, true, 0o040000 | (mode & 0o7777), uid);
        }),
      link: ({ path = "", to = "" }) => {
        const ino = walk(split(path));
        inDirectory(to, (dir, name) => {
          checkFree(dir, name);
          server.link(ino, dir, name);
          attributes.delete(ino);
          return ino;
        });
      },
      rename: ({ path = "", to = "" }) => {
        const [dir, name] = parentOf(path);
        inDirectory(to, (toDir, toName) => {
          server.rename(dir, name, toDir, toName, uid);
          changed(dir, name, undefined);
          return server.lookup(toDir, toName);
        });
      },
      unlink: ({ path = "" }) =>
        inDirectory(path, (dir, name) => {
          checkThere(dir, name);
          server.remove(dir, name, uid);
          return undefined;
        }),
      rmdir: ({ path = "" }) =>
        inDirectory(path, (dir, name) => {
          checkThere(dir, name);
          server.remove(dir, name, uid, true);
          return undefined;
        }),
    };

    /** The process is gone: what it had written is sent by its host's kernel, and nobody hears how that went. */
    function end(): void {
      for (const { ino } of opened.values()) {
        try {
          flush(ino);
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
        }
      }
      opened.clear();
    }

    function call(one: Call, after?: string): unknown {
      toldAfter = after;
      return (calls[one.op] as (call: Call) => unknown)(one);
    }

    return { call, end };
  }

  return { forProcess };
}

function statOf({ ino, isDirectory, mode, uid, data, links, mtime, ctime }: Inode): Stat {
  return { ino, isDirectory, mode, uid, size: data.length, links, mtime, ctime };
}
