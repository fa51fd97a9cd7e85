// How many runs of each state the other filters leave, each a filter itself; and the other filters, each to take away.
import type { groupsApi } from "../../../serve/api/runs.js";
import { figure } from "../../parts/format.js";
import { Icon } from "../../parts/icon.js";
import { kindOfState } from "../../parts/state-mark.js";
import { useAsk } from "../../shell/use-ask.js";
import { type Looking, look, plainFilters } from "./looking.js";

const order = ["running", "submitted", "queued", "blocked", "failed", "lost", "succeeded", "cached", "cancelled"];
const rank = (state: string) => (order.indexOf(state) + 1 || order.length + 1) - 1;

export function StateChips({ looking: { filters, states, others } }: { looking: Looking }) {
  const { answer } = useAsk<typeof groupsApi>(
    "/api/v1/runs/groups",
    { query: { ...filters, by: "state" } },
    { live: ["run"] },
  );
  const counts = new Map((answer?.groups ?? []).map(({ key, count }) => [String(key["state"]), count]));
  for (const state of states) if (!counts.has(state)) counts.set(state, 0);
  const shown = [...counts].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
  const toggle = (state: string) =>
    look({ state: states.includes(state) ? states.filter((one) => one !== state) : [...states, state] });
  return (
    <fieldset class="chips">
      <legend class="hidden">Quick filters</legend>
      {shown.map(([state, count]) => (
        <button
          key={state}
          type="button"
          class={`chip state ${kindOfState(state)}`}
          aria-pressed={states.includes(state)}
          onClick={() => toggle(state)}
        >
          {state} <span class="count">{figure(count)}</span>
        </button>
      ))}
      {others.map(([name, value]) => (
        <button
          key={`${name} ${value}`}
          type="button"
          class="chip other"
          aria-label={`Take the filter away: ${name} ${value}`}
          onClick={() => look({ [name]: others.filter(([n, v]) => n === name && v !== value).map(([, v]) => v) })}
        >
          <span class="soft">{name}</span> {value} <Icon name="close" />
        </button>
      ))}
      {(states.length > 0 || others.length > 1) && (
        <button
          type="button"
          class="chip clear"
          onClick={() => look({ state: [], ...Object.fromEntries(plainFilters.map((name) => [name, []])) })}
        >
          Clear
        </button>
      )}
    </fieldset>
  );
}
