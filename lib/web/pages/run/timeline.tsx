// What happened to a run and when: planned, sent, each attempt with its end, settled.
import type { ComponentChildren } from "preact";
import { Bytes, Duration, Time } from "../../parts/figures.js";
import { absolute } from "../../parts/format.js";
import type { WholeRun } from "./record.js";

interface Moment {
  at: string;
  what: string;
  /** The name of a colour of states. */
  kind: string;
  more?: ComponentChildren;
}

export function Timeline({ run }: { run: WholeRun }) {
  return (
    <ol class="timeline">
      {momentsOf(run).map(({ at, what, kind, more }) => (
        <li key={`${at}${what}`} class={kind}>
          <span class="timeline-what">{what}</span>
          <span class="soft" title={absolute(at)}>
            <Time at={at} />
          </span>
          {more && <span class="timeline-more">{more}</span>}
        </li>
      ))}
    </ol>
  );
}

function momentsOf({
  planned_at,
  submissions,
  attempts,
  outcome,
  state,
  job,
}: WholeRun & { outcome?: { at: string } }): Moment[] {
  const sent = submissions.flatMap(({ n, receipt, refusal, array }): Moment[] => {
    const again = n > 1 ? ` (${n}.)` : "";
    const more = array ? `element ${array.index} of an array` : receipt?.job ? `job ${receipt.job}` : undefined;
    if (refusal)
      return [{ at: refusal.at, what: `refused by the scheduler${again}`, kind: "failed", more: refusal.message }];
    return receipt ? [{ at: receipt.at, what: `submitted${again}`, kind: "queued", more }] : [];
  });
  const tried = attempts.flatMap(({ n, start, exit }): Moment[] => {
    const began = start && { at: start.at, what: `attempt ${n} began`, kind: "running", more: `on ${start.host}` };
    const ended = exit && {
      at: exit.at,
      what:
        exit.reason === "command"
          ? `attempt ${n} ended with exit code ${exit.code}`
          : `attempt ${n} ended: ${exit.reason.replaceAll("_", " ")}`,
      kind: exit.code === 0 ? "succeeded" : "failed",
      more: (
        <>
          {exit.wall_s !== undefined && <Duration s={exit.wall_s} />}
          {exit.peak_mem_bytes !== undefined && (
            <>
              , at most <Bytes count={exit.peak_mem_bytes} /> of memory
            </>
          )}
        </>
      ),
    };
    return [began, ended].filter((moment) => moment !== undefined);
  });
  const settled = outcome ? [{ at: outcome.at, what: state, kind: kinds[state] ?? "quiet" }] : [];
  const planned = { at: planned_at, what: "planned", kind: "quiet" };
  const first = sent.length === 0 && job ? [{ at: planned_at, what: `job ${job.id}`, kind: "queued" }] : [];
  return [planned, ...first, ...sent, ...tried, ...settled].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

const kinds: Record<string, string> = { succeeded: "succeeded", cached: "cached", failed: "failed", lost: "failed" };
