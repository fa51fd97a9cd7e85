// Derives metrics of runs by a command, and keeps them beside the runs.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { Context } from "../command/context.js";
import type { Derived } from "../record/derived.js";
import { fault, isFault, recordError, systemFault } from "../record/fault.js";
import { isName } from "../record/names.js";
import { metricOf, type Point, wordOf } from "../record/point.js";
import { timestamp } from "../record/units.js";
import { keepDerived, lastDerived } from "../registry/derived.js";
import type { RunOnDisk } from "../registry/facts.js";
import { pointsOf } from "../registry/metrics.js";
import { derive } from "./derive-command.js";
import { namedRuns } from "./runs.js";
import { whoseLines } from "./show/what-answers.js";

export interface DerivingOptions {
  name: string | undefined;
  command: string | undefined;
  file: string[];
  timeout: number;
  recompute: boolean;
}

/** Derives of each run what is not derived yet, and yields a record of it. */
export async function* deriveAll(
  records: AsyncIterable<unknown>,
  { name, command, file, timeout, recompute }: DerivingOptions,
  context: Context,
): AsyncGenerator<object> {
  if (name === undefined || !isName(name))
    throw fault("usage", name === undefined ? "what is it to be called?" : `'${name}' cannot be a name`, {
      hint: "--name ppl: letters, digits, and ._+- between them",
    });
  if (command === undefined)
    throw fault("usage", "derived by what?", { hint: "--command 'python3 ppl.py' --file ppl.py" });
  const files = new Map(file.map((one) => [path.basename(one), bytesOf(path.resolve(context.cwd, one))]));
  const what = { name, command, files, recompute, timeout_s: timeout };
  const registry = await context.registry();
  for await (const named of namedRuns(records, context)) {
    if (context.signal.aborted) return;
    if ("other" in named) {
      yield named.other;
      continue;
    }
    const { id } = named.run.run;
    try {
      yield await one(whoseLines(named.run, "metrics", registry, context.say), what, context);
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(id, error);
      yield { type: "derived", v: 1, run: id, name, user: registry.user, error: recordError(error) };
    }
  }
}

interface What {
  name: string;
  command: string;
  files: ReadonlyMap<string, Buffer>;
  recompute: boolean;
  timeout_s: number;
}

/** What there is already, where command, files and run are what they were then; else what the command makes of it now. */
async function one(
  disk: RunOnDisk,
  { name, command, files, recompute, timeout_s }: What,
  context: Context,
): Promise<object> {
  const registry = await context.registry();
  const { run, facts } = disk;
  const digests = Object.fromEntries([...files].map(([file, bytes]) => [file, sha256(bytes)]));
  const digest = sha256(JSON.stringify([command, Object.entries(digests).sort()]));
  const attempt = facts.attempts.at(-1)?.n;
  const before = recompute ? undefined : lastDerived(registry, registry.user, run.id, name);
  if (before?.derived.ended && before.derived.digest === digest && before.derived.attempt === attempt)
    return { ...before.derived, metrics: lastOf(before.points()), kept: true };
  const began = Date.now();
  const bad = (message: string) => context.report(run.id, fault("dataerr", message));
  const made = await derive(disk, pointsOf(disk, bad), {
    command,
    files,
    timeout_s,
    env: context.env,
    signal: context.signal,
  });
  // So that what is derived is never taken for what was logged.
  const named = (one: string) => (one === name || one.startsWith(`${name}/`) ? one : `${name}/${one}`);
  const points = made.map((point) => ({ ...point, name: named(point.name) }));
  const derived: Derived = {
    type: "derived",
    v: 1,
    run: run.id,
    name,
    user: registry.user,
    command,
    digest,
    ...(files.size > 0 ? { files: digests } : {}),
    ...(attempt === undefined ? {} : { attempt }),
    ended: facts.outcome !== undefined,
    points: points.length,
    elapsed_s: Math.round(Date.now() - began) / 1000,
    at: timestamp(Date.now()),
  };
  if (context.dryRun) return { ...derived, metrics: lastOf(points), dry_run: true };
  const lines = points.map((point) => `${JSON.stringify(metricOf(run.id, point))}\n`).join("");
  return { ...keepDerived(registry, derived, lines), metrics: lastOf(points) };
}

function lastOf(points: Iterable<Point>): Record<string, unknown> {
  return Object.fromEntries([...points].map(({ name, value }) => [name, wordOf(value)]));
}

function sha256(data: string | Buffer): string {
  return `sha256:${crypto.createHash("sha256").update(data).digest("hex")}`;
}

function bytesOf(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw systemFault(error, `read '${file}'`);
  }
}
