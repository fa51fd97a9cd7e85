// What differs: a column a run and a row a field; of many runs a row a run, sorted by any field. As much of it as leaves the
// charts in sight, and all of it when asked for.
import { type ComparedSides, type Looks, pensOf } from "../../../graph/compared-curves.js";
import type { Pen } from "../../../graph/curve-colours.js";
import type { ComparedMetric, ComparedRun } from "../../../record/comparison.js";
import { Swatch } from "../../charts/legend.js";
import { Switch } from "../../charts/settings.js";
import { useDark } from "../../charts/use-dark.js";
import { Section } from "../../parts/facts.js";
import { Scroll } from "../../parts/scroll.js";
import { StateMark } from "../../parts/state-mark.js";
import { useQuery } from "../../shell/router.js";
import { type Row, rowsOf } from "./rows.js";
import { RunRows } from "./run-rows.js";

interface Shape {
  sides: ComparedSides;
  metrics: readonly ComparedMetric[];
  looks: Looks;
}

const manyRuns = 10;
const firstRows = 9;

export function Differences({ sides, metrics, looks }: Shape) {
  const { runs, fields } = sides;
  const [same, setSame] = useQuery("all");
  const [extent, setExtent] = useQuery("rows");
  const usual = runs.length > manyRuns ? "runs" : "fields";
  const [turned, setTurned] = useQuery("down", usual);
  const dark = useDark();
  const rows = rowsOf(fields, metrics, same === "1");
  const pens = pensOf(sides, looks.colour);
  const byRun = turned === "runs";
  const count = byRun ? runs.length : rows.length;
  const whole = extent === "all" || same === "1" || count <= firstRows + 2;
  return (
    <Section
      title="What differs"
      beside={
        <span class="picks">
          <Switch title="A row a run" on={byRun} set={(on) => setTurned(on ? "runs" : "fields")} />
          <Switch title="Also what is the same" on={same === "1"} set={(on) => setSame(on ? "1" : undefined)} />
        </span>
      }
    >
      {rows.length === 0 ? (
        <p class="soft">Nothing that is recorded differs.</p>
      ) : (
        <Scroll kind={`side-by-side ${whole ? "whole" : ""} ${byRun ? "by-run" : ""}`} label="What differs">
          {byRun ? (
            <RunRows runs={runs} rows={rows} most={whole ? runs.length : firstRows} pens={pens} dark={dark} />
          ) : (
            <FieldRows runs={runs} rows={whole ? rows : rows.slice(0, firstRows)} pens={pens} dark={dark} />
          )}
        </Scroll>
      )}
      {count > firstRows + 2 && same !== "1" && (
        <button type="button" class="button plain show-all" onClick={() => setExtent(whole ? undefined : "all")}>
          {whole ? "Show less" : `Show all ${count} ${byRun ? "runs" : "rows"}`}
        </button>
      )}
    </Section>
  );
}

interface RowsShape {
  runs: readonly ComparedRun[];
  rows: readonly Row[];
  pens: ReadonlyMap<string, Pen>;
  dark: boolean;
}

function FieldRows({ runs, rows, pens, dark }: RowsShape) {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const named = new Set(runs.map(({ name }) => name)).size > 1;
  return (
    <table class={runs.length > 4 ? "narrow" : ""}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          {runs.map(({ id, name, state, mode, message }) => (
            <th key={id} scope="col" title={message}>
              <RunName id={id} pen={pens.get(id)} dark={dark} />
              {named && <span class="soft">{name}</span>}
              <StateMark state={state} mode={mode} />
            </th>
          ))}
        </tr>
      </thead>
      {groups.map((group) => (
        <tbody key={group}>
          {rows
            .filter((row) => row.group === group)
            .map((row) => (
              <tr key={row.key} class={row.differs ? "" : "same"} title={group}>
                <th scope="row" title={row.key}>
                  {row.title}
                </th>
                {runs.map(({ id }) => (
                  <td key={id} title={row.more(id)}>
                    {row.best.has(id) ? <b>{row.shown(id)}</b> : row.shown(id)}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      ))}
    </table>
  );
}

export function RunName({ id, pen, dark }: { id: string; pen: Pen | undefined; dark: boolean }) {
  return (
    <span class="run-name">
      {pen !== undefined && <Swatch pen={pen} dark={dark} />}
      <a href={`/runs/${id}`}>{id.slice(-6)}</a>
    </span>
  );
}
