// Sweeps, the newest first.
import type { sweepsApi } from "../../serve/api/sweeps.js";
import { Counts, CountsBar } from "../parts/counts-bar.js";
import { Empty } from "../parts/empty.js";
import { Time } from "../parts/figures.js";
import { counted } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { NameFilter, useListQuery, WhoseFilter } from "../parts/list-filter.js";
import { MoreRows } from "../parts/more-rows.js";
import { Problem, Problems } from "../parts/problem.js";
import { type Column, Table } from "../parts/table.js";
import type { AnswerOf } from "../shell/client.js";
import { usePages } from "../shell/use-pages.js";

type Row = AnswerOf<typeof sweepsApi>["sweeps"][number];

const columns: Column<Row>[] = [
  { key: "name", title: "Name", width: 170, grow: 2, cell: ({ name }) => <b>{name}</b> },
  { key: "bar", title: "Progress", width: 150, cell: ({ counts }) => <CountsBar counts={counts} /> },
  { key: "counts", title: "Points", width: 250, grow: 2, cell: ({ counts }) => <Counts counts={counts} /> },
  {
    ...{ key: "axes", title: "Over", width: 180, grow: 2 },
    cell: ({ axes }) => (
      <span class="soft">
        {axes.map(({ path, values }) => `${path}${values ? ` (${values.length})` : ""}`).join(", ")}
      </span>
    ),
  },
  { key: "user", title: "User", width: 110, cell: ({ user }) => user },
  { key: "id", title: "Id", width: 80, cell: ({ id }) => <code>{id.slice(-6)}</code> },
  { key: "planned", title: "Planned", width: 90, end: true, cell: ({ planned_at }) => <Time at={planned_at} /> },
];

export default function SweepsPage() {
  const query = useListQuery();
  const { rows, total, trouble, again, loading, more, problems } = usePages<typeof sweepsApi, Row>(
    "/api/v1/sweeps",
    query,
    "sweeps",
    ["sweep", "run"],
  );
  return (
    <>
      <Heading title="Sweeps" beside={rows && counted(total, "sweep")} />
      <div class="fill">
        <div class="picks">
          <NameFilter what="sweeps" />
          <WhoseFilter />
        </div>
        {trouble && <Problem error={trouble} again={again} />}
        <Problems problems={problems} />
        {!rows && loading && <div class="loading" aria-busy="true" />}
        {rows?.length === 0 && (
          <Empty
            title={query["name"] || query["user"] ? "No sweep is like that" : "No sweep yet"}
            text="A sweep is a recipe with [sweep.axes]: one run for each combination, sent as few array jobs."
            command="lab sweep grid.toml"
          />
        )}
        {rows && rows.length > 0 && (
          <Table
            main
            label="Sweeps"
            columns={columns}
            rows={rows}
            idOf={({ id }) => id}
            hrefOf={({ id }) => `/sweeps/${id}`}
            card={({ name, counts, planned_at, of }) => (
              <>
                <span>
                  <b class="cut">{name}</b>
                  <Time at={planned_at} />
                </span>
                <span>
                  <CountsBar counts={counts} />
                  <span class="soft">{of}</span>
                </span>
              </>
            )}
          />
        )}
        <MoreRows more={more} />
      </div>
    </>
  );
}
