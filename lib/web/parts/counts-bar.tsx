// How many of what state: words with dots, and a bar of their parts.
import { figure } from "./format.js";
import { kindOfState } from "./state-mark.js";

const order = ["running", "queued", "succeeded", "cached", "failed", "quiet"];

function sorted(counts: Record<string, number>): [state: string, count: number][] {
  const rank = (state: string) => order.indexOf(kindOfState(state));
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([a], [b]) => rank(a) - rank(b));
}

/** `3 running · 40 succeeded`, each with its dot. */
export function Counts({ counts }: { counts: Record<string, number> }) {
  return (
    <span class="counts">
      {sorted(counts).map(([state, count]) => (
        <span key={state} class={`state ${kindOfState(state)}`}>
          {figure(count)} {state}
        </span>
      ))}
    </span>
  );
}

/** The parts as lengths; the words are beside it, or in its label. */
export function CountsBar({ counts }: { counts: Record<string, number> }) {
  const all = sorted(counts);
  const words = all.map(([state, count]) => `${count} ${state}`).join(", ");
  return (
    <span class="counts-bar" role="img" aria-label={words} title={words}>
      {all.map(([state, count]) => (
        <span key={state} class={kindOfState(state)} style={{ flexGrow: count }} />
      ))}
    </span>
  );
}
