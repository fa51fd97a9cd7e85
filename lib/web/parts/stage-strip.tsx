// The stages of a pipeline in their order, each with the state that counts most in it.
import { kindOfState } from "./state-mark.js";

const weights = [
  "failed",
  "lost",
  "cancelled",
  "blocked",
  "running",
  "exited",
  "queued",
  "submitted",
  "following",
  "deferred",
  "requeued",
  "planned",
  "missing",
  "succeeded",
  "cached",
];

/** The one state to show of several runs: what needs somebody first. */
export function stateOfStage(counts: Record<string, number>): string {
  const there = Object.entries(counts).flatMap(([state, count]) => (count > 0 ? [state] : []));
  const rank = (state: string) => (weights.includes(state) ? weights.indexOf(state) : weights.length);
  return there.sort((a, b) => rank(a) - rank(b))[0] ?? "missing";
}

export function StageStrip({
  stages,
  short = false,
}: {
  stages: readonly { name: string; counts: Record<string, number> }[];
  short?: boolean;
}) {
  const words = stages.map(({ name, counts }) => `${name} ${stateOfStage(counts)}`).join(", ");
  return (
    <span class="stage-strip" role="img" aria-label={words} title={words}>
      {stages.map(({ name, counts }) => (
        <span key={name} class={`stage-part ${kindOfState(stateOfStage(counts))}`}>
          {short ? "" : name}
        </span>
      ))}
    </span>
  );
}
