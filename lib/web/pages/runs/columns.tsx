// The columns that the list of runs can have: some by name, and any field by what it is.
import type { ComponentChildren } from "preact";
import { Bytes, Duration, Time } from "../../parts/figures.js";
import { figure, said } from "../../parts/format.js";
import { StateMark } from "../../parts/state-mark.js";
import type { Column } from "../../parts/table.js";
import { type RunRow, short, valueAt } from "./run-row.js";
import { Spark } from "./sparks.js";

export const usualColumns: readonly string[] = ["name", "state", "message", "id", "user", "elapsed_s", "planned_at"];

const known: Record<string, Omit<Column<RunRow>, "key">> = {
  name: {
    title: "Name",
    width: 180,
    grow: 2,
    sort: "name",
    cell: ({ id, name }) => (
      <a class="run-name cut" href={`/runs/${id}`} title={name}>
        {name}
      </a>
    ),
  },
  state: {
    title: "State",
    width: 150,
    sort: "state",
    cell: ({ state, mode }) => <StateMark state={state} mode={mode} />,
  },
  message: {
    title: "Message",
    width: 200,
    grow: 4,
    cell: ({ message }) => (
      <span class="soft" title={message}>
        {message}
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
export function columnOf(key: string): Column<RunRow> {
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
  return {
    key,
    title: headOf(key),
    hint: key,
    sort: key,
    width: 112,
    end: isNumeric(key),
    cell: (row) => valueCell(key, valueAt(row, key)),
  };
}

/** The word of a path that tells most: `lr` of `params.lr`. */
function headOf(key: string): string {
  return key.slice(key.indexOf(".") + 1).replaceAll("_", " ");
}

function isNumeric(key: string): boolean {
  return /^(metrics|resources)\.|_(s|bytes|at)$|^(attempt|exit_code)$|^(params|args)\./.test(key);
}

function valueCell(key: string, value: unknown): ComponentChildren {
  if (value === undefined) return null;
  if (typeof value === "number") {
    const isOurs = !/^(params|args|metrics|env)\./.test(key);
    if (isOurs && key.endsWith("_s")) return <Duration s={value} />;
    if (isOurs && key.endsWith("_bytes")) return <Bytes count={value} />;
    return <span title={String(value)}>{figure(value)}</span>;
  }
  if (typeof value === "string" && key.endsWith("_at")) return <Time at={value} />;
  const text = Array.isArray(value) && value.every((one) => typeof one !== "object") ? value.join(" ") : said(value);
  return <span title={text}>{text}</span>;
}

/** What a run is on a narrow screen. */
export function runCard({ id, name, state, mode, message, user, planned_at, started_at, elapsed_s }: RunRow) {
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
        {state === "running" ? (
          <Duration since={started_at} />
        ) : elapsed_s === undefined ? (
          <Time at={planned_at} />
        ) : (
          <Time at={planned_at} />
        )}
      </span>
    </>
  );
}
