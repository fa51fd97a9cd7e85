// Pipelines, the newest first: their stages as a strip of states.
import type { pipelinesApi } from "../../serve/api/pipelines.js";
import { Counts } from "../parts/counts-bar.js";
import { Empty } from "../parts/empty.js";
import { Time } from "../parts/figures.js";
import { counted } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { NameFilter, useListQuery, WhoseFilter } from "../parts/list-filter.js";
import { MoreRows } from "../parts/more-rows.js";
import { Problem, Problems } from "../parts/problem.js";
import { StageStrip } from "../parts/stage-strip.js";
import { type Column, Table } from "../parts/table.js";
import type { AnswerOf } from "../shell/client.js";
import { usePages } from "../shell/use-pages.js";

type Row = AnswerOf<typeof pipelinesApi>["pipelines"][number];

const columns: Column<Row>[] = [
  { key: "name", title: "Name", width: 170, grow: 1, cell: ({ name }) => <b>{name}</b> },
  { key: "stages", title: "Stages", width: 330, grow: 3, cell: ({ stages }) => <StageStrip stages={stages} /> },
  { key: "counts", title: "Runs", width: 240, grow: 1, cell: ({ counts }) => <Counts counts={counts} /> },
  { key: "user", title: "User", width: 110, cell: ({ user }) => user },
  { key: "id", title: "Id", width: 80, cell: ({ id }) => <code>{id.slice(-6)}</code> },
  { key: "planned", title: "Planned", width: 90, end: true, cell: ({ planned_at }) => <Time at={planned_at} /> },
];

export default function PipelinesPage() {
  const query = useListQuery();
  const { rows, total, trouble, again, loading, more, problems } = usePages<typeof pipelinesApi, Row>(
    "/api/v1/pipelines",
    query,
    "pipelines",
    ["pipeline", "run"],
  );
  return (
    <>
      <Heading title="Pipelines" beside={rows && counted(total, "pipeline")} />
      <div class="fill">
        <div class="picks">
          <NameFilter what="pipelines" />
          <WhoseFilter />
        </div>
        {trouble && <Problem error={trouble} again={again} />}
        <Problems problems={problems} />
        {!rows && loading && <div class="loading" aria-busy="true" />}
        {rows?.length === 0 && (
          <Empty
            title={query["name"] || query["user"] ? "No pipeline is like that" : "No pipeline yet"}
            text="A pipeline is a file of stages, each a recipe; what one makes is another's input. What is computed already is not computed again."
            command="lab pipeline nightly.toml"
          />
        )}
        {rows && rows.length > 0 && (
          <Table
            main
            label="Pipelines"
            columns={columns}
            rows={rows}
            idOf={({ id }) => id}
            hrefOf={({ id }) => `/pipelines/${id}`}
            card={({ name, stages, planned_at }) => (
              <>
                <span>
                  <b class="cut">{name}</b>
                  <Time at={planned_at} />
                </span>
                <span>
                  <StageStrip stages={stages} short />
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
