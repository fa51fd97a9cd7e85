// The roll of runs: those of loose/ and those in packs, together, the newest first and each once. What lists and names of
// runs are made from; runs/ is read only for the runs of a pack that is damaged.
import path from "node:path";
import { type Fault, isFault } from "../record/fault.js";
import type { PackHeader } from "../record/pack.js";
import { isRunId } from "../record/run-id.js";
import type { Registry } from "./open.js";
import { type Line, linesBackward } from "./pack-lines.js";
import { closePack, openPack, type Pack, type PackName, packNames } from "./packs.js";
import { list } from "./read.js";
import { marked, usersWith } from "./runs.js";

/** A run on the roll. */
export interface Entry {
  user: string;
  id: string;
  /** Its line and the pack, where it is in one; without them the run is to be opened. */
  packed?: { line: Line; pack: Pack };
}

export interface RollRules {
  /** Only runs of ids before this. */
  before?: string | undefined;
  /** Only runs of ids from this on. */
  from?: string | undefined;
  /** Whether a packed run is wanted, by the first characters of its line. */
  passes?: ((head: string) => boolean) | undefined;
  /** Whether a run of the pack may be wanted. */
  pack?: ((header: PackHeader) => boolean) | undefined;
  /** Told of packs that are damaged. */
  report?: ((error: Fault) => void) | undefined;
}

/**
 * The runs of these users, the newest first. A pack is opened when its turn comes, so that whoever wants the last few reads
 * the end of one file. Packs that are damaged are told of, and their runs come by their directories.
 */
export function* roll(registry: Registry, users: readonly string[], rules: RollRules = {}): Generator<Entry> {
  const { from, before } = rules;
  const opened: Pack[] = [];
  const replaced = new Set<string>();
  const open = (name: PackName): Iterator<Entry> => {
    try {
      const pack = replaced.has(`${name.user}/${name.name}`) ? undefined : openPack(registry, name);
      if (pack === undefined) return [].values();
      opened.push(pack);
      for (const older of pack.header.replaces ?? []) replaced.add(`${pack.user}/${older}`);
      return rules.pack?.(pack.header) === false ? [].values() : packed(registry, pack, rules);
    } catch (error) {
      return byDirectory(registry, name, rules, error);
    }
  };
  try {
    // loose/ is read first: a run leaves it only when it is in a pack.
    const sources = merging(loose(registry, users, rules));
    const waiting = users.flatMap((user) => packNames(registry, user)).sort(inOrder);
    for (const name of waiting) {
      if ((before !== undefined && name.first >= before) || (from !== undefined && name.last < from)) continue;
      yield* sources.downTo(name.last);
      sources.add(open(name));
    }
    yield* sources.downTo("");
  } finally {
    for (const pack of opened) closePack(pack);
  }
}

/** The users of whom there may be runs on the roll, in order of name; directories that are another's are told of and left out. */
export function usersOnRoll(registry: Registry, report?: (error: Fault) => void): string[] {
  return [...new Set([...usersWith(registry, "loose", report), ...usersWith(registry, "packs")])].sort();
}

/** Several lists that are each in order, as one; a run that several have comes once, from a pack if one has it. */
function merging(first: Iterator<Entry>) {
  const heads: { entry: Entry; rest: Iterator<Entry> }[] = [];
  const add = (rest: Iterator<Entry>) => {
    const { done, value } = rest.next();
    if (!done) heads.push({ entry: value, rest });
  };
  add(first);
  const advance = (at: number) => {
    const head = heads[at];
    const { done, value } = head?.rest.next() ?? { done: true, value: undefined };
    if (done || !head) heads.splice(at, 1);
    else head.entry = value;
  };
  /** What comes before runs of ids below `id`. */
  function* downTo(id: string): Generator<Entry> {
    for (let entry = newest(heads); entry && entry.id > id; entry = newest(heads)) {
      let best = entry;
      for (let i = heads.length - 1; i >= 0; i -= 1) {
        const other = heads[i]?.entry;
        if (other?.id !== entry.id || other.user !== entry.user) continue;
        if (other.packed) best = other;
        advance(i);
      }
      yield best;
    }
  }
  return { add, downTo };
}

function newest(heads: readonly { entry: Entry }[]): Entry | undefined {
  let best: Entry | undefined;
  for (const { entry } of heads)
    if (!best || entry.id > best.id || (entry.id === best.id && entry.user < best.user)) best = entry;
  return best;
}

/** The packs of all users; those of one keep their order. */
function inOrder(a: PackName, b: PackName): number {
  return a.last < b.last ? 1 : a.last > b.last ? -1 : 0;
}

function isWanted(id: string, { before, from }: RollRules): boolean {
  return (before === undefined || id < before) && (from === undefined || id >= from);
}

function loose(registry: Registry, users: readonly string[], rules: RollRules): Iterator<Entry> {
  const entries = users.flatMap((user) => marked(registry, "loose", user).map((id) => ({ user, id })));
  return entries
    .filter(({ id }) => isWanted(id, rules))
    .sort(newestFirst)
    .values();
}

function newestFirst(a: Entry, b: Entry): number {
  return a.id < b.id ? 1 : a.id > b.id ? -1 : a.user < b.user ? -1 : 1;
}

function* packed(registry: Registry, pack: Pack, rules: RollRules): Generator<Entry> {
  const { user } = pack;
  let before = rules.before;
  try {
    for (const line of linesBackward(pack, before, rules.passes)) {
      if (rules.from !== undefined && line.id < rules.from) return;
      before = line.id;
      yield { user, id: line.id, packed: { line, pack } };
    }
  } catch (error) {
    yield* byDirectory(registry, pack, { ...rules, before }, error);
  }
}

/** The runs that a damaged pack may have held: those between its first and its last that have a directory. */
function* byDirectory(registry: Registry, { user, first, last }: PackName, rules: RollRules, error: unknown) {
  if (!isFault(error)) throw error;
  rules.report?.(error);
  const ids = directories(registry, user).filter(
    (id) => isRunId(id) && id >= first && id <= last && isWanted(id, rules),
  );
  yield* ids.map((id) => ({ user, id })).sort(newestFirst);
}

function directories(registry: Registry, user: string): string[] {
  try {
    return list(path.join(registry.base, "runs", user));
  } catch (error) {
    // What others close is theirs alone.
    if (isFault(error) && user !== registry.user) return [];
    throw error;
  }
}
