// A file server in memory: what is true. What a host believes of it is in client.ts.

export interface Inode {
  ino: number;
  isDirectory: boolean;
  mode: number;
  uid: number;
  links: number;
  data: Buffer;
  names: Map<string, number>;
  mtime: number;
  ctime: number;
  /** Grows with every change of the file, as NFSv4's change attribute does. */
  change: number;
}

/** An error of a system call. */
export class Errno extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export type Server = ReturnType<typeof fileServer>;

/** A server with an empty root; `now` is its clock (milliseconds). */
export function fileServer(now: () => number) {
  const inodes = new Map<number, Inode>();
  let last = 0;

  function make(isDirectory: boolean, mode: number, uid: number): Inode {
    last += 1;
    const [mtime, ctime] = [now(), now()];
    const data = Buffer.alloc(0);
    const inode = { ino: last, isDirectory, mode, uid, links: 0, data, names: new Map(), mtime, ctime, change: 1 };
    inodes.set(last, inode);
    return inode;
  }

  const root = make(true, 0o755, 0);
  root.links = 1;

  /** Throws ESTALE for one that is gone. */
  function get(ino: number): Inode {
    const inode = inodes.get(ino);
    if (!inode) throw new Errno("ESTALE");
    return inode;
  }

  function directory(ino: number): Inode {
    const inode = get(ino);
    if (!inode.isDirectory) throw new Errno("ENOTDIR");
    return inode;
  }

  function touched(inode: Inode, isContent = true): void {
    inode.ctime = now();
    if (isContent) inode.mtime = inode.ctime;
    inode.change += 1;
  }

  function lookup(dir: number, name: string): number | undefined {
    return directory(dir).names.get(name);
  }

  function create(dir: number, name: string, isDirectory: boolean, mode: number, uid: number): number {
    const parent = directory(dir);
    if (parent.names.has(name)) throw new Errno("EEXIST");
    const inode = make(isDirectory, mode, uid);
    inode.links = 1;
    parent.names.set(name, inode.ino);
    touched(parent);
    return inode.ino;
  }

  function link(ino: number, dir: number, name: string): void {
    const [inode, parent] = [get(ino), directory(dir)];
    if (parent.names.has(name)) throw new Errno("EEXIST");
    parent.names.set(name, ino);
    inode.links += 1;
    touched(inode, false);
    touched(parent);
  }

  function drop(inode: Inode): void {
    inode.links -= 1;
    touched(inode, false);
    if (inode.links <= 0) inodes.delete(inode.ino);
  }

  /** In a sticky directory only the owner of a file or of the directory may. */
  function checkSticky(parent: Inode, inode: Inode, uid: number): void {
    if ((parent.mode & 0o1000) !== 0 && uid !== inode.uid && uid !== parent.uid) throw new Errno("EPERM");
  }

  function remove(dir: number, name: string, uid: number, isDirectory = false): void {
    const parent = directory(dir);
    const ino = parent.names.get(name);
    if (ino === undefined) throw new Errno("ENOENT");
    const inode = get(ino);
    checkSticky(parent, inode, uid);
    if (inode.isDirectory !== isDirectory) throw new Errno(isDirectory ? "ENOTDIR" : "EISDIR");
    if (inode.names.size > 0) throw new Errno("ENOTEMPTY");
    parent.names.delete(name);
    touched(parent);
    drop(inode);
  }

  function rename(dir: number, name: string, toDir: number, to: string, uid: number): void {
    const [parent, target] = [directory(dir), directory(toDir)];
    const ino = parent.names.get(name);
    if (ino === undefined) throw new Errno("ENOENT");
    const there = target.names.get(to);
    if (there === ino) return;
    checkSticky(parent, get(ino), uid);
    if (there !== undefined) checkSticky(target, get(there), uid);
    if (there !== undefined && get(there).names.size > 0) throw new Errno("ENOTEMPTY");
    parent.names.delete(name);
    target.names.set(to, ino);
    touched(parent);
    if (target !== parent) touched(target);
    if (there !== undefined) drop(get(there));
  }

  function write(ino: number, bytes: Buffer, position: number): void {
    const inode = get(ino);
    const end = position + bytes.length;
    const data =
      end > inode.data.length ? Buffer.concat([inode.data, Buffer.alloc(end - inode.data.length)]) : inode.data;
    bytes.copy(data, position);
    inode.data = data;
    touched(inode);
  }

  function chmod(ino: number, mode: number, uid: number): void {
    const inode = get(ino);
    if (uid !== inode.uid && uid !== 0) throw new Errno("EPERM");
    inode.mode = mode;
    touched(inode, false);
  }

  /** What really is at an absolute path; for those who judge a simulation, not for its hosts. */
  function at(path: string): Inode | undefined {
    let inode: Inode | undefined = root;
    for (const name of path.split("/").filter(Boolean)) {
      const ino: number | undefined = inode?.names.get(name);
      inode = ino === undefined ? undefined : inodes.get(ino);
    }
    return inode;
  }

  return { root: root.ino, get, lookup, create, link, remove, rename, write, chmod, at };
}
