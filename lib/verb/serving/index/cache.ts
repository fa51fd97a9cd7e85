// What is kept of the index from one server to the next, and taken up again: the columns, and where each row is from.
import type { Column } from "../../../serve/index/column.js";
import { truncate } from "../../../serve/index/column.js";
import { keep, keepColumns, kept, keptColumn } from "../../../serve/index/store.js";
import { separator } from "../../../serve/index/table.js";
import type { Feed } from "./feed.js";
import type { Look } from "./index.js";
import type { Member } from "./members.js";

interface Kept {
  keys: string;
  inner: Set<string>;
  lists: Set<string>;
  packs: string[];
  /** By row, one more than the number of the pack. */
  packOf: Uint32Array;
  seen: Map<string, string>;
  live: Map<string, { row: number; settled: boolean }>;
  /** In how many pieces the members are. */
  members: number;
  read: Set<string>;
  untold: Feed["untold"];
  columns: number;
}

/** Writes it all down at once: a server that is killed meanwhile leaves what was there before. */
export async function keepFeed(feed: Feed, look: Look): Promise<void> {
  const { table, store, packs, packOf, live, members, read, untold } = feed;
  const pieces = piecesOf([...members]);
  const all: Kept = {
    ...{ keys: table.keys.map((key) => key ?? "").join("\n"), inner: table.inner, lists: table.lists },
    ...{ packs, packOf: byRow(packOf, table.keys.length), live, members: pieces.length, read, untold },
    ...{ seen: look.packs, columns: table.columns.size },
  };
  store.begin();
  keep(store, "index", all);
  for (const [n, piece] of pieces.entries()) {
    await new Promise((resolve) => setImmediate(resolve));
    keep(store, `members ${n}`, piece);
  }
  await keepColumns(store, table.columns.values());
  store.commit();
}

/** So many are written down at once: nobody who asks meanwhile waits for long. */
const perPiece = 4096;

function piecesOf<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / perPiece) }, (_, n) =>
    all.slice(n * perPiece, (n + 1) * perPiece),
  );
}

/** As numbers in a row, which are copied and not looked at one by one. */
function byRow(packOf: ReadonlyMap<number, number>, rows: number): Uint32Array {
  const all = new Uint32Array(rows);
  for (const [row, pack] of packOf) all[row] = pack + 1;
  return all;
}

/** Takes up what was kept, if anything was; says whether. */
export async function restored(feed: Feed, look: Look): Promise<boolean> {
  const { table, store } = feed;
  try {
    const all = kept(store, "index") as Kept | undefined;
    if (!all) return false;
    const keys = all.keys.split("\n");
    const columns: Column[] = [];
    for (let n = 0; n < all.columns; n += 1) {
      const column = keptColumn(store, n);
      if (!column) return false;
      // What came while it was written down.
      truncate(column, keys.length);
      columns.push(column);
    }
    const members = new Map<string, Member>();
    for (let n = 0; n < all.members; n += 1) {
      const piece = kept(store, `members ${n}`) as [string, Member][] | undefined;
      if (!piece) return false;
      for (const [key, member] of piece) members.set(key, member);
    }
    table.keys = keys.map((key) => (key === "" ? undefined : key));
    for (const [row, key] of table.keys.entries()) if (key !== undefined) table.rows.set(key, row);
    table.fresh = [...table.rows.values()];
    for (const column of columns) table.columns.set(column.path.join(separator), column);
    [table.inner, table.lists] = [all.inner, all.lists];
    for (const [row, pack] of all.packOf.entries()) if (pack > 0) feed.packOf.set(row, pack - 1);
    [feed.packs, feed.live] = [all.packs, all.live];
    [feed.members, feed.read, look.packs] = [members, all.read, all.seen];
    feed.untold = all.untold;
    // Runs of their own files are looked at again, whether they had ended or not.
    for (const one of feed.live.values()) one.settled = false;
    table.generation += 1;
    return true;
  } catch (error) {
    feed.trouble(error);
    return false;
  }
}
