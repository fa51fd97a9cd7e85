// What the gate of a job has to know of an input: where it is, and by what it is told to be there and to be what it was.
import type { ContextInput } from "../../record/facts.js";
import type { RunInput } from "../../record/run.js";
import { envelope, runDirectory } from "../../registry/layout.js";
import type { Registry } from "../../registry/open.js";
import type { StepInput } from "./step-inputs.js";

/** An input of a resolved run as its context.json has it. */
export function gateInput(role: string, input: RunInput, registry: Registry): ContextInput {
  if (input.type === "artifact")
    return { role, type: input.type, path: input.path ?? "", ...ofArtifact(input, registry) };
  const { type, path, fingerprint } = input;
  return { role, type, path, fingerprint };
}

function ofArtifact(input: StepInput, { base, user: me }: Registry): Partial<ContextInput> {
  const { run, role: output, step, user = me, record } = input;
  const from = run === undefined ? record : envelope(runDirectory(base, user, run));
  const { id, pick, stream, steps, marker, marker_mtime, marker_bytes, stat_digest, digest } = input;
  const which = { step, pick, stream, steps };
  const all = { id, run, user, output, ...which, from, marker, marker_mtime, marker_bytes, stat_digest, digest };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
