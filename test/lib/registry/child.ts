// What the registry's tests run in processes of their own: as another user, under another umask, many at once, or killed
// between two writes. One JSON request per process, in argv; one JSON line for an answer.
import fs from "node:fs";
import path from "node:path";
import { registerRun } from "../../../lib/pass/register.js";
import { isFault, recordError } from "../../../lib/record/fault.js";
import type { Run } from "../../../lib/record/run.js";
import { type Binding, bindAlias } from "../../../lib/registry/aliases.js";
import { findArtifact } from "../../../lib/registry/artifact-refs.js";
import { type External, registerExternal } from "../../../lib/registry/artifacts.js";
import { collectFiles } from "../../../lib/registry/collected.js";
import { initRegistry, type NewRegistry } from "../../../lib/registry/init.js";
import { note } from "../../../lib/registry/journal.js";
import { openRegistry, ownDirectory } from "../../../lib/registry/open.js";
import { readText } from "../../../lib/registry/read.js";
import { findRun } from "../../../lib/registry/refs.js";
import { createRun, marked, openRun } from "../../../lib/registry/runs.js";
import { append, makeDirectory, mark, onWrite, replace, unmark, writeOnce } from "../../../lib/registry/write.js";
import { sampleRun } from "../record/sample.js";

export interface Request {
  /** What to do, and with what. */
  act: keyof typeof acts;
  args: unknown[];
  /** Dies by SIGKILL right before its n-th write, from 1. */
  killAt?: number;
  umask?: number;
  /** Says `ready` and begins when its stdin ends. */
  waits?: boolean;
}

export type Answer = { value: unknown } | { code: string; message: string; hint?: string } | { bug: string };

const uid = process.getuid?.() ?? 0;
const factsOf = ({ id, planned_at }: Run) => ({ run: id, planned_at, submissions: [], attempts: [] });
const open = (base: string) => openRegistry(base, uid);

const acts = {
  writeOnce: (file: string, text: string) => writeOnce(file, text),
  replace: (file: string, text: string) => replace(file, text),
  replaceOften: (file: string, times: number) => {
    for (let i = 0; i < times; i += 1) replace(file, JSON.stringify({ i, filler: "x".repeat(20_000) }));
  },
  append: (file: string, line: string, times = 1) => {
    for (let i = 0; i < times; i += 1) append(file, line.replace("#", String(i)));
  },
  mark: (file: string) => mark(file),
  unmark: (file: string) => unmark(file),
  makeDirectory: (directory: string, mode: number) => makeDirectory(directory, mode),
  readText: (file: string) => readText(file),
  init: (asked: Omit<NewRegistry, "uid" | "now">) => initRegistry({ ...asked, uid, now: Date.now() }).made.length,
  open: (base: string) => open(base),
  own: (base: string) => ownDirectory(open(base), "runs"),
  create: (base: string, id: string, more: object = {}) => {
    const registry = open(base);
    return createRun(registry, sampleRun({ id, user: registry.user, ...more }), "name = 'train'\n");
  },
  openRun: (base: string, user: string, id: string) => openRun(open(base), user, id)?.run.id,
  find: (base: string, ref: string) => findRun(open(base), ref, "/").dir,
  collect: (dir: string, globs: string[]) => {
    const run = sampleRun({ collect: { globs } });
    return collectFiles({ dir, run, owner: uid, facts: factsOf(run) });
  },
  register: async (base: string, id: string) => {
    const registry = open(base);
    const disk = openRun(registry, registry.user, id);
    const reported: string[] = [];
    const report = (_: unknown, error: Error) => reported.push(error.message);
    if (disk) await registerRun({ registry, now: Date.now(), grace_s: 60, report }, disk);
    return reported;
  },
  marked: (base: string, user: string) => marked(open(base), "loose", user),
  external: (base: string, external: External) => registerExternal(open(base), external),
  findArtifact: (base: string, ref: string) => findArtifact(open(base), ref, "/").warning,
  bind: (base: string, binding: Binding) => bindAlias(open(base), binding),
  note: (base: string, event: string, times: number) => {
    for (let i = 0; i < times; i += 1) {
      const failed = note(open(base), event, undefined, { i, filler: "y".repeat(200) });
      if (failed) throw failed;
    }
  },
  /** Fills the directory's file system to the last byte, then tries every way of writing. */
  writeWhereFull: (directory: string) => {
    const kept = path.join(directory, "kept.json");
    writeOnce(kept, '{"old":1}\n');
    append(path.join(directory, "log"), "first");
    fill(path.join(directory, "filler"));
    const text = "z".repeat(100_000);
    const faults = [
      () => writeOnce(path.join(directory, "new.json"), text),
      () => replace(kept, text),
      () => append(path.join(directory, "log"), text),
    ].map(faultOf);
    return { faults, names: fs.readdirSync(directory).sort(), kept: fs.readFileSync(kept, "utf8") };
  },
  writeWhereReadOnly: (directory: string) =>
    [
      () => writeOnce(path.join(directory, "new.json"), "x"),
      () => replace(path.join(directory, "old.json"), "x"),
      () => append(path.join(directory, "old.json"), "x"),
      () => append(path.join(directory, "new.log"), "x"),
      () => mark(path.join(directory, "marker")),
      () => makeDirectory(path.join(directory, "sub")),
    ].map(faultOf),
};

function fill(file: string): void {
  const fd = fs.openSync(file, "w");
  for (const size of [4096, 512, 1]) {
    try {
      for (;;) fs.writeSync(fd, Buffer.alloc(size));
    } catch {
      // Full for pieces of this size.
    }
  }
  fs.closeSync(fd);
}

function faultOf(act: () => unknown): Answer {
  try {
    return { value: act() };
  } catch (error) {
    return told(error);
  }
}

function told(error: unknown): Answer {
  return isFault(error) ? recordError(error) : { bug: String((error as Error).stack) };
}

async function main({ act, args, killAt, umask }: Request): Promise<void> {
  let writes = 0;
  if (umask !== undefined) process.umask(umask);
  if (killAt !== undefined) {
    onWrite(() => {
      writes += 1;
      if (writes === killAt) process.kill(process.pid, "SIGKILL");
    });
  }
  const acting = async (): Promise<Answer> => ({
    value: (await (acts[act] as (...args: unknown[]) => unknown)(...args)) ?? null,
  });
  fs.writeSync(1, `${JSON.stringify(await acting().catch(told))}\n`);
}

const request = JSON.parse(process.argv[2] ?? "") as Request;
if (request.waits) {
  fs.writeSync(1, "ready\n");
  fs.readFileSync(0);
}
void main(request);
