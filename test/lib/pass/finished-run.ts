// A run on disk that has written things, as its job leaves it: attempts, notes of steps, manifests, bytes, an outcome.
import fs from "node:fs";
import path from "node:path";
import type { RegisterPass } from "../../../lib/pass/register.js";
import type { Outcome } from "../../../lib/record/facts.js";
import type { Fault } from "../../../lib/record/fault.js";
import type { Run, RunOutput } from "../../../lib/record/run.js";
import { drawRunId } from "../../../lib/record/run-id.js";
import type { RunOnDisk } from "../../../lib/registry/facts.js";
import type { Registry } from "../../../lib/registry/open.js";
import { openRun } from "../../../lib/registry/runs.js";
import { sampleRun } from "../record/sample.js";
import { putRun } from "../registry/put-run.js";

export interface Finished {
  run: Run;
  dir: string;
  /** Where the output of a role is. */
  output(role: string): string;
  open(): RunOnDisk;
  /** Writes files below an output. */
  write(role: string, files: Record<string, string>): void;
  attempt(n: number, exit?: object): void;
  /** Notes a step as the job does, by what is there now. */
  noteStep(n: number, role: string, name: string, more?: object): void;
  end(state?: Outcome["state"], more?: Partial<Outcome>): void;
}

/** Makes a run with these outputs; their directories are below `artifacts` beside the registry. */
export function finishedRun(
  registry: Registry,
  outputs: Record<string, Partial<RunOutput>>,
  more: Partial<Run> = {},
): Finished {
  const id = more.id ?? drawRunId(Date.now());
  const root = path.join(registry.base, "..", "artifacts");
  const placed = Object.entries(outputs).map(([role, output]) => {
    const type = output.type ?? "model";
    const directory = path.join(root, type, registry.user, `${role}@${id}`);
    fs.mkdirSync(path.join(path.dirname(directory), ".meta"), { recursive: true });
    if (type !== "file") fs.mkdirSync(directory);
    return [role, { type, alias: role, digest: "stat" as const, path: directory, ...output }] as const;
  });
  const run = sampleRun({ id, user: registry.user, outputs: Object.fromEntries(placed), ...more });
  putRun(registry, run, "name = 'train'\n");
  const dir = path.join(registry.base, "runs", registry.user, id);
  const lab = path.join(dir, ".lab");
  const at = () => new Date().toISOString();
  const output = (role: string) => run.outputs[role]?.path ?? "";
  const json = (name: string, value: object) => fs.writeFileSync(path.join(lab, name), JSON.stringify(value));
  return {
    run,
    dir,
    output,
    open() {
      const disk = openRun(registry, registry.user, id);
      if (!disk) throw new Error(`no run ${id}`);
      return disk;
    },
    write(role, files) {
      for (const [name, text] of Object.entries(files)) {
        const file = path.join(output(role), name);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, text);
      }
    },
    attempt(n, exit) {
      fs.mkdirSync(path.join(lab, `attempt-${n}`), { recursive: true });
      const about = { v: 1, run: id, attempt: n, at: at() };
      json(`attempt-${n}/start.json`, { type: "start", ...about, submission: 1, host: "n1", job: "1" });
      if (exit) json(`attempt-${n}/exit.json`, { type: "exit", ...about, reason: "command", code: 0, ...exit });
    },
    noteStep(n, role, name, more = {}) {
      const step = path.join(output(role), name);
      const { mtimeMs, size } = fs.statSync(path.join(step, run.outputs[role]?.marker ?? ""));
      const line = {
        role,
        step: Number(/\d+$/.exec(name)?.[0]),
        path: step,
        complete: true,
        files: 1,
        bytes: 1,
        digest: `sha256:${"1".repeat(64)}`,
        marker_mtime: Math.floor(mtimeMs / 1000),
        marker_bytes: size,
        at: at(),
        ...more,
      };
      fs.appendFileSync(path.join(lab, `attempt-${n}/steps.ndjson`), `${JSON.stringify(line)}\n`);
    },
    end(state = "succeeded", more = {}) {
      json("outcome.json", { type: "outcome", v: 1, run: id, state, attempt: 1, ended_at: at(), at: at(), ...more });
    },
  };
}

/** A pass, and what it reported. */
export function registerPass(registry: Registry, more: Partial<RegisterPass> = {}) {
  const reported: string[] = [];
  const pass: RegisterPass = {
    registry,
    now: Date.now(),
    grace_s: 60,
    report: (_, error: Fault) => reported.push(error.message),
    ...more,
  };
  return { pass, reported };
}
