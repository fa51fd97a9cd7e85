// The journal: short lines that point at runs. One file a user, day and host, so that each has one writing host.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { isFault } from "../record/fault.js";
import { isUserName } from "../record/names.js";
import { eventSchema, type LabEvent } from "../record/records.js";
import { violations } from "../record/schema.js";
import { timestamp } from "../record/units.js";
import { journalFile } from "./layout.js";
import { ownDirectory, ownerOf, type Registry } from "./open.js";
import { list } from "./read.js";
import { append } from "./write.js";

/** Notes that something happened. The journal is for people: a line that cannot be written stops nothing, it is returned as a fault. */
export function note(
  registry: Registry,
  event: string,
  run: string | undefined,
  more: Record<string, unknown> = {},
): Error | undefined {
  const now = Date.now();
  const host = os.hostname();
  const line: LabEvent = {
    type: "event",
    v: 1,
    event,
    ...(run === undefined ? {} : { run }),
    user: registry.user,
    host,
    at: timestamp(now),
    ...more,
  };
  try {
    ownDirectory(registry, "events");
    append(journalFile(registry.base, registry.user, host, now), JSON.stringify(line), registry.modes.file);
    return undefined;
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
}

/** Where reading has come to in each file of the journal (bytes). */
export type Cursor = Map<string, number>;

/** The events that were added since the cursor, which moves on; lines that are none go to `bad` and are skipped. */
export function readEvents(
  registry: Registry,
  users: string[],
  cursor: Cursor,
  bad: (message: string) => void,
  since = 0,
): LabEvent[] {
  const events: LabEvent[] = [];
  for (const user of users.filter(isUserName)) {
    const directory = path.join(registry.base, "events", user);
    const owner = ownerOf(directory);
    if (owner === undefined) continue;
    for (const name of list(directory).sort()) {
      if (!/^\d{8}-.+\.ndjson$/.test(name) || dayEnd(name) < since) continue;
      events.push(...readFrom(path.join(directory, name), owner, cursor, bad));
    }
  }
  return events
    .filter((event) => Date.parse(event.at) >= since)
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function dayEnd(name: string): number {
  return Date.parse(`${name.slice(0, 4)}-${name.slice(4, 6)}-${name.slice(6, 8)}T23:59:59.999Z`);
}

const chunk = 1 << 20;

function readFrom(file: string, owner: number, cursor: Cursor, bad: (message: string) => void): LabEvent[] {
  let fd: number;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch (error) {
    bad(`cannot read '${file}': ${(error as Error).message}`);
    return [];
  }
  try {
    const stat = fs.fstatSync(fd);
    const from = cursor.get(file) ?? 0;
    if (!stat.isFile() || stat.uid !== owner || stat.size <= from) return [];
    return lines(fd, file, from, cursor, bad);
  } finally {
    fs.closeSync(fd);
  }
}

/** Whole lines only: what a writer has not ended yet is read the next time. */
function lines(fd: number, file: string, from: number, cursor: Cursor, bad: (message: string) => void): LabEvent[] {
  const events: LabEvent[] = [];
  const buffer = Buffer.alloc(chunk);
  let position = from;
  for (;;) {
    const read = fs.readSync(fd, buffer, 0, chunk, position);
    const end = buffer.lastIndexOf(10, read - 1);
    if (read <= 0) break;
    if (end < 0) {
      if (read < chunk) break;
      bad(`'${file}': a line longer than ${chunk} bytes`);
      position += read;
      continue;
    }
    for (const line of buffer.toString("utf8", 0, end).split("\n")) parse(line, file, events, bad);
    position += end + 1;
  }
  cursor.set(file, position);
  return events;
}

function parse(line: string, file: string, events: LabEvent[], bad: (message: string) => void): void {
  if (line === "") return;
  try {
    const event: unknown = JSON.parse(line);
    if (violations(eventSchema, event).length === 0) events.push(event as LabEvent);
    else bad(`'${file}': a line is no event`);
  } catch {
    bad(`'${file}': a line is not JSON`);
  }
}
