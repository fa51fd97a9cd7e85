// A column a run: the fields that differ, group by group, or all; below them the metrics.
import type { ComparedField, ComparedMetric, ComparedRun } from "../../../record/comparison.js";
import { Switch } from "../../charts/settings.js";
import { Section } from "../../parts/facts.js";
import { bytes, said } from "../../parts/format.js";
import { Scroll } from "../../parts/scroll.js";
import { StateMark } from "../../parts/state-mark.js";
import { useQuery } from "../../shell/router.js";

interface Shape {
  runs: readonly ComparedRun[];
  fields: readonly ComparedField[];
  metrics: readonly ComparedMetric[];
}

export function Differences({ runs, fields, metrics }: Shape) {
  const [all, setAll] = useQuery("all");
  const shown = fields.filter(({ differs }) => differs || all === "1");
  const groups = [...new Set(shown.map(({ group }) => group))];
  return (
    <Section
      title="What differs"
      beside={<Switch title="also what is the same" on={all === "1"} set={(on) => setAll(on ? "1" : undefined)} />}
    >
      <Scroll kind="side-by-side" label="What differs">
        <table>
          <thead>
            <tr>
              <th scope="col">field</th>
              {runs.map(({ id, name, state, mode }) => (
                <th key={id} scope="col">
                  <a href={`/runs/${id}`}>{id.slice(-6)}</a>
                  <span class="soft">{name}</span>
                  <StateMark state={state} mode={mode} />
                </th>
              ))}
            </tr>
          </thead>
          {groups.map((group) => (
            <tbody key={group}>
              <Title text={group} columns={runs.length + 1} />
              {shown
                .filter((field) => field.group === group)
                .map(({ path, values, differs }) => (
                  <tr key={path} class={differs ? "" : "same"}>
                    <th scope="row">{path}</th>
                    {runs.map(({ id }) => (
                      <td key={id}>
                        <span title={said(values[id])}>{worded(path, values[id])}</span>
                      </td>
                    ))}
                  </tr>
                ))}
            </tbody>
          ))}
          {metrics.length > 0 && (
            <tbody>
              <Title text="metrics, last" columns={runs.length + 1} />
              {metrics.map((metric) => (
                <Metric key={metric.name} metric={metric} runs={runs} />
              ))}
            </tbody>
          )}
        </table>
      </Scroll>
    </Section>
  );
}

function Title({ text, columns }: { text: string; columns: number }) {
  return (
    <tr class="group">
      <th scope="colgroup" colSpan={columns}>
        <span>{text}</span>
      </th>
    </tr>
  );
}

function Metric({ metric: { name, goal, values }, runs }: { metric: ComparedMetric; runs: readonly ComparedRun[] }) {
  const lasts = Object.values(values).flatMap(({ last }) => (typeof last === "number" ? [last] : []));
  const best = goal && (goal === "min" ? Math.min(...lasts) : Math.max(...lasts));
  return (
    <tr>
      <th scope="row">{name}</th>
      {runs.map(({ id }) => {
        const value = values[id];
        const at = value?.best_step === undefined ? "" : `, best ${said(value.best)} at step ${value.best_step}`;
        return (
          <td key={id} title={value && `${value.count} values${at}`}>
            {value === undefined ? (
              ""
            ) : value.last === best && runs.length > 1 ? (
              <b>{said(value.last)}</b>
            ) : (
              said(value.last)
            )}
          </td>
        );
      })}
    </tr>
  );
}

function worded(path: string, value: unknown): string {
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return shortened(value.join(", "));
  return typeof value === "number" && path.endsWith("_bytes") ? bytes(value) : shortened(said(value));
}

function shortened(text: string): string {
  const plain = text.replaceAll(/\b(sha256:[0-9a-f]{10})[0-9a-f]{54}\b/g, "$1…");
  return plain.length > 60 ? `${plain.slice(0, 59)}…` : plain;
}
