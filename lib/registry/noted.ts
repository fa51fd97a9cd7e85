// The files that a job has noted with lab.log_artifact, in attempt-<n>/artifacts-<host>-<pid>.ndjson.
import path from "node:path";
import * as v from "valibot";
import { isFault } from "../record/fault.js";
import { maybe } from "../record/schema.js";
import type { RunOnDisk } from "./facts.js";
import { attemptDirectory, envelope } from "./layout.js";
import { list, readText } from "./read.js";

const lineSchema = v.looseObject({
  path: v.pipe(v.string(), v.startsWith("/")),
  role: maybe(v.string()),
  metadata: maybe(v.record(v.string(), v.unknown())),
});

export interface NotedFile {
  path: string;
  role?: string;
  metadata?: Record<string, unknown>;
}

/** So much of each file of notes is read (bytes). */
const enough = 2 ** 20;

/** What was noted, in order; of a path that was noted often, the last. What cannot be read is as if it had not been noted. */
export function notedFiles({ dir, owner, facts }: Pick<RunOnDisk, "dir" | "owner" | "facts">): NotedFile[] {
  const last = new Map<string, NotedFile>();
  for (const { n } of facts.attempts) {
    const attempt = attemptDirectory(envelope(dir), n);
    for (const line of linesIn(attempt, owner)) last.set(line.path, line);
  }
  return [...last.values()];
}

function linesIn(attempt: string, owner: number): NotedFile[] {
  try {
    const names = list(attempt).filter((name) => /^artifacts-.*\.ndjson$/.test(name));
    return names.sort().flatMap((name) => parsed(readText(path.join(attempt, name), { owner, limit: enough }) ?? ""));
  } catch (error) {
    if (!isFault(error)) throw error;
    return [];
  }
}

function parsed(text: string): NotedFile[] {
  return text.split("\n").flatMap((line) => {
    try {
      const result = v.safeParse(lineSchema, JSON.parse(line));
      return result.success ? [{ ...result.output, path: path.normalize(result.output.path) }] : [];
    } catch {
      return [];
    }
  });
}
