// Artifacts of everybody: found by words, kind and owner, sorted by age or size.
import type { artifactsApi } from "../../serve/api/artifacts.js";
import { Empty } from "../parts/empty.js";
import { Bytes, Time } from "../parts/figures.js";
import { counted, figure } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { NameFilter, WhoseFilter } from "../parts/list-filter.js";
import { MoreRows } from "../parts/more-rows.js";
import { Problem, Problems } from "../parts/problem.js";
import { type Column, Table } from "../parts/table.js";
import type { AnswerOf } from "../shell/client.js";
import { usePlace, useQuery } from "../shell/router.js";
import { usePages } from "../shell/use-pages.js";

type Row = AnswerOf<typeof artifactsApi>["artifacts"][number];
const path = "/api/v1/artifacts";

export function nameOfArtifact({
  recipe,
  role,
  step,
  path: place,
}: Pick<Row, "recipe" | "role" | "step" | "path">): string {
  if (role === undefined) return place.split("/").at(-1) ?? place;
  return `${recipe ?? ""} ${role}${step === undefined ? "" : ` step ${step}`}`.trim();
}

const columns: Column<Row>[] = [
  { key: "name", title: "Artifact", width: 200, grow: 2, cell: (row) => <b>{nameOfArtifact(row)}</b> },
  { key: "kind", title: "Kind", width: 150, cell: ({ kind }) => kind.replaceAll("_", " ") },
  { key: "alias", title: "Called", width: 130, grow: 1, cell: ({ alias }) => alias },
  { key: "headline", title: "Result", width: 170, cell: ({ headline }) => headline },
  {
    key: "run",
    title: "Run",
    width: 84,
    cell: ({ run }) =>
      run && (
        <a href={`/runs/${run}`}>
          <code>{run.slice(-6)}</code>
        </a>
      ),
  },
  { key: "user", title: "User", width: 110, cell: ({ user }) => user },
  { key: "bytes", title: "Size", width: 100, end: true, sort: "bytes", cell: ({ bytes }) => <Bytes count={bytes} /> },
  { key: "at", title: "Registered", width: 110, end: true, sort: "at", cell: ({ at }) => <Time at={at} /> },
];

export default function ArtifactsPage() {
  const { query } = usePlace();
  const [kind, setKind] = useQuery("kind");
  const [latest, setLatest] = useQuery("latest");
  const [sort, setSort] = useQuery("sort", "-at");
  const asked = Object.fromEntries(
    ["q", "kind", "user", "latest", "sort"].flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? ""]] : [])),
  );
  const { answer, rows, total, trouble, again, loading, more, problems } = usePages<typeof artifactsApi, Row>(
    path,
    asked,
    "artifacts",
    ["artifact", "run"],
  );
  const kinds = answer?.kinds ?? [];
  const filtered = query.get("q") || kind || query.get("user");
  return (
    <>
      <Heading
        title="Artifacts"
        beside={
          rows &&
          `${counted(total ?? 0, "artifact")}${answer?.ready === false ? " so far: the older ones are still being looked at" : ""}`
        }
      />
      <div class="fill">
        <div class="picks">
          <NameFilter what="artifacts" param="q" />
          <label>
            Kind
            <select value={kind} onChange={(event) => setKind(event.currentTarget.value, { push: true })}>
              <option value="">all</option>
              {kinds.map(({ value, count }) => (
                <option key={value} value={value}>
                  {value.replaceAll("_", " ")} ({figure(count)})
                </option>
              ))}
            </select>
          </label>
          <WhoseFilter />
          <label>
            <input
              type="checkbox"
              checked={latest === "true"}
              onChange={(event) => setLatest(event.currentTarget.checked ? "true" : undefined, { push: true })}
            />
            newest step of each stream
          </label>
        </div>
        {trouble && <Problem error={trouble} again={again} />}
        <Problems problems={problems} />
        {!rows && loading && <div class="loading" aria-busy="true" />}
        {rows?.length === 0 && (
          <Empty
            title={filtered ? "No artifact is like that" : "No artifact yet"}
            text="An output that a recipe declares becomes an artifact when its run succeeds: checkpoints, models, datasets, results. What was made elsewhere can be registered."
            command="lab register-external /data/set --alias raw"
          />
        )}
        {rows && rows.length > 0 && (
          <Table
            main
            label="Artifacts"
            columns={columns}
            rows={rows}
            idOf={({ id, attempt, revision }) => `${id}.${attempt}.${revision}`}
            hrefOf={({ id }) => `/artifacts/${id}`}
            sort={sort}
            onSort={setSort}
            card={(row) => (
              <>
                <span>
                  <b class="cut">{nameOfArtifact(row)}</b>
                  <Bytes count={row.bytes} />
                </span>
                <span class="soft">
                  <span class="cut">{row.headline ?? row.kind.replaceAll("_", " ")}</span>
                  <Time at={row.at} />
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
