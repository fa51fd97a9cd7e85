// The journal: short lines that point at runs. One file a user, day and host, so that each has one writing host.
import os from "node:os";
import path from "node:path";
import * as v from "valibot";
import { isFault, systemFault } from "../record/fault.js";
import { isUserName } from "../record/names.js";
import { eventSchema, type LabEvent } from "../record/records.js";
import { timestamp } from "../record/units.js";
import { fs } from "./disk.js";
import { journalFile } from "./layout.js";
import { ownDirectory, type Registry } from "./open.js";
import { ownerOfUser } from "./owners.js";
import { list } from "./read.js";
import { withRegular } from "./regular.js";
import { append } from "./write.js";

/**
 * Notes that something happened. The journal is for people: a line that cannot be written stops nothing, it is a fault that
 * the registry's `unnoted` hears of and that is returned.
 */
export function note(
  registry: Registry,
  event: string,
  run: string | undefined,
  more: Record<string, unknown> = {},
): Error | undefined {
  return noteAll(registry, event, [{ run, more }]);
}

/** The same of many runs, in one write. */
export function noteAll(
  registry: Registry,
  event: string,
  all: readonly { run: string | undefined; more: Record<string, unknown> }[],
): Error | undefined {
  if (all.length === 0) return undefined;
  const now = Date.now();
  const host = os.hostname();
  const lines = all.map(({ run, more }): string => {
    const named = run === undefined ? {} : { run };
    const line: LabEvent = {
      ...{ type: "event", v: 1, event, ...named, user: registry.user, host, at: timestamp(now) },
      ...more,
    };
    return `${JSON.stringify(line)}\n`;
  });
  try {
    ownDirectory(registry, "events");
    append(journalFile(registry.base, registry.user, host, now), lines.join(""), registry.modes.file);
    return undefined;
  } catch (error) {
    if (!isFault(error)) throw error;
    registry.unnoted?.(error);
    return error;
  }
}

/** Where reading has come to in each file of the journal (bytes); `done` for one that cannot be read, once that was said. */
export type Cursor = Map<string, number>;
const done = Number.POSITIVE_INFINITY;

export interface EventRules {
  /** Not before then (milliseconds). */
  since?: number;
  /** Of each file only about so many bytes: who looks again has the rest then. */
  most?: number;
  /** Only those of this run. */
  run?: string;
}

/** The events that were added since the cursor, which moves on; lines that are none go to `bad` and are skipped. */
export function readEvents(
  registry: Registry,
  users: string[],
  cursor: Cursor,
  bad: (message: string) => void,
  { since = 0, most = Number.POSITIVE_INFINITY, run }: EventRules = {},
): LabEvent[] {
  const events: LabEvent[] = [];
  for (const user of users.filter(isUserName)) {
    const directory = path.join(registry.base, "events", user);
    const owner = once(directory, cursor, bad, () => ownerOfUser(registry, directory, user));
    if (owner === undefined) continue;
    for (const name of once(directory, cursor, bad, () => list(directory).sort()) ?? []) {
      if (!/^\d{8}-.+\.ndjson$/.test(name) || dayEnd(name) < since) continue;
      const file = path.join(directory, name);
      const source: Source = { file, user, owner, cursor, bad, most, run };
      events.push(...(once(file, cursor, bad, () => readFrom(source)) ?? []));
    }
  }
  return events.filter((event) => Date.parse(event.at) >= since).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** One file or directory that cannot be read stops none of the others, and is told of once. */
function once<T>(place: string, cursor: Cursor, bad: (message: string) => void, read: () => T): T | undefined {
  if (cursor.get(place) === done) return undefined;
  try {
    return read();
  } catch (error) {
    if (!isFault(error)) throw error;
    cursor.set(place, done);
    bad(error.message);
    return undefined;
  }
}

function dayEnd(name: string): number {
  return Date.parse(`${name.slice(0, 4)}-${name.slice(4, 6)}-${name.slice(6, 8)}T23:59:59.999Z`);
}

interface Source {
  file: string;
  user: string;
  owner: number;
  cursor: Cursor;
  bad: (message: string) => void;
  most: number;
  run: string | undefined;
}

function readFrom(source: Source): LabEvent[] {
  const { file, owner, cursor } = source;
  const from = cursor.get(file) ?? 0;
  try {
    return withRegular(file, owner, (fd, { size }) => (size <= from ? [] : lines(fd, source, from)));
  } catch (error) {
    throw systemFault(error, `read '${file}'`);
  }
}

const chunk = 1 << 20;

/** Whole lines only: what a writer has not ended yet is read the next time. */
function lines(fd: number, source: Source, from: number): LabEvent[] {
  const { file, cursor, bad, most, run } = source;
  const events: LabEvent[] = [];
  const buffer = Buffer.alloc(chunk);
  let position = from;
  while (position - from < most) {
    const read = fs.readSync(fd, buffer, 0, chunk, position);
    const end = read === 0 ? -1 : buffer.lastIndexOf(10, read - 1);
    if (end >= 0) {
      for (const line of buffer.toString("utf8", 0, end).split("\n"))
        if (run === undefined || line.includes(run)) parse(line, source, events);
      position += end + 1;
    } else if (read < chunk) {
      break;
    } else {
      const next = lineAfter(fd, buffer, position);
      if (next === undefined) break;
      bad(`'${file}': a line is longer than ${chunk} bytes`);
      position = next;
    }
  }
  cursor.set(file, position);
  return events;
}

/** What has no end of a line for so long is no text: a file with a hole can be said to have terabytes. */
const mostOfLine = 64 * chunk;

/** Where the line after the one that `position` is in begins, undefined while that one has no end, and \`done\` if it never will. */
function lineAfter(fd: number, buffer: Buffer, position: number): number | undefined {
  for (let at = position; at - position < mostOfLine; at += chunk) {
    const read = fs.readSync(fd, buffer, 0, chunk, at);
    const end = buffer.subarray(0, read).indexOf(10);
    if (end >= 0) return at + end + 1;
    if (read < chunk) return undefined;
  }
  return done;
}

function parse(line: string, { file, user, bad }: Source, events: LabEvent[]): void {
  if (line === "") return;
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    bad(`'${file}': a line is not JSON`);
    return;
  }
  if (!v.is(eventSchema, event)) bad(`'${file}': a line is no event`);
  else if (event.user !== user) bad(`'${file}': an event calls itself ${event.user}'s`);
  else events.push(event);
}
