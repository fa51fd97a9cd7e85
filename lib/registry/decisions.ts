// decision-<n>.json: what a run's owner has decided about computing it. Written once each, the highest counts.
import path from "node:path";
import { lastSent } from "../record/decided.js";
import type { Decision } from "../record/facts.js";
import type { RunOnDisk } from "./facts.js";
import { envelope, numbered } from "./layout.js";
import type { Registry } from "./open.js";
import { list } from "./read.js";
import { recordText, writeOnce } from "./write.js";

/** Writes the next decision of one's own run; one that says the same as the last is not written. */
export function decide(
  registry: Registry,
  { run, dir, facts }: Pick<RunOnDisk, "run" | "dir" | "facts">,
  decided: Omit<Decision, "type" | "v" | "run" | "submission" | "attempt">,
): "made" | "exists" {
  const attempt = facts.attempts.at(-1)?.n;
  const decision = { ...decided, submission: lastSent(facts), ...(attempt === undefined ? {} : { attempt }) };
  if (facts.decision && sense(facts.decision) === sense(decision)) return "exists";
  const text = recordText({ type: "decision", v: 1, run: run.id, ...decision });
  const lab = envelope(dir);
  const taken = list(lab).map((name) => numbered(name.replace(/\.json$/, ""), "decision-") ?? 0);
  let n = 1 + Math.max(0, ...taken);
  while (writeOnce(path.join(lab, `decision-${n}.json`), text, registry.modes.file) === "exists") n += 1;
  return "made";
}

function sense(of: Partial<Decision>): string {
  const { decision, submission = 0, key, epoch, generation, leader, runs = [], message } = of;
  return JSON.stringify([decision, submission, key, epoch, generation, leader, [...runs].sort(), message]);
}
