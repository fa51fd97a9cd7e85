// Runs gathered by what they have in common: how many, how they ended, and a metric over them; each opens to its runs.
import { useState } from "preact/hooks";
import type { groupsApi } from "../../../serve/api/runs.js";
import { Button, ButtonLink } from "../../parts/button.js";
import { Empty } from "../../parts/empty.js";
import { Time } from "../../parts/figures.js";
import { counted, figure, said } from "../../parts/format.js";
import { Icon } from "../../parts/icon.js";
import { Problem } from "../../parts/problem.js";
import { kindOfState } from "../../parts/state-mark.js";
import { Table } from "../../parts/table.js";
import type { AnswerOf } from "../../shell/client.js";
import { useQuery, withQuery } from "../../shell/router.js";
import { useAsk } from "../../shell/use-ask.js";
import { columnOf, runCard } from "./columns.js";
import { type Field, literal, written } from "./completing.js";
import type { Looking } from "./looking.js";
import type { RunsAsked } from "./run-windows.js";

type Group = AnswerOf<typeof groupsApi>["groups"][number];
const step = 100;

interface Shape {
  looking: Looking;
  columns: readonly string[];
  fields: readonly Field[];
}

export function Grouped({ looking, columns, fields }: Shape) {
  const { filters, states, by, metric } = looking;
  const [most, setMost] = useState(step);
  const [order, setOrder] = useQuery("groups", "-count");
  const query = { ...filters, state: states, by: by.join(","), ...(metric ? { metric: `metrics.${metric}` } : {}) };
  const { answer, trouble, again } = useAsk<typeof groupsApi>("/api/v1/runs/groups", { query }, { live: ["run"] });
  if (trouble && !answer) return trouble.code === "usage" ? null : <Problem error={trouble} again={again} />;
  if (!answer) return <div class="loading" />;
  if (answer.groups.length === 0) return <Empty title="No run is like that" text="Take a filter away." />;
  const bounds = boundsOf(answer.groups);
  const groups = inOrder(answer.groups, order);
  const head = (key: string, words: string, end = false) => (
    <SortHead order={order} by={key} words={words} end={end} onSort={setOrder} />
  );
  return (
    <div class="groups">
      <div class={`group-head ${metric ? "measured" : ""}`}>
        {head("key", by.join(", "))}
        {head("count", "Runs", true)}
        {head("failed", "How they ended")}
        {metric && head("metric", `${metric}: least, mean ± deviation, most`)}
        {head("newest", "Newest", true)}
      </div>
      {groups.slice(0, most).map((group) => (
        <OneGroup key={JSON.stringify(group.key)} {...{ group, looking, columns, fields, bounds }} />
      ))}
      {answer.groups.length > most && (
        <Button onClick={() => setMost(most + step)}>{counted(answer.groups.length - most, "more group")}</Button>
      )}
    </div>
  );
}

interface HeadShape {
  order: string;
  by: string;
  words: string;
  end: boolean;
  onSort(order: string): void;
}

/** Of what is most the first press asks for the most, of the key and the metric for the least. */
function SortHead({ order, by, words, end, onSort }: HeadShape) {
  const now = order.replace(/^-/, "") === by;
  const isUp = now && !order.startsWith("-");
  const next = now ? (isUp ? `-${by}` : by) : /^(key|metric)$/.test(by) ? by : `-${by}`;
  return (
    <span class={end ? "end" : ""}>
      <button type="button" aria-pressed={now} onClick={() => onSort(next)} aria-label={`Sort the groups by ${words}`}>
        {words}
        {now && <Icon name={isUp ? "up" : "down"} />}
      </button>
    </span>
  );
}

function inOrder(groups: readonly Group[], order: string): readonly Group[] {
  const [by, sign] = order.startsWith("-") ? [order.slice(1), -1] : [order, 1];
  const known = ({ key, count, states, metric, newest }: Group): unknown => {
    if (by === "key") return Object.values(key)[0];
    if (by === "failed") return ((states["failed"] ?? 0) + (states["lost"] ?? 0)) / count;
    if (by === "metric") return metric && metric.count > 0 ? metric.mean : undefined;
    return by === "newest" ? newest : count;
  };
  const valued = groups.map((group) => [group, known(group)] as const);
  return valued.toSorted(([, a], [, b]) => compared(a, b, sign)).map(([group]) => group);
}

/** What is not known is last either way. */
function compared(a: unknown, b: unknown, sign: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * String(a).localeCompare(String(b));
}

interface Bounds {
  low: number;
  high: number;
}

function boundsOf(groups: readonly Group[]): Bounds {
  const all = groups.flatMap(({ metric }) => (metric && metric.count > 0 ? [metric.min, metric.max] : []));
  return { low: Math.min(...all), high: Math.max(...all) };
}

interface OneShape extends Shape {
  group: Group;
  bounds: Bounds;
}

function OneGroup({ group: { key, count, states, metric, newest }, looking, columns, fields, bounds }: OneShape) {
  const [open, setOpen] = useState(false);
  const own = ownFilters(key);
  return (
    <details class="group" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class={looking.metric ? "measured" : ""}>
        <span class="group-key">
          <Icon name="right" />
          {Object.entries(key).map(([name, value]) => (
            <span key={name}>{value === undefined ? <em class="soft">without {name}</em> : said(value)}</span>
          ))}
        </span>
        <span class="end">{figure(count)}</span>
        <Endings states={states} count={count} />
        {looking.metric && <Spread metric={metric} bounds={bounds} />}
        <span class="end soft">
          <Time at={newest} />
        </span>
      </summary>
      {open && own && <Members {...{ looking, own, columns, fields, count }} />}
    </details>
  );
}

/** What of `where`, and else, leaves the runs of one group. */
function ownFilters(key: Record<string, unknown>): { where: string[] } {
  const where = Object.entries(key).map(([path, value]) =>
    value === undefined ? `not exists(${written(path)})` : `${written(path)} = ${literal(value)}`,
  );
  return { where };
}

interface MembersShape extends Shape {
  own: { where: string[] };
  count: number;
}

function Members({ looking, own, columns, fields, count }: MembersShape) {
  const { filters, states, sort } = looking;
  const where = [...(filters["where"] ?? []), ...own.where];
  const query = { ...filters, where, state: states, sort, limit: 20 };
  const { answer, trouble } = useAsk<RunsAsked>("/api/v1/runs", { query }, { live: ["run"] });
  if (trouble) return <Problem error={trouble} />;
  if (!answer) return <div class="loading" />;
  return (
    <div class="members">
      <Table
        label="Runs of the group"
        columns={columns.map((key) => columnOf(key, fields))}
        rows={answer.runs}
        idOf={({ id }) => id}
        hrefOf={({ id }) => `/runs/${id}`}
        card={runCard}
      />
      {count > answer.runs.length && (
        <ButtonLink href={withQuery({ where, by: undefined })}>All {figure(count)} of them</ButtonLink>
      )}
    </div>
  );
}

const kinds = ["running", "queued", "succeeded", "cached", "failed", "quiet"];

/** A bar, of which each colour is a state; its title says the numbers. */
function Endings({ states, count }: { states: Record<string, number>; count: number }) {
  const parts = Object.entries(states).sort(
    ([a], [b]) => kinds.indexOf(kindOfState(a)) - kinds.indexOf(kindOfState(b)),
  );
  const words = parts.map(([state, n]) => `${n} ${state}`).join(", ");
  return (
    <span class="endings" role="img" aria-label={words} title={words}>
      {parts.map(([state, n]) => (
        <span key={state} class={kindOfState(state)} style={{ width: `${(100 * n) / count}%` }} />
      ))}
    </span>
  );
}

/** Where the values of a group lie among those of all. */
function Spread({ metric, bounds: { low, high } }: { metric: Group["metric"]; bounds: Bounds }) {
  if (!metric || metric.count === 0) return <span class="soft">none has it</span>;
  const { min, max, mean, std } = metric;
  const at = (value: number) => 2 + (96 * (value - low)) / (high - low || 1);
  return (
    <span class="spread" title={`${counted(metric.count, "value")}: ${min} to ${max}, mean ${mean}, deviation ${std}`}>
      <svg viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">
        <line x1={at(min)} x2={at(max)} y1="8" y2="8" />
        <line class="deviation" x1={at(Math.max(min, mean - std))} x2={at(Math.min(max, mean + std))} y1="8" y2="8" />
        <line class="mean" x1={at(mean)} x2={at(mean)} y1="2" y2="14" />
      </svg>
      <span class="soft">{figure(min)}</span>
      <b>{figure(mean)}</b>
      <span class="soft">± {figure(std)}</span>
      <span class="soft">{figure(max)}</span>
    </span>
  );
}
