// Policies: which evaluate what, how far they are, and where it goes.
import type { policiesApi } from "../../serve/api/policies.js";
import { Empty } from "../parts/empty.js";
import { Time } from "../parts/figures.js";
import { counted, figure } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { Problem, Problems } from "../parts/problem.js";
import { Sparkline } from "../parts/sparkline.js";
import { type Column, Table } from "../parts/table.js";
import type { AnswerOf } from "../shell/client.js";
import { useAsk } from "../shell/use-ask.js";

type Row = AnswerOf<typeof policiesApi>["policies"][number];
const count = (
  key: "applies" | "evaluated" | "pending" | "due" | "exhausted" | "failed",
  title: string,
  hint: string,
): Column<Row> => ({
  ...{ key, title, hint, width: 88, end: true },
  cell: (row) => (row[key] === 0 ? <span class="soft">0</span> : figure(row[key])),
});

const columns: Column<Row>[] = [
  { key: "id", title: "Policy", width: 170, grow: 1, cell: ({ id }) => <b>{id}</b> },
  { key: "recipe", title: "Recipe", width: 120, grow: 1, cell: ({ recipe }) => recipe },
  count("applies", "Applies", "artifacts that it is about"),
  count("evaluated", "Evaluated", "of these"),
  count("pending", "Pending", "under way"),
  count("due", "Due", "would be asked for now"),
  count("failed", "Failed", "tries that failed"),
  count("exhausted", "Given up", "no more tries follow"),
  { key: "metric", title: "Metric", width: 140, cell: ({ metric }) => <span class="soft">{metric}</span> },
  { key: "last", title: "Last", width: 90, end: true, cell: ({ last }) => (last === undefined ? "" : figure(last)) },
  {
    ...{ key: "trend", title: "Trend", width: 110 },
    cell: ({ values = [], metric = "values" }) => (
      <Sparkline label={metric} points={values.map((value, i) => [i, value] as const)} />
    ),
  },
  { key: "fired", title: "Last asked", width: 96, end: true, cell: ({ last_fired_at }) => <Time at={last_fired_at} /> },
];

export default function PoliciesPage() {
  const { answer, trouble, again, loading } = useAsk<typeof policiesApi>(
    "/api/v1/policies",
    {},
    { live: ["evaluation", "artifact", "run"] },
  );
  const rows = answer?.policies;
  return (
    <>
      <Heading title="Policies" beside={rows && rows.length > 0 && counted(rows.length, "policy", "policies")} />
      <div class="fill">
        {trouble && <Problem error={trouble} again={again} />}
        <Problems problems={answer?.problems} />
        {!answer && loading && <div class="loading" aria-busy="true" />}
        {rows?.length === 0 && (
          <Empty
            title="No policy yet"
            text={
              answer?.directory
                ? `A policy is a TOML file in ${answer.directory}: which artifacts are evaluated, by which recipe, how often. Each is evaluated once.`
                : "A policy is a TOML file: which artifacts are evaluated, by which recipe, how often. Where they are, the cluster file says under [dispatch]:"
            }
            command={answer?.directory ? "man lab-policy" : 'policies_dir = "/shared/policies"'}
          />
        )}
        {rows && rows.length > 0 && (
          <Table
            main
            label="Policies"
            columns={columns}
            rows={rows}
            idOf={({ id }) => id}
            hrefOf={({ id }) => `/policies/${encodeURIComponent(id)}`}
            card={({ id, evaluated, applies, last, failed }) => (
              <>
                <span>
                  <b class="cut">{id}</b>
                  <span>{last === undefined ? "" : figure(last)}</span>
                </span>
                <span class="soft">
                  {evaluated} of {applies} evaluated{failed > 0 && `, ${counted(failed, "try", "tries")} failed`}
                </span>
              </>
            )}
          />
        )}
      </div>
    </>
  );
}
