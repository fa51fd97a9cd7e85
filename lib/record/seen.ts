// What the scheduler was seen to say of the job that counts, and how that fits the attempts.
import type { Counted } from "./counted.js";
import type { JobView } from "./facts.js";
import type { Attempt, Facts } from "./run-facts.js";
import type { Standing } from "./standing.js";

export interface Seen {
  /** What the scheduler says of our job; undefined if it was not asked since the attempt began. */
  view?: JobView;
  /** It was asked, and did not know the job. */
  absent: boolean;
}

/** Clocks within a cluster differ by less: munge accepts no more. */
export const clock_skew_ms = 300_000;
/** Slurm starts a requeued job again after six seconds at the earliest (AuthInfo's cred_expire and one). */
const restart_pause_ms = 5000;

/** What was seen, unless it is about an older job of that id, or was said before the attempt began. */
export function seenOf({ scheduler, planned_at }: Facts, { job, attempt }: Counted): Seen {
  if (!scheduler) return { absent: false };
  const { job: view, absent_since, observed_at } = scheduler;
  const before = attempt?.start !== undefined && Date.parse(attempt.start.at) > Date.parse(observed_at);
  const absent = absent_since !== undefined && !before;
  if (view === undefined || view.job !== job) return { absent };
  if (view.ended_at !== undefined && Date.parse(view.ended_at) < Date.parse(planned_at) - clock_skew_ms)
    return { absent };
  const [seen, begun] = [restartsOf(view), attempt?.start?.restart];
  // Where both count the restarts these decide, and not two machines' clocks.
  const sure = seen !== undefined && begun !== undefined && (seen !== begun || view.phase === "ended");
  return (sure ? seen < begun : before) ? { absent } : { view, absent };
}

/** How often the scheduler says that it has started the job again; accounting does not say. */
function restartsOf({ restarts, source }: JobView): number | undefined {
  return restarts ?? (source === "queue" || source === "worker" ? 0 : undefined);
}

/** Whether the attempt is of the start that the view tells of: a requeued job starts more than once. */
export function isOfThisStart({ start, exit }: Attempt, view: JobView): boolean {
  const restarts = restartsOf(view);
  if (start?.restart !== undefined && restarts !== undefined) return start.restart >= restarts;
  const begun = view.started_at === undefined ? -Infinity : Date.parse(view.started_at);
  if (exit) return Date.parse(exit.at) >= begun;
  return start === undefined || Date.parse(start.at) >= begun - restart_pause_ms;
}

/** Whether the job ended while it waited. (Accounting gives such a job the time of its end as a start, but no node.) */
export function neverBegan({ verdict, started_at, nodes }: JobView): boolean {
  const whileWaiting = verdict === "cancelled" || verdict === "dependency" || verdict === "deadline";
  return whileWaiting && (started_at === undefined || nodes === undefined);
}

/** Whether every start that there was before the end has left its whole record. */
export function isAllTold(view: JobView, attempt: Attempt | undefined): boolean {
  const whole = attempt?.start !== undefined && attempt.exit !== undefined;
  if (!neverBegan(view)) return whole && isOfThisStart(attempt, view);
  const starts = restartsOf(view);
  if (starts === 0) return attempt === undefined || whole;
  return starts !== undefined && whole && (attempt.start?.restart ?? 0) >= starts - 1;
}

/** When it began and ended, by whoever knows. */
export function timesOf(
  attempt: Attempt | undefined,
  view: JobView | undefined,
): Pick<Standing, "started_at" | "ended_at"> {
  const started = attempt?.start?.at ?? (view && neverBegan(view) ? undefined : view?.started_at);
  const over = attempt?.exit?.at ?? (view?.phase === "ended" ? view.ended_at : undefined);
  return {
    ...(started === undefined ? {} : { started_at: started }),
    ...(over === undefined ? {} : { ended_at: over }),
  };
}
