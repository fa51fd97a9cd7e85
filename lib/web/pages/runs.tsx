// All runs: filtered, sorted, gathered, and chosen to be compared. The address has all of it.
import { useMemo, useRef, useState } from "preact/hooks";
import type { fieldsApi } from "../../serve/api/runs.js";
import { Button, ButtonLink } from "../parts/button.js";
import { copyText } from "../parts/copy.js";
import { Empty } from "../parts/empty.js";
import { counted, figure } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { Menu } from "../parts/menu.js";
import { usePageWidth } from "../parts/narrow.js";
import { Problem, Problems } from "../parts/problem.js";
import { Table } from "../parts/table.js";
import { useKeys } from "../shell/keys.js";
import { go, withQuery } from "../shell/router.js";
import { useAsk } from "../shell/use-ask.js";
import { ColumnChooser } from "./runs/column-chooser.js";
import { columnOf, runCard } from "./runs/columns.js";
import type { Field } from "./runs/completing.js";
import { exportAddress, exportCsv } from "./runs/export.js";
import { FilterBar } from "./runs/filter-bar.js";
import { Grouped } from "./runs/grouped.js";
import { type Looking, look, useLooking, usualSort } from "./runs/looking.js";
import type { RunRow } from "./runs/run-row.js";
import { useRunWindows } from "./runs/run-windows.js";
import { StateChips } from "./runs/state-chips.js";
import { usualColumns, withFirst } from "./runs/usual-columns.js";

export default function RunsPage() {
  const looking = useLooking();
  const { where, words, filters, states, sort, by } = looking;
  const [choosing, setChoosing] = useState(false);
  const query = { ...filters, state: states, sort: sort === usualSort ? undefined : sort };
  const list = useRunWindows(query);
  const fields = useFields();
  const page_px = usePageWidth();
  const usual = useMemo(() => usualColumns(fields, page_px), [fields, page_px]);
  const columns = useMemo(() => (looking.columns ? withFirst(looking.columns) : usual), [looking.columns, usual]);
  const { total, last, trouble, again } = list;
  return (
    <>
      <Heading
        title="Runs"
        beside={
          <span role="status">
            {total === undefined
              ? "\u00a0"
              : `${counted(total, "run")}${last?.ready === false ? ", and still reading" : ""}`}
          </span>
        }
        actions={
          <>
            <GroupMenu looking={looking} fields={fields} />
            <Button icon="columns" onClick={() => setChoosing(true)}>
              Columns
            </Button>
            <Menu
              icon="export"
              title="Export"
              choices={[
                { title: "Copy the link to this view", run: () => void copyText(location.href) },
                { title: "NDJSON, all fields", href: exportAddress(query), download: "runs.ndjson" },
                { title: "CSV, these columns", run: () => void exportCsv(query, columns) },
              ]}
            />
          </>
        }
      />
      <div class="runs-filters">
        <FilterBar where={where} words={words} fields={fields} trouble={trouble} />
        <StateChips looking={looking} />
      </div>
      {trouble && trouble.code !== "usage" && <Problem error={trouble} again={again} />}
      <Problems problems={last?.problems} />
      {by.length > 0 ? (
        <Grouped looking={looking} columns={columns} fields={fields} />
      ) : total === undefined && trouble?.code === "usage" ? (
        <Examples />
      ) : total === undefined ? (
        trouble === undefined && <div class="loading" />
      ) : total === 0 ? (
        <NoRuns looking={looking} />
      ) : (
        <div class={`fill ${list.stale ? "stale" : ""}`}>
          <RunsTable list={list} looking={looking} columns={columns} fields={fields} />
        </div>
      )}
      <Chosen chosen={looking.chosen} />
      <ColumnChooser open={choosing} close={() => setChoosing(false)} chosen={columns} usual={usual} fields={fields} />
    </>
  );
}

const kinds = ["status", "param", "metric", "arg", "resource"];
const rank = ({ kind }: Field) => (kinds.indexOf(kind) + 1 || kinds.length + 1) - 1;
const none: readonly Field[] = [];

/** What runs have, that which is asked for most first. */
function useFields(): readonly Field[] {
  const { answer } = useAsk<typeof fieldsApi>("/api/v1/fields", {}, { live: false });
  return useMemo(() => answer?.fields.toSorted((a, b) => rank(a) - rank(b)) ?? none, [answer]);
}

interface TableShape {
  list: ReturnType<typeof useRunWindows>;
  looking: Looking;
  columns: readonly string[];
  fields: readonly Field[];
}

function RunsTable({ list: { total = 0, rowAt, onRange }, looking: { sort, chosen }, columns, fields }: TableShape) {
  const heads = useMemo(() => columns.map((key) => columnOf(key, fields)), [columns, fields]);
  const lastChosen = useRef(-1);
  const choose = ({ id }: RunRow, index: number, through: boolean) => {
    const next = new Set(chosen);
    const from = through && lastChosen.current >= 0 ? lastChosen.current : index;
    for (let i = Math.min(from, index); i <= Math.max(from, index); i++) {
      const row = rowAt(i);
      if (row && (from !== index || !next.delete(id))) next.add(row.id);
    }
    lastChosen.current = index;
    look({ sel: [...next].join(",") }, false);
  };
  return (
    <Table
      label="Runs"
      main
      columns={heads}
      total={total}
      rowAt={rowAt}
      onRange={onRange}
      idOf={({ id }) => id}
      hrefOf={({ id }) => `/runs/${id}`}
      sort={sort}
      onSort={(by) => look({ sort: by === usualSort ? undefined : by })}
      selected={chosen}
      onSelect={choose}
      card={runCard}
    />
  );
}

const mostCompared = 50;

function Chosen({ chosen }: { chosen: ReadonlySet<string> }) {
  const ids = [...chosen];
  const address = `/compare?${ids.map((id) => `run=${id}`).join("&")}`;
  const fits = ids.length >= 2 && ids.length <= mostCompared;
  const clear = () => look({ sel: undefined }, false);
  useKeys([
    { keys: "c", does: "compare the chosen", run: () => fits && go(address) },
    { keys: "Escape", does: "choose none", run: clear },
  ]);
  if (ids.length === 0) return null;
  return (
    <div class="selection" role="status">
      <span>{figure(ids.length)} chosen</span>
      {fits ? (
        <ButtonLink href={address} icon="compare" look="main">
          Compare
        </ButtonLink>
      ) : (
        <span class="soft">{ids.length < 2 ? "one more to compare" : `at most ${mostCompared} can be compared`}</span>
      )}
      <Button onClick={clear} look="plain">
        Clear
      </Button>
    </div>
  );
}

function GroupMenu({ looking: { by, metric }, fields }: { looking: Looking; fields: readonly Field[] }) {
  const usual = ["user", "name", "tags", "group", "sweep.id", "mode"];
  const params = fields.filter(({ kind, path }) => kind === "param" && !usual.includes(path)).map(({ path }) => path);
  const metrics = fields
    .filter(({ kind, type }) => kind === "metric" && type === "number")
    .map(({ path }) => path.slice(8));
  const toggle = (path: string) =>
    look({ by: (by.includes(path) ? by.filter((one) => one !== path) : [...by, path].slice(-2)).join(",") });
  return (
    <>
      {by.length > 0 && metrics.length > 0 && (
        <Menu
          title={metric || "Metric"}
          label="Metric of the groups"
          choices={metrics.map((name) => ({
            title: name,
            chosen: name === metric,
            run: () => look({ metric: name === metric ? undefined : name }),
          }))}
        />
      )}
      <Menu
        title={by.length > 0 ? `By ${by.join(", ")}` : "Group"}
        label="Group by"
        choices={[
          ...(by.length > 0 ? [{ title: "Not at all", run: () => look({ by: undefined, metric: undefined }) }] : []),
          ...[...usual, ...params].map((path) => ({ title: path, chosen: by.includes(path), run: () => toggle(path) })),
        ]}
      />
    </>
  );
}

function NoRuns({ looking: { where, words, states, others } }: { looking: Looking }) {
  if (where || words || states.length > 0 || others.length > 0)
    return (
      <Empty title="No run is like that" text="Every filter narrows the list: take one away, or all of them.">
        <ButtonLink href="/runs">Show all runs</ButtonLink>
      </Empty>
    );
  return (
    <Empty
      title="No runs yet"
      text="A run is made from a recipe. The first one, of a recipe that comes with labkit:"
      command="lab new && lab run"
    />
  );
}

const examples = [
  "state = failed and planned_at > yesterday",
  "params.lr <= 0.1 and metrics.loss < 1",
  "elapsed_s > 2h or message ~ memory",
  'name like "train*" and tags = base',
];

/** The language in a few lines, for who has just been misunderstood. */
function Examples() {
  return (
    <Empty
      title="Expressions look like these"
      text="They are the same as of lab ls --where; man lab-where has all of it."
    >
      <ul>
        {examples.map((where) => (
          <li key={where}>
            <a class="inline" href={withQuery({ where }, "/runs")}>
              <code>{where}</code>
            </a>
          </li>
        ))}
      </ul>
    </Empty>
  );
}
