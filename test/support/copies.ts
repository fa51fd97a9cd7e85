// Many copies of one directory, one after the other, at little cost.
import fs from "node:fs";
import path from "node:path";

export interface Copies {
  /** A copy beside the original, in which every text speaks of the copy. */
  make(): string;
  remove(copy: string): void;
}

type Piece = { name: string } & (
  | { kind: "directory"; mode: number }
  | { kind: "shelf"; mode: number; empty: Map<string, number> }
  | { kind: "file"; mode: number; bytes: Buffer; isText: boolean }
  | { kind: "link"; target: string }
);

const many = 64;

/**
 * Copies of a directory whose name ends in six random characters: each has six of its own, which also stand in its texts
 * and links wherever the original's do, however quoted. The original is read once. A registry has hundreds of directories
 * that are empty in nearly every case; making and removing them would take longer than most cases, so what holds them goes
 * with them from one copy to the next, if they were left as they were.
 */
export function copies(original: string): Copies {
  const pieces = piecesOf(original);
  const shelves = new Map<string, string[]>();
  const from = original.slice(-6);
  let stored = 0;
  return {
    make() {
      const copy = fs.mkdtempSync(original.slice(0, -6));
      const moved = (text: string) => text.replaceAll(from, copy.slice(-6));
      for (const piece of pieces) {
        const at = path.join(copy, moved(piece.name));
        const shelf = shelves.get(piece.name)?.pop();
        if (shelf !== undefined) fs.renameSync(shelf, at);
        else put(piece, at, moved);
      }
      // Last of all: nothing can be put into a directory that is read-only.
      for (const piece of pieces.toReversed())
        if (piece.kind === "directory") fs.chmodSync(path.join(copy, moved(piece.name)), piece.mode);
      return copy;
    },
    remove(copy) {
      for (const piece of pieces) {
        const at = path.join(copy, piece.name);
        if (piece.kind !== "shelf" || !isCleared(at, piece)) continue;
        stored += 1;
        const shelf = path.join(original, `.shelf-${stored}`);
        fs.renameSync(at, shelf);
        shelves.set(piece.name, [...(shelves.get(piece.name) ?? []), shelf]);
      }
      fs.rmSync(copy, { recursive: true, force: true });
    },
  };
}

/** What is below a directory, what holds something before what it holds. */
function piecesOf(parent: string, prefix = "", from = parent.slice(-6)): Piece[] {
  return fs.readdirSync(path.join(parent, prefix), { withFileTypes: true }).flatMap((entry): Piece[] => {
    const name = path.join(prefix, entry.name);
    const at = path.join(parent, name);
    if (entry.isSymbolicLink()) return [{ kind: "link", name, target: fs.readlinkSync(at) }];
    const mode = modeOf(at);
    if (entry.isFile()) {
      const bytes = fs.readFileSync(at);
      return [{ kind: "file", name, mode, bytes, isText: !name.endsWith(".tar") && bytes.includes(from) }];
    }
    const [empty, below] = [emptyChildren(at), piecesOf(parent, name, from)];
    if (empty.size < many) return [{ kind: "directory", name, mode }, ...below];
    const others = below.filter((piece) => path.dirname(piece.name) !== name || !empty.has(path.basename(piece.name)));
    return [{ kind: "shelf", name, mode, empty }, ...others];
  });
}

/** The empty directories in a directory, and their modes. */
function emptyChildren(directory: string): Map<string, number> {
  const children = fs.readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const empty = children.filter(({ name }) => fs.readdirSync(path.join(directory, name)).length === 0);
  return new Map(empty.map(({ name }) => [name, modeOf(path.join(directory, name))]));
}

/** Takes all else out of a shelf; whether it is one as before. */
function isCleared(at: string, { mode, empty }: Piece & { kind: "shelf" }): boolean {
  if (!fs.lstatSync(at, { throwIfNoEntry: false })?.isDirectory() || modeOf(at) !== mode) return false;
  for (const name of fs.readdirSync(at)) {
    if (!empty.has(name)) fs.rmSync(path.join(at, name), { recursive: true });
  }
  const now = emptyChildren(at);
  return now.size === empty.size && Array.from(empty).every(([name, was]) => now.get(name) === was);
}

function modeOf(file: string): number {
  return fs.statSync(file).mode & 0o7777;
}

function put(piece: Piece, at: string, moved: (text: string) => string): void {
  if (piece.kind === "link") fs.symlinkSync(moved(piece.target), at);
  else if (piece.kind === "file") {
    fs.writeFileSync(at, piece.isText ? moved(piece.bytes.toString("utf8")) : piece.bytes);
    fs.chmodSync(at, piece.mode);
  } else fs.mkdirSync(at);
  if (piece.kind !== "shelf") return;
  for (const [child, mode] of piece.empty) {
    fs.mkdirSync(path.join(at, child));
    fs.chmodSync(path.join(at, child), mode);
  }
  fs.chmodSync(at, piece.mode);
}
