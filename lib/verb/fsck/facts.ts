// What the facts of a run say together: submissions, attempts, the outcome and the seal.
import path from "node:path";
import type { Outcome } from "../../record/facts.js";
import { type Standing, stateOf } from "../../record/state.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { attemptDirectory, envelope, sealFile, submissionDirectory } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { submissionFiles } from "../../registry/submissions.js";
import { type Looking, reading, type Survey } from "./breach.js";

export function* checkFacts(survey: Survey, disk: RunOnDisk): Looking {
  yield* submissions(survey, disk);
  yield* attempts(disk);
  // What cannot be read may be what is missing.
  if (disk.problems.length === 0 && !disk.partial) yield* outcome(survey, disk);
}

function* submissions(survey: Survey, { dir, facts }: RunOnDisk): Looking {
  for (const { n, intent, receipt, array } of facts.submissions) {
    const at = submissionDirectory(envelope(dir), n);
    if (receipt && !intent)
      yield { check: "submission", path: path.join(at, "receipt.json"), message: "there is no intent.json before it" };
    if (receipt && intent?.void)
      yield {
        check: "submission",
        path: path.join(at, "receipt.json"),
        message: "its intent.json is void: nobody may have sent it",
      };
    if (!intent || intent.void) continue;
    const { script, context, params } = submissionFiles(dir, n);
    // What an element has besides is its array's, and looked at there.
    for (const file of array ? [context] : [script, context, params]) {
      const seen = yield* reading(survey, "submission", file, () => lookAt(file));
      if (!seen) yield { check: "submission", path: file, message: "is missing, though it was sent" };
    }
  }
}

function* attempts({ dir, facts }: RunOnDisk): Looking {
  const known = new Set(facts.submissions.map(({ n }) => n));
  for (const { n, start } of facts.attempts) {
    const at = path.join(attemptDirectory(envelope(dir), n), "start.json");
    if (!start) yield { check: "attempt", path: at, message: "is missing, or says nothing" };
    else if (!known.has(start.submission))
      yield { check: "attempt", path: at, message: `is of submission ${start.submission}, which there is not` };
  }
}

/** The outcome is derived once more from the facts that it was derived from. */
function* outcome({ now }: Survey, { dir, facts }: RunOnDisk): Looking {
  if (!facts.outcome) {
    const message = "is there, but no outcome.json before it";
    if (lookAt(sealFile(envelope(dir)))) yield { check: "outputs", path: sealFile(envelope(dir)), message };
    return;
  }
  const { outcome: told, ...others } = facts;
  const derived = stateOf(others, now);
  if (agrees(told, derived, facts)) return;
  const message = `says ${wordsOf(told)}; by the other facts it is ${wordsOf(derived)}`;
  yield { check: "outcome", path: path.join(envelope(dir), "outcome.json"), message };
}

/**
 * Some ends have no other fact: one that was never sent since the scheduler refused it, or what it waited for has failed; one
 * that was answered by another run.
 */
function agrees(
  told: Outcome,
  derived: Standing,
  { attempts, submissions, decision, cancel }: RunOnDisk["facts"],
): boolean {
  if (derived.state === told.state) return true;
  // Another run's end was its own.
  if (decision?.decision === "hit" || decision?.decision === "follows") return true;
  const neverSent = attempts.length === 0 && submissions.every(({ receipt }) => !receipt);
  if (!neverSent || derived.final) return false;
  return (
    told.mode === "submit_error" || told.mode === "dependency" || (told.state === "cancelled" && cancel !== undefined)
  );
}

function wordsOf({ state, mode }: { state: string; mode?: string | undefined }): string {
  return mode === undefined || mode === state ? state : `${state} (${mode})`;
}
