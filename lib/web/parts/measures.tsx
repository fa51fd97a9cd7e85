// The numbers of a result, with their errors where these are known; what is no table of numbers as it was written.
import { figure } from "./format.js";
import { Heads } from "./heads.js";

export interface Measure {
  name: string;
  value: number | string;
  stderr?: number | undefined;
  n?: number | undefined;
}

export function MeasureTable({ measures, headline }: { measures: readonly Measure[]; headline?: string | undefined }) {
  return (
    <table class="plain measures">
      <Heads titles={["Measure", ">Value", ">Error", ">Of"]} />
      <tbody>
        {measures.map(({ name, value, stderr, n }) => (
          <tr key={name}>
            <th scope="row">{name === headline ? name : <span class="light">{name}</span>}</th>
            <td class="end">{typeof value === "number" ? figure(value) : value}</td>
            <td class="end soft">{stderr === undefined ? "" : `± ${figure(stderr)}`}</td>
            <td class="end soft">{n === undefined ? "" : figure(n)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A result as its file has it. */
export function Measures({ result }: { result: Record<string, unknown> }) {
  const table = ["tasks", "scores", "metrics", "results"]
    .map((key) => result[key])
    .find((one) => typeof one === "object" && one !== null);
  const { primary, ...rest } = result;
  const entries = Object.entries((table as Record<string, unknown> | undefined) ?? rest);
  const measures = entries.flatMap(([name, value]): Measure[] => {
    if (typeof value === "number") return [{ name, value }];
    const { value: its, stderr, n } = (value ?? {}) as { value?: unknown; stderr?: number; n?: number };
    return typeof its === "number" ? [{ name, value: its, stderr, n }] : [];
  });
  if (measures.length > 0)
    return <MeasureTable measures={measures} headline={typeof primary === "string" ? primary : undefined} />;
  return <pre>{JSON.stringify(result, null, 2)}</pre>;
}
