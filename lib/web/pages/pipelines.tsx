// Pipelines, the newest first: their stages as a strip of states.
import type { pipelinesApi } from "../../serve/api/pipelines.js";
import { Counts } from "../parts/counts-bar.js";
import { Time } from "../parts/figures.js";
import { ListPage } from "../parts/list-page.js";
import { StageStrip } from "../parts/stage-strip.js";
import type { Column } from "../parts/table.js";
import type { AnswerOf } from "../shell/client.js";

type Row = AnswerOf<typeof pipelinesApi>["pipelines"][number];

const columns: Column<Row>[] = [
  { key: "name", title: "Name", width: 170, grow: 1, cell: ({ name }) => <b>{name}</b> },
  { key: "stages", title: "Stages", width: 330, grow: 1, cell: ({ stages }) => <StageStrip stages={stages} /> },
  { key: "counts", title: "Runs", width: 340, grow: 1, cell: ({ counts }) => <Counts counts={counts} /> },
];

export default function PipelinesPage() {
  return (
    <ListPage<typeof pipelinesApi, Row>
      path="/api/v1/pipelines"
      list="pipelines"
      title="Pipelines"
      one="pipeline"
      live={["pipeline", "run"]}
      columns={columns}
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
      text="A pipeline is a file of stages, each a recipe; what one makes is another's input. What is computed already is not computed again."
      command="lab pipeline nightly.toml"
    />
  );
}
