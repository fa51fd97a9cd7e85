// Runs with a key, through the library as their owner's commands would take them: decided about, rendered, sent, and what
// their jobs leave behind.
import fs from "node:fs";
import path from "node:path";
import type { Run } from "../../../lib/record/run.js";
import { drawRunId } from "../../../lib/record/run-id.js";
import { type Standing, stateOf } from "../../../lib/record/state.js";
import type { RunOnDisk } from "../../../lib/registry/facts.js";
import { claimStem } from "../../../lib/registry/layout.js";
import { openRun } from "../../../lib/registry/runs.js";
import { reconcilePass } from "../../../lib/verb/passes.js";
import { advancePass } from "../../../lib/verb/send/advancing.js";
import { cacheRun } from "../../../lib/verb/send/caching.js";
import { renderRun } from "../../../lib/verb/send/rendering.js";
import { type Sent, senderOf, sendRun } from "../../../lib/verb/send/sending.js";
import { sampleRun } from "../record/sample.js";
import { putRun } from "../registry/put-run.js";
import { all, type FakeContext, fakeContext } from "../verb/fake-context.js";

export const key = `sha256:${"ab".repeat(32)}`;

export const keyOf = (digest: string): NonNullable<Run["key"]> => ({ version: "lab-key/1", digest, of: {} });

/** A context whose configuration has what rendering asks for. */
export function claimants(t: { teardown(fn: () => void): void }): FakeContext {
  const context = fakeContext(t);
  const given = context.config;
  context.config = async () => {
    const { config, ...rest } = await given();
    return { ...rest, config: { ...config, env: {}, modules: [] } } as unknown as Awaited<ReturnType<typeof given>>;
  };
  return context;
}

/** A run that has been created, and nothing more. */
export function createdRun({ given }: FakeContext, more: Partial<Run> = {}): Run {
  const id = drawRunId(Date.now());
  const dir = path.join(given.base, "runs", given.user, id);
  const out = path.join(given.base, "..", "artifacts", `model@${id}`);
  const then = new Date(Date.now() - 600_000).toISOString();
  const run = sampleRun({
    id,
    user: given.user,
    phase: "created",
    planned_at: then,
    created_at: then,
    run_dir: dir,
    source: { kind: "directory", root: "/", digest: key, tar: "/none.tar" },
    outputs: { model: { type: "model", alias: "model", digest: "stat", path: out } },
    key: keyOf(key),
    epoch: "1",
    ...more,
  });
  putRun(given, run, "name = 'train'\n");
  return run;
}

export const open = ({ given }: FakeContext, { id }: Pick<Run, "id">): RunOnDisk => {
  const disk = openRun(given, given.user, id);
  if (!disk) throw new Error(`no run ${id}`);
  return disk;
};
export const stateIn = (context: FakeContext, run: Pick<Run, "id">): Standing =>
  stateOf(open(context, run).facts, Date.now());

/** lab-create, lab-cache and, where it claims, lab-render-sbatch. */
export async function decidedRun(context: FakeContext, more: Partial<Run> = {}): Promise<Run> {
  const run = await cacheRun(createdRun(context, more), context);
  return run.decision?.decision === "claimed" ? renderRun(run, context) : run;
}

export async function send(context: FakeContext, run: Run): Promise<Sent> {
  return sendRun(run, await senderOf(0, context), context);
}

export async function sentRun(context: FakeContext, more: Partial<Run> = {}): Promise<Run> {
  const sent = await send(context, await decidedRun(context, more));
  if (sent.how !== "submitted") throw new Error(`it is ${sent.how}`);
  return sent.run;
}

/** What the owner's pass does; the ids of the runs of which there is news. */
export const advanced = async (context: FakeContext) => (await all(advancePass(context))).map(({ run }) => run.id);
export const reconciled = async (context: FakeContext) =>
  (await all(reconcilePass(context))).map(({ run }) => run.run.id);

/** An attempt as a job leaves it; `exit` is how it ended. */
export function attempt(run: Run, n: number, about: { submission?: number; job?: string }, exit?: object): void {
  const dir = path.join(run.run_dir ?? "", `.lab/attempt-${n}`);
  fs.mkdirSync(dir, { recursive: true });
  const common = { v: 1, run: run.id, attempt: n, at: new Date().toISOString() };
  const write = (name: string, record: object) => fs.writeFileSync(path.join(dir, name), JSON.stringify(record));
  write("start.json", { type: "start", ...common, submission: 1, host: "n1", ...about });
  if (exit) write("exit.json", { type: "exit", ...common, reason: "command", code: 0, ...exit });
}

/** What it declares is there. */
export function makes(run: Run, n = 1): object {
  const place = run.outputs["model"]?.path ?? "";
  fs.mkdirSync(place, { recursive: true });
  return { attempt: n, outputs: [{ role: "model", path: place, complete: true }] };
}

/** The claims of the key, in order: `1 go`, `2 void`, `3`. */
export function claimsOf({ given }: FakeContext): string[] {
  const stem = claimStem(given.base, { key, epoch: "1" });
  const names = fs.readdirSync(path.dirname(stem)).filter((name) => name.startsWith(`${path.basename(stem)}.`));
  const numbers = names.flatMap((name) => /\.(\d+)\.json$/.exec(name)?.[1] ?? []).sort((a, b) => Number(a) - Number(b));
  return numbers.map((n) => {
    if (!names.includes(`${path.basename(stem)}.${n}.go.json`)) return n;
    return `${n} ${JSON.parse(fs.readFileSync(`${stem}.${n}.go.json`, "utf8")).void ? "void" : "go"}`;
  });
}

/** Makes a claim look as old as this (seconds). */
export function aged({ given }: FakeContext, generation: number, age_s: number): void {
  const file = `${claimStem(given.base, { key, epoch: "1" })}.${generation}.json`;
  const then = Date.now() / 1000 - age_s;
  fs.utimesSync(file, then, then);
  const seal = file.replace(/json$/, "go.json");
  if (fs.existsSync(seal)) fs.utimesSync(seal, then, then);
}
