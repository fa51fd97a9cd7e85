// The state of a run, a stage, a job: always a word, and a dot in the colour of its kind.

const kinds: Record<string, string> = {
  running: "running",
  exited: "running",
  succeeded: "succeeded",
  ok: "succeeded",
  cached: "cached",
  failed: "failed",
  lost: "failed",
  pending: "queued",
  queued: "queued",
  planned: "queued",
  created: "queued",
  submitted: "queued",
  submitting: "queued",
  waiting: "queued",
  following: "queued",
  deferred: "queued",
  requeued: "queued",
};

/** One of running, queued, succeeded, cached, failed, quiet: the name of a colour, `var(--<kind>)`. */
export function kindOfState(state: string): string {
  return Object.hasOwn(kinds, state) ? (kinds[state] ?? "quiet") : "quiet";
}

export function StateMark({ state, mode }: { state: string; mode?: string | undefined }) {
  return (
    <span class={`state ${kindOfState(state)}`}>
      {state}
      {mode && mode !== state && <span class="mode">{mode.replaceAll("_", " ")}</span>}
    </span>
  );
}
