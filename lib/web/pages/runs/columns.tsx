// The columns that the list of runs can have: some by name, and any field by what it is.
import type { ComponentChildren } from "preact";
import { Bytes, Duration, Time } from "../../parts/figures.js";
import { said } from "../../parts/format.js";
import { Numeral } from "../../parts/number.js";
import { StateMark } from "../../parts/state-mark.js";
import type { Column } from "../../parts/table.js";
import type { Field } from "./completing.js";
import { type RunRow, short, valueAt } from "./run-row.js";
import { Spark } from "./sparks.js";

const known: Record<string, Omit<Column<RunRow>, "key">> = {
  name: {
    title: "Name",
    width: 200,
    pinned: true,
    sort: "name",
    cell: ({ id, name }) => (
      <a class="run-name cut" href={`/runs/${id}`} title={name}>
        {name}
      </a>
    ),
  },
  state: {
    title: "State",
    width: 160,
    sort: "state",
    cell: ({ state, mode }) => <StateMark state={state} mode={mode} />,
  },
  message: {
    title: "Message",
    width: 160,
    grow: 2,
    cell: ({ message }) => (
      <span class="soft" title={message}>
        {message?.replace(wholeIds, "$1")}
      </span>
    ),
  },
  id: {
    title: "Run",
    width: 82,
    cell: ({ id }) => (
      <code class="soft" title={id}>
        {short(id)}
      </code>
    ),
  },
  user: { title: "User", width: 90, sort: "user", cell: ({ user }) => user },
  elapsed_s: {
    title: "Ran",
    width: 90,
    end: true,
    sort: "elapsed_s",
    hint: "How long it ran, or has been running",
    cell: ({ state, elapsed_s, started_at }) =>
      state === "running" ? <Duration since={started_at} /> : <Duration s={elapsed_s} />,
  },
  planned_at: {
    title: "Planned",
    width: 92,
    end: true,
    sort: "planned_at",
    cell: ({ planned_at }) => <Time at={planned_at} />,
  },
  tags: { title: "Tags", width: 140, cell: ({ tags }) => <span title={tags?.join(" ")}>{tags?.join(" ")}</span> },
};

/** The column of a key: a name from above, a field (`params.lr`), or `line:NAME`, a metric's course. */
export function columnOf(key: string, fields: readonly Field[] = []): Column<RunRow> {
  if (Object.hasOwn(known, key)) return { key, ...(known[key] as Omit<Column<RunRow>, "key">) };
  if (key.startsWith("line:")) {
    const name = key.slice(5);
    return {
      key,
      title: `${name} ╱`,
      hint: `How the metric ${name} went`,
      width: 112,
      cell: (row) => <Spark run={row.id} name={name} />,
    };
  }
  const field = fields.find(({ path }) => path === key);
  const end = field ? field.type === "number" || field.type === "time" : isNumeric(key);
  const cell = cellOf(key, field !== undefined && isWhole(field));
  return { key, title: headOf(key), hint: key, sort: key, width: widthOf(field), end, cell };
}

/** As wide as its values and its head need, within bounds. */
function widthOf(field: Field | undefined): number {
  if (!field) return 112;
  const head = headOf(field.path).length * 7 + 36;
  if (field.type === "number") return Math.min(168, Math.max(isWhole(field) ? 76 : 100, head));
  const longest = Math.max(0, ...(field.values ?? []).map((value) => said(value).length));
  return Math.min(220, Math.max(76, head, longest * 7 + 24));
}

/** Of whole numbers alone, as far as is known: nothing of them is after a point. */
function isWhole({ type, values = [], min, max }: Field): boolean {
  return type === "number" && [min, max, ...values].every((value) => value === undefined || Number.isInteger(value));
}

/** The word of a path that tells most: `lr` of `params.lr`, as somebody called it; one of labkit's own in plain words. */
function headOf(key: string): string {
  const dot = key.indexOf(".");
  if (dot >= 0) return key.slice(dot + 1);
  const words = key.replace(/_(at|s)$/, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function isNumeric(key: string): boolean {
  return /^(metrics|resources)\.|_(s|bytes|at)$|^(attempt|exit_code)$|^(params|args)\./.test(key);
}

function cellOf(key: string, whole: boolean): (row: RunRow) => ComponentChildren {
  return (row) => valueCell(key, valueAt(row, key), whole);
}

function valueCell(key: string, value: unknown, whole: boolean): ComponentChildren {
  if (value === undefined) return null;
  if (typeof value === "number") {
    const isOurs = !/^(params|args|metrics|env)\./.test(key);
    if (isOurs && key.endsWith("_s")) return <Duration s={value} />;
    if (isOurs && key.endsWith("_bytes")) return <Bytes count={value} />;
    return whole ? said(value) : <Numeral value={value} />;
  }
  if (typeof value === "string" && key.endsWith("_at")) return <Time at={value} />;
  const text = Array.isArray(value) && value.every((one) => typeof one !== "object") ? value.join(" ") : said(value);
  return <span title={text}>{text}</span>;
}

/** In a narrow column a handle tells more than the beginning of an id. */
const wholeIds = /\b\d{8}-\d{6}-(\w{6})\b/g;

/** What a run is on a narrow screen. */
export function runCard({ id, name, state, mode, message, user, planned_at, started_at }: RunRow) {
  return (
    <>
      <span>
        <a class="run-name cut" href={`/runs/${id}`}>
          {name}
        </a>
        <StateMark state={state} mode={mode} />
      </span>
      <span class="soft">
        <span class="cut">{message ?? `${user} · ${short(id)}`}</span>
        {state === "running" ? <Duration since={started_at} /> : <Time at={planned_at} />}
      </span>
    </>
  );
}
