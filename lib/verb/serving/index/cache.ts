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
  packOf: Map<number, number>;
  seen: Map<string, string>;
  live: Map<string, { row: number; settled: boolean }>;
  members: Map<string, Member>;
  read: Set<string>;
  untold: Feed["untold"];
  columns: number;
}

/** Writes it all down at once: a server that is killed meanwhile leaves what was there before. */
export async function keepFeed(feed: Feed, look: Look): Promise<void> {
  const { table, store, packs, packOf, live, members, read, untold } = feed;
  const all: Kept = {
    ...{ keys: table.keys.map((key) => key ?? "").join("\n"), inner: table.inner, lists: table.lists },
    ...{ packs, packOf, live, members, read, untold, seen: look.packs, columns: table.columns.size },
  };
  store.begin();
  keep(store, "index", all);
  await keepColumns(store, table.columns.values());
  store.commit();
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
    table.keys = keys.map((key) => (key === "" ? undefined : key));
    for (const [row, key] of table.keys.entries()) if (key !== undefined) table.rows.set(key, row);
    table.fresh = [...table.rows.values()];
    for (const column of columns) table.columns.set(column.path.join(separator), column);
    [table.inner, table.lists] = [all.inner, all.lists];
    [feed.packs, feed.packOf, feed.live] = [all.packs, all.packOf, all.live];
    [feed.members, feed.read, look.packs] = [all.members, all.read, all.seen];
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
