// Which artifact leads by a policy's metric, by how much, and what is not evaluated yet.
import type { Contender, PolicyEntry } from "../../../serve/api/policies.js";
import { Copy } from "../../parts/copy.js";
import { counted, figure } from "../../parts/format.js";

type Goal = "min" | "max" | undefined;

/** The entry with the best value, or the first of those that have it. */
export function bestOf(entries: readonly PolicyEntry[], metric: string, goal: Goal): PolicyEntry | undefined {
  return ranked(entries, metric, goal)[0];
}

function ranked(entries: readonly PolicyEntry[], metric: string, goal: Goal): PolicyEntry[] {
  const sign = goal === "min" ? 1 : -1;
  const value = ({ values }: PolicyEntry) => values?.[metric];
  return entries
    .filter((entry) => value(entry) !== undefined)
    .sort((a, b) => sign * ((value(a) ?? 0) - (value(b) ?? 0)));
}

/** Where the leader is at its best. */
export function bestPoint([first]: readonly Contender[]): { id: string; step: number } | undefined {
  return first?.best?.step === undefined ? undefined : { id: first.run, step: first.best.step };
}

/** What has no value, with why. */
export function missingOf(entries: readonly PolicyEntry[]): { step: number; why: string }[] {
  return entries.flatMap(({ step, why, message }) =>
    step !== undefined && lacking.has(why) ? [{ step, why: message }] : [],
  );
}

const lacking = new Set<string>(["due", "pending", "exhausted", "room"]);

interface BestShape {
  leaders: readonly Contender[];
  entries: readonly PolicyEntry[];
  metric: string;
  goal: Goal;
}

export function Best({ leaders, entries, metric, goal }: BestShape) {
  const [first, second] = ranked(entries, metric, goal);
  const missing = entries.filter(({ why }) => lacking.has(why)).length;
  const [leader] = leaders;
  if (!first || !leader) return null;
  const value = first.values?.[metric] ?? Number.NaN;
  const next = second?.values?.[metric];
  const evaluated = leaders.reduce((sum, one) => sum + one.evaluated, 0);
  return (
    <>
      <h2>Best</h2>
      <p class="verdict-line">
        <span>
          <a class="inline" href={`/artifacts/${first.artifact}`}>
            {nameOf(first)}
          </a>{" "}
          {first.run && (
            <>
              of{" "}
              <a class="inline" href={`/runs/${first.run}`}>
                <code>{first.run.slice(-6)}</code>
              </a>{" "}
            </>
          )}
          with <b>{figure(value)}</b> {metric}: the {goal === "min" ? "least" : "greatest"} of{" "}
          {counted(evaluated, "evaluation")}
          {second && next !== undefined && (
            <span class="soft">
              , {figure(Number(Math.abs(value - next).toPrecision(3)))} {goal === "min" ? "below" : "above"}{" "}
              {nameOf(second)}
              {second.run !== first.run && second.run && ` of ${second.run.slice(-6)}`}
            </span>
          )}
          {missing > 0 && <span class="soft">; {counted(missing, "more is", "more are")} not evaluated yet</span>}
        </span>
        <Copy text={`lab alias best ${first.artifact}`} />
      </p>
    </>
  );
}

function nameOf({ recipe = "", role = "", step }: PolicyEntry): string {
  return `${recipe} ${role}${step === undefined ? "" : ` step ${figure(step)}`}`.trim();
}
