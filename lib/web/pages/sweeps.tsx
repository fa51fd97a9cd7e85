// Sweeps, the newest first.
import type { sweepsApi } from "../../serve/api/sweeps.js";
import { Counts, CountsBar } from "../parts/counts-bar.js";
import { Time } from "../parts/figures.js";
import { ListPage } from "../parts/list-page.js";
import type { Column } from "../parts/table.js";
import type { AnswerOf } from "../shell/client.js";

type Row = AnswerOf<typeof sweepsApi>["sweeps"][number];

const columns: Column<Row>[] = [
  { key: "name", title: "Name", width: 170, grow: 2, cell: ({ name }) => <b>{name}</b> },
  { key: "bar", title: "Progress", width: 120, cell: ({ counts }) => <CountsBar counts={counts} /> },
  { key: "counts", title: "Points", width: 470, cell: ({ counts }) => <Counts counts={counts} /> },
  {
    ...{ key: "axes", title: "Over", width: 150, grow: 2 },
    cell: ({ axes }) => (
      <span class="soft">
        {axes.map(({ path, values }) => `${path}${values ? ` (${values.length})` : ""}`).join(", ")}
      </span>
    ),
  },
];

export default function SweepsPage() {
  return (
    <ListPage<typeof sweepsApi, Row>
      path="/api/v1/sweeps"
      list="sweeps"
      title="Sweeps"
      one="sweep"
      live={["sweep", "run"]}
      columns={columns}
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
      text="A sweep is a recipe with [sweep.axes]: one run for each combination, sent as few array jobs."
      command="lab sweep grid.toml"
    />
  );
}
