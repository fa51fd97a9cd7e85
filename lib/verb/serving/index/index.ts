// The index of a registry: which runs there are and what each has, at most a second old while somebody looks.
import { EventEmitter } from "node:events";
import { fault } from "../../../record/fault.js";
import type { LabEvent } from "../../../record/records.js";
import type { Graces } from "../../../record/state.js";
import { fs } from "../../../registry/disk.js";
import { type Cursor, readEvents } from "../../../registry/journal.js";
import { envelope, runDirectory, userDirectory } from "../../../registry/layout.js";
import type { Registry } from "../../../registry/open.js";
import { mayRead } from "../../../registry/read.js";
import { usersOnRoll } from "../../../registry/roll.js";
import { marked, usersWith } from "../../../registry/runs.js";
import { memoryStore } from "../../../serve/index/memory-store.js";
import type { Store } from "../../../serve/index/store.js";
import { newTable, placeOfKey, type Table, tidy } from "../../../serve/index/table.js";
import { breather } from "../../breathing.js";
import { keepFeed, restored } from "./cache.js";
import { drop, type Feed, isThere, packsOf, problem, putLive, readMembers, readUser } from "./feed.js";
import { prepare } from "./prepare.js";

/** Runs that are not as they were, and which kinds of other things are not: `artifact`, `pipeline`, `sweep`, … */
export interface Change {
  runs: string[];
  kinds: string[];
}

export interface Index {
  feed: Feed;
  table: Table;
  store: Store;
  /** Whether all runs are there; until then lists have the newest. */
  ready(): boolean;
  /** When it was last looked (milliseconds). */
  asOf(): number;
  /** Ends when the index is at most about two seconds old, or cannot be made so soon. */
  fresh(): Promise<void>;
  /** Changes with everything that a list shows. */
  version(): string;
  on(event: "change", listener: (change: Change) => void): unknown;
  off(event: "change", listener: (change: Change) => void): unknown;
  close(): Promise<void>;
}

const every = { watched: 1000, idle: 10_000 };
/** How long a request waits for what is new (ms). */
const patience = 150;
/** How much of a second may be spent on looking at runs that go on (ms). */
const budget = 100;
/** For how long at a time, since who asks meanwhile waits for it (ms). */
const slice = 5;
/** So many of the runs that have ended and are in no pack are tried at each look. */
const settledAtOnce = 20;

/** Begins to read; says at once what there is so far. `trouble` hears of what nobody expected. */
export async function openIndex(
  registry: Registry,
  limits: Graces,
  trouble: (error: unknown) => void,
  store?: Store,
): Promise<Index> {
  const emitter = new EventEmitter().setMaxListeners(0);
  const feed: Feed = {
    ...{ registry, limits, trouble, table: newTable(), store: store ?? memoryStore() },
    ...{ packs: [], packOf: new Map(), live: new Map(), members: new Map(), read: new Set() },
    ...{ problems: new Map(), changed: undefined, untold: { plan: new Set(), metrics: new Set() } },
    ...{ followed: new Map(), shown: new Map() },
  };
  const began = Date.now().toString(36);
  const look: Look = { packs: new Map(), cursor: undefined, next: 0, nextSettled: 0 };
  let asOf = 0;
  let ready = false;
  let closed = false;
  let asked = Date.now();
  let looked = 0;
  let kept = 0;
  let running: Promise<void> | undefined;
  const once = async () => {
    try {
      feed.store.begin();
      if (asOf === 0 && feed.store.database) ready = await restored(feed, look);
      const kinds = await refresh(feed, look, () => closed);
      if (closed) return;
      // Whoever watches from the beginning need not be told of all that there is.
      feed.changed ??= new Set();
      const isFirst = asOf === 0;
      asOf = Date.now();
      ready = true;
      tell(emitter, feed, kinds);
      tidy(feed.table);
      if (isFirst) prepare(feed.table, () => closed).catch(trouble);
      if (feed.store.database && Date.now() - kept > 60_000 && kept !== -1) {
        kept = Date.now();
        await keepFeed(feed, look);
      }
    } catch (error) {
      problem(feed, "registry", undefined, error);
    }
  };
  const run = () => {
    if (!running) looked = Date.now();
    running ??= once().finally(() => {
      running = undefined;
    });
    return running;
  };
  const isWatched = () => emitter.listenerCount("change") > 0 || Date.now() - asked < 5000;
  const timer = setInterval(() => {
    if (Date.now() - looked >= (isWatched() ? every.watched : every.idle) - 50) void run();
  }, every.watched).unref();
  void run();
  return {
    ...{ feed, table: feed.table, store: feed.store, ready: () => ready, asOf: () => asOf },
    version: () => `${began}-${feed.table.generation}-${feed.problems.size}-${ready ? 1 : 0}`,
    on: (event, listener) => emitter.on(event, listener),
    off: (event, listener) => emitter.off(event, listener),
    async fresh() {
      asked = Date.now();
      if (ready && asked - asOf < every.watched + 100) return;
      const fresh = run();
      // Who asks again and again does not wait for what the next answer will have.
      if (ready && asked - asOf < 2 * every.watched + 100) return;
      await Promise.race([fresh, new Promise((resolve) => setTimeout(resolve, patience).unref())]);
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await running;
      if (feed.store.database && ready) await keepFeed(feed, look);
      feed.store.close();
    },
  };
}

/** What was seen the last time. */
export interface Look {
  /** The names of each user's packs. */
  packs: Map<string, string>;
  cursor: Cursor | undefined;
  /** Which of the runs that go on is looked at next, and which of the others. */
  next: number;
  nextSettled: number;
}

/** Everything that is new; says which kinds of things are. Throws faults where the registry is not there. */
async function refresh(feed: Feed, look: Look, isClosed: () => boolean): Promise<string[]> {
  isThere(feed);
  feed.problems.delete("registry");
  const events = newEvents(feed, look);
  const named = new Set(events.flatMap(({ run }) => run ?? []));
  const users = usersOnRoll(feed.registry, (error) => problem(feed, `users: ${error.message}`, undefined, error));
  for (const user of users) {
    if (isClosed()) return [];
    await refreshUser(feed, look, user, named);
  }
  isThere(feed);
  for (const user of look.packs.keys()) if (!users.includes(user)) forget(feed, look, user);
  await refreshLive(feed, look);
  refreshSettled(feed, look);
  await readMembers(feed);
  return [...new Set(events.map(({ event }) => event.split("_")[0] ?? ""))];
}

/** Of one file at a time (bytes): of a longer one the rest comes with the next look. */
const mostEvents = 2 << 20;

function newEvents(feed: Feed, look: Look): LabEvent[] {
  // What was noted before the runs were read is in them.
  const since = look.cursor === undefined ? Date.now() - 60_000 : 0;
  look.cursor ??= new Map();
  return readEvents(feed.registry, usersWith(feed.registry, "events"), look.cursor, () => {}, {
    since,
    most: mostEvents,
  });
}

/** What a user has closed to the caller is no list of no runs: it is said whose runs are not shown. */
function tellClosed(feed: Feed, user: string): void {
  for (const area of ["loose", "packs"] as const) {
    const directory = userDirectory(feed.registry.base, area, user);
    const key = `closed ${directory}`;
    if (!fs.existsSync(directory) || mayRead(directory)) feed.problems.delete(key);
    else {
      const what = area === "loose" ? "runs" : "packed runs";
      problem(feed, key, undefined, fault("noperm", `cannot list the ${what} of ${user}: '${directory}' is closed`));
    }
  }
}

async function refreshUser(feed: Feed, look: Look, user: string, named: ReadonlySet<string>): Promise<void> {
  tellClosed(feed, user);
  const rest = breather(slice);
  // A run leaves loose/ only when it is in a pack.
  const loose = marked(feed.registry, "loose", user);
  const packs = packsOf(feed, user);
  if (look.packs.get(user) !== packs) {
    await readUser(feed, user, packs);
    look.packs.set(user, packs);
    return;
  }
  const there = new Set(loose);
  const gone = [...feed.live.keys()].filter((key) => {
    const { id, user: owner } = placeOfKey(key);
    return owner === user && !there.has(id);
  });
  if (gone.length > 0) isThere(feed);
  for (const key of gone) drop(feed, key);
  for (const id of loose) {
    const known = feed.live.get(`${id}/${user}`);
    if (!known || named.has(id)) putLive(feed, user, id);
    await rest();
  }
}

/** Runs that go on, in turns: as many as there is time for. */
async function refreshLive(feed: Feed, look: Look): Promise<void> {
  const rest = breather(slice);
  const going = [...feed.live].filter(([, { settled }]) => !settled).map(([key]) => key);
  let spent = 0;
  for (let i = 0; i < going.length && spent < budget; i += 1) {
    look.next = (look.next + 1) % going.length;
    const { user, id } = placeOfKey(going[look.next] ?? "");
    const began = performance.now();
    putLive(feed, user, id);
    spent += performance.now() - began;
    await rest();
  }
}

/** Runs that have ended change no more, but their directories may be closed, or taken away: a few are tried each time. */
function refreshSettled(feed: Feed, look: Look): void {
  const settled = [...feed.live].filter(([, one]) => one.settled).map(([key]) => key);
  for (let i = 0; i < Math.min(settled.length, settledAtOnce); i += 1) {
    look.nextSettled = (look.nextSettled + 1) % settled.length;
    const { user, id } = placeOfKey(settled[look.nextSettled] ?? "");
    if (!mayRead(envelope(runDirectory(feed.registry.base, user, id)))) putLive(feed, user, id);
  }
}

function forget(feed: Feed, look: Look, user: string): void {
  look.packs.delete(user);
  for (const key of [...feed.table.rows.keys()]) if (placeOfKey(key).user === user) drop(feed, key);
}

function tell(emitter: EventEmitter, { changed }: Feed, kinds: string[]): void {
  const runs = [...(changed ?? [])].map((key) => placeOfKey(key).id);
  changed?.clear();
  if (runs.length > 0 && !kinds.includes("run")) kinds.push("run");
  if (runs.length > 0 || kinds.length > 0) emitter.emit("change", { runs: runs.slice(0, 1000), kinds });
}
