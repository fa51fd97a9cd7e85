// The points of a sweep as a table.
import type { SweepPoint } from "../../../serve/api/sweeps.js";
import { Duration, Time } from "../../parts/figures.js";
import { figure, said } from "../../parts/format.js";
import { StateMark } from "../../parts/state-mark.js";
import { type Column, Table } from "../../parts/table.js";
import { useQuery } from "../../shell/router.js";

interface Shape {
  points: readonly SweepPoint[];
  axes: readonly string[];
  metric: string | undefined;
  selected: ReadonlySet<string>;
  onSelect(ids: readonly string[]): void;
  best: string | undefined;
}

export function SweepTable({ points, axes, metric, selected, onSelect, best }: Shape) {
  const [sort, setSort] = useQuery("sort", "index");
  const columns: Column<SweepPoint>[] = [
    { key: "index", title: "#", width: 56, end: true, sort: "index", cell: ({ index }) => index },
    {
      key: "state",
      title: "State",
      width: 150,
      sort: "state",
      cell: ({ state, mode }) => <StateMark state={state} mode={mode} />,
    },
    ...(metric === undefined
      ? []
      : [
          {
            ...{ key: "value", title: metric, width: 130, end: true, sort: "value" },
            cell: ({ value, run }: SweepPoint) =>
              value === undefined ? "" : run === best ? <b title="the best">{figure(value)}</b> : figure(value),
          },
        ]),
    ...axes.map((path) => ({
      ...{ key: path, title: path.replace(/^(params|args)\./, ""), width: 110, end: true, sort: path },
      cell: ({ point }: SweepPoint) => said(point[path]),
    })),
    { key: "run", title: "Run", width: 90, cell: ({ run }) => <code>{run.slice(-6)}</code> },
    {
      ...{ key: "took", title: "Took", width: 100, end: true },
      cell: ({ started_at, ended_at }) =>
        started_at === undefined ? (
          ""
        ) : ended_at === undefined ? (
          <Duration since={started_at} />
        ) : (
          <Duration s={(Date.parse(ended_at) - Date.parse(started_at)) / 1000} />
        ),
    },
    { key: "ended", title: "Ended", width: 90, cell: ({ ended_at }) => <Time at={ended_at} /> },
    {
      key: "message",
      title: "Why",
      width: 160,
      grow: 1,
      cell: ({ message }) => <span title={message}>{message}</span>,
    },
  ];
  return (
    <Table
      label="Points of the sweep"
      columns={columns}
      rows={sorted(points, sort)}
      idOf={({ run }) => run}
      hrefOf={({ run }) => `/runs/${run}`}
      sort={sort}
      onSort={setSort}
      selected={selected}
      onSelect={({ run }) => onSelect([run])}
      card={({ index, state, mode, value, point }) => (
        <>
          <span>
            <StateMark state={state} mode={mode} />
            <b>{value === undefined ? "" : figure(value)}</b>
          </span>
          <span class="soft">
            <span class="cut">
              #{index} {axes.map((path) => `${path.replace(/^(params|args)\./, "")} ${said(point[path])}`).join(" ")}
            </span>
          </span>
        </>
      )}
    />
  );
}

function sorted(points: readonly SweepPoint[], sort: string): SweepPoint[] {
  const [, down, key = ""] = /^(-?)(.*)$/.exec(sort) ?? [];
  const of = (one: SweepPoint): unknown => (key in one ? (one as Record<string, unknown>)[key] : one.point[key]);
  const sign = down ? -1 : 1;
  return points.slice().sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    // What is not known comes last, whichever way.
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    const numbers = typeof x === "number" && typeof y === "number";
    return sign * (numbers ? x - y : String(x) < String(y) ? -1 : String(x) > String(y) ? 1 : 0);
  });
}
