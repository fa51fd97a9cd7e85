// Logs as the page reads them: which there are, parts, searches, and their bytes.
import path from "node:path";
import { fault, isFault } from "../../record/fault.js";
import { fs } from "../../registry/disk.js";
import type { RunOnDisk } from "../../registry/facts.js";
import type { Root } from "../../registry/inside.js";
import { type LogFile, logFiles } from "../../registry/logs.js";
import { findRun } from "../../registry/refs.js";
import { searchText } from "../../registry/search-text.js";
import { partBefore, partFrom, pieces } from "../../registry/text-part.js";
import { logApi, logRawApi, logSearchApi, logsApi } from "../../serve/api/logs.js";
import { disposition } from "../../serve/media.js";
import { sendFile } from "../../serve/send-file.js";
import { ended } from "../show/log-reading.js";
import { whoseLines } from "../show/what-answers.js";
import { answering, type Serving, streaming } from "./answering.js";
import { runRef } from "./refs.js";
import { openLog, seen } from "./run-files.js";

/** The logs of a run, or of the one that answered for it. */
function logsOf(ref: string, { context, registry }: Serving) {
  const disk = whoseLines(findRun(registry, runRef(ref), context.cwd), "log", registry, () => {});
  const root: Root = { base: registry.base, parts: [], owner: disk.owner };
  const files = logFiles(disk).map((log) => ({ ...log, inside: path.relative(registry.base, log.file) }));
  return { disk, root, files };
}

export const logs = answering(logsApi, async ({ run = "" }, _, serving) => {
  const { disk, root, files } = logsOf(run, serving);
  const over = ended(disk);
  const shown = files.flatMap(({ source, file, inside, attempt }) => {
    const size = sizeOf(root, inside, (error) => serving.context.report(disk.run.id, error));
    if (size === undefined) return [];
    const live = !over && isOfNow(disk, attempt);
    return [{ name: source, path: file, bytes: size, ...(attempt === undefined ? {} : { attempt }), live }];
  });
  return { run: disk.run.id, logs: shown, ended: over };
});

function isOfNow({ facts }: RunOnDisk, attempt: number | undefined): boolean {
  if (attempt === undefined) return true;
  return facts.attempts.find(({ n }) => n === attempt)?.exit === undefined;
}

/** Undefined where it is not there yet, or cannot be read, which is told. */
function sizeOf(root: Root, inside: string, report: (error: Parameters<Serving["context"]["report"]>[1]) => void) {
  try {
    const { fd, stat } = openLog(root, inside);
    fs.closeSync(fd);
    return stat.size;
  } catch (error) {
    if (!isFault(error)) throw error;
    if (error.code !== "noinput") report(error);
    return undefined;
  }
}

const most = 1 << 18;

export const log = answering(logApi, async ({ run = "" }, query, serving) => {
  const { from, before, tail, lines } = query;
  if ([from, before, tail].filter((one) => one !== undefined).length > 1)
    throw fault("usage", "from, before and tail exclude each other");
  return withLog(run, query.name, serving, async ({ fd, size, disk, name, of }) => {
    const over = ended(disk);
    // Who follows a log that was cut, or replaced by another, would go on in the middle of something else.
    const isAnew = from !== undefined && (from > size || (query.of !== undefined && query.of !== of));
    const part =
      from !== undefined
        ? await partFrom(fd, isAnew ? 0 : from, most, lines)
        : await partBefore(fd, Math.min(before ?? size, size), most, tail ?? lines ?? 1000);
    const { to } = part;
    const known = { run: disk.run.id, name, of, ...(isAnew ? { anew: true as const } : {}) };
    return { ...known, ...part, size: Math.max(size, to), ended: over && to >= size };
  });
});

/** So much is searched for one answer: longer searches go on with the next. */
const limits = { bytes: 1 << 26, ms: 250 };

export const logSearch = answering(logSearchApi, async ({ run = "" }, query, serving) => {
  const { q, after = 0, line = 1, limit = 100 } = query;
  if (/[\n\r]/.test(q)) throw fault("usage", "a search is within one line");
  return withLog(run, query.name, serving, async ({ fd, size, disk, name }) => {
    const found = await searchText(fd, q, after, line, { hits: limit, ...limits });
    return { run: disk.run.id, name, ...found, size };
  });
});

export const logRaw = streaming(logRawApi, async ({ run = "" }, query, serving, asked) => {
  const { disk, root, files } = logsOf(run, serving);
  const { source, inside } = chosen(files, query.name);
  const { fd, stat } = openLog(root, inside);
  const name = `${disk.run.id}-${source.replaceAll("/", "-")}${/\.(log|out)$/.test(source) ? "" : ".log"}`;
  await sendFile(asked, {
    ...seen(stat),
    type: "text/plain; charset=utf-8",
    disposition: disposition(name, query.download !== true),
    bytes: (from, to) => pieces(fd, from, to),
    close: () => fs.closeSync(fd),
  });
});

interface OpenLog {
  fd: number;
  size: number;
  disk: RunOnDisk;
  name: string;
  /** Another word for another file of the same name. */
  of: string;
}

async function withLog<T>(
  run: string,
  wanted: string | undefined,
  serving: Serving,
  read: (log: OpenLog) => Promise<T>,
): Promise<T> {
  const { disk, root, files } = logsOf(run, serving);
  const { source: name, inside } = chosen(files, wanted);
  const { fd, stat } = openLog(root, inside);
  try {
    return await read({ fd, size: stat.size, disk, name, of: stat.ino.toString(36) });
  } finally {
    fs.closeSync(fd);
  }
}

function chosen<L extends LogFile>(files: readonly L[], name: string | undefined): L {
  const newest = files.findLast(({ attempt }) => attempt !== undefined) ?? files.at(-1);
  const found = name === undefined ? newest : files.find(({ source }) => source === name);
  if (found) return found;
  if (name === undefined) throw fault("noinput", "no log yet: it has not started");
  throw fault("noinput", "the run has no log of that name", { hint: "/logs lists them" });
}
