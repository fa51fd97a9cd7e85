// What the job of a run got, which a later submission may have other than run.json says.
import path from "node:path";
import { type ContextInput, contextSchema, type JobContext } from "../record/facts.js";
import { isFault } from "../record/fault.js";
import type { Run, RunInput } from "../record/run.js";
import type { RunOnDisk } from "./facts.js";
import { envelope, submissionDirectory } from "./layout.js";
import { readRecord } from "./read.js";

/**
 * Source and inputs of the submission that ran, else of the newest. An input in whose place another was put is the other. What cannot be read is told of once.
 */
export function asGiven(disk: RunOnDisk, bad: (message: string) => void): Pick<Run, "inputs" | "source"> {
  const { inputs, source } = disk.run;
  const context = contextOf(disk, bad);
  if (!context) return { inputs, source };
  const given = new Map(context.inputs.map((input) => [input.role, input]));
  const changed = ([role, input]: [string, RunInput]): [string, RunInput] => {
    const other = given.get(role);
    return other === undefined || other.path === input.path ? [role, input] : [role, inputOf(other)];
  };
  const { digest, tar } = context.snapshot;
  return {
    inputs: Object.fromEntries(Object.entries(inputs).map(changed)),
    source: digest === source.digest ? source : { kind: source.kind, root: source.root, digest, tar },
  };
}

/** As run.json would have it. */
function inputOf({ type, path: file, output, role: _, id, run, user, step }: ContextInput): RunInput {
  if (type !== "artifact") return { type: "external", path: file, fingerprint: "none" };
  const known = Object.entries({ id, run, user, role: output, step }).filter(([, value]) => value !== undefined);
  return { type, artifact: id ?? `${run}:${output}`, path: file, ...Object.fromEntries(known) };
}

const read = new WeakMap<RunOnDisk, JobContext | undefined>();

function contextOf(disk: RunOnDisk, bad: (message: string) => void): JobContext | undefined {
  if (read.has(disk)) return read.get(disk);
  const { submissions, attempts } = disk.facts;
  const n = attempts.findLast(({ start }) => start)?.start?.submission ?? submissions.at(-1)?.n;
  const context = n === undefined ? undefined : readContext(disk, n, bad);
  read.set(disk, context);
  return context;
}

function readContext(
  { dir, owner, run }: RunOnDisk,
  n: number,
  bad: (message: string) => void,
): JobContext | undefined {
  try {
    const file = path.join(submissionDirectory(envelope(dir), n), "context.json");
    const context = readRecord(file, contextSchema, { owner });
    return context?.run === run.id ? context : undefined;
  } catch (error) {
    if (!isFault(error)) throw error;
    bad(error.message);
    return undefined;
  }
}
