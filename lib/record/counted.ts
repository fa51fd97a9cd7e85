// Which submission, job and attempt of a run count: by the rules of the job's own fence, read from outside.
import type { Attempt, Facts, Submission } from "./run-facts.js";

export interface Counted {
  /** The newest submission that somebody sent, or whose script runs; the void ones are nobody's. */
  submission?: Submission;
  /** The job that has the submission. Undefined before one is known, and where the script was started by hand. */
  job?: string;
  /** The newest attempt of that job of which anything is known. */
  attempt?: Attempt;
  /** The attempt was started by hand: no scheduler can say anything about it. */
  byHand: boolean;
  /** An attempt without a visible start.json: what it wrote is still on its way through the file system. */
  arriving: boolean;
}

/**
 * The facts that count. Void submissions, superseded attempts and attempts of earlier submissions count for nothing. A
 * submission is one job's: that of its first attempt, else that of the receipt; the fence stops every other job.
 */
export function countedOf({ submissions, attempts }: Facts): Counted {
  const { sent, alive } = countingOf({ submissions, attempts });
  const newest = Math.max(0, ...sent.map(({ n }) => n), ...alive.map(({ start }) => start?.submission ?? 0));
  const submission = newest === 0 ? undefined : (sent.find(({ n }) => n === newest) ?? { n: newest });
  // Whose an attempt without a start.json is, is known only where there is one submission that it can be of.
  const ours = alive.filter(({ start }) => (start ? start.submission === newest : sent.length <= 1));
  const first = ours.find(({ start }) => start)?.start;
  const held = first === undefined ? ours : ours.filter(({ start }) => !start || start.job === first.job);
  const attempt = held.findLast(({ start, exit }) => start || exit);
  const job = first?.job ?? submission?.receipt?.job;
  return {
    ...(submission === undefined ? {} : { submission }),
    ...(job === undefined ? {} : { job }),
    ...(attempt === undefined ? {} : { attempt }),
    byHand: first !== undefined && first.job === undefined,
    arriving: alive.some(({ start }) => start === undefined),
  };
}

/** Whether the job that counts runs other elements of its array, too: then it is not to be ended, or requeued, for this one. */
export function sharesItsJob(facts: Facts): boolean {
  const { submission, job } = countedOf(facts);
  const array = submission?.array;
  // The receipt says so, but whoever was to write it may have died.
  return array !== undefined && job !== undefined && !job.endsWith(`_${array.index}`);
}

/**
 * How often it was attempted, over all submissions; one whose job never reached its first line counts, too. Of a submission
 * only its own job's attempts count: the fence stops the others, whether their word of that is to be seen already or not.
 */
export function attemptsOf(facts: Pick<Facts, "submissions" | "attempts">): number {
  const { sent, alive } = countingOf(facts);
  const numbers = new Set([...sent.map(({ n }) => n), ...alive.flatMap(({ start }) => start?.submission ?? [])]);
  let count = 0;
  for (const n of numbers) {
    const its = alive.filter(({ start }) => start?.submission === n);
    count += Math.max(1, its.filter(({ start }) => start?.job === its[0]?.start?.job).length);
  }
  return count;
}

function countingOf({ submissions, attempts }: Pick<Facts, "submissions" | "attempts">) {
  const given = new Set(submissions.filter(({ intent }) => intent?.void).map(({ n }) => n));
  return {
    sent: submissions.filter(({ n, intent, receipt }) => !given.has(n) && (intent || receipt)),
    alive: attempts.filter(
      ({ start, exit }) => exit?.reason !== "superseded" && !(start && given.has(start.submission)),
    ),
  };
}
