// How much of its time a running job has used.
import { useNow } from "./figures.js";
import { elapsed, shortly } from "./format.js";

/** How long it has been running, and of how much where it has a limit: then with a bar. */
export function TimeLimit({
  since,
  limit_s,
  bar = true,
}: {
  since: string;
  limit_s?: number | undefined;
  bar?: boolean;
}) {
  const now = useNow(limit_s !== undefined && limit_s > 7200 ? 5000 : 1000);
  const spent = Math.max(0, (now - Date.parse(since)) / 1000);
  if (limit_s === undefined) return <span class="duration">{elapsed(spent)}</span>;
  const left = limit_s - spent;
  const words = left > 0 ? `${elapsed(left)} left of ${shortly(limit_s)}` : `its limit of ${shortly(limit_s)} is over`;
  return (
    <span class="time-limit" title={words}>
      {bar && (
        <span class={`bar ${left < limit_s / 10 ? "near" : ""}`} role="img" aria-label={words}>
          <span style={{ width: `${Math.min(100, (100 * spent) / limit_s)}%` }} />
        </span>
      )}
      <span class="duration">
        {elapsed(spent)} <span class="soft">of {shortly(limit_s)}</span>
      </span>
    </span>
  );
}
