// An estimate for eyes: what went in and from where, then what came of it.
import { plain } from "../../command/plain.js";
import { paint, type TableStyle } from "../../command/table.js";
import type { Estimate, GpuEstimate } from "../../record/estimate.js";
import { handleOf } from "../../record/run-id.js";

/** A line that says how many, and a small table of how one comes to that. */
export function estimateView(record: Record<string, unknown>, { colour }: TableStyle): string {
  const { run, name, asked, estimate, message } = record as Estimate;
  const handle = colour ? paint(handleOf(run), "handle") : handleOf(run);
  const title = `${plain(name)}.${handle}`;
  if (estimate === undefined) return `${title}: ${plain(message ?? "nothing was estimated")}\n`;
  const rows = [
    ...estimate.factors.map(({ name, value, from }) => [name, String(value), from]),
    ...results(estimate).map(([name, value]) => [name, value, ""]),
  ];
  const [first, second] = [0, 1].map((i) => Math.max(...rows.map((row) => plain(row[i] ?? "").length)));
  const lines = rows.map(([a = "", b = "", c = ""]) =>
    `  ${plain(a).padEnd(first ?? 0)}  ${plain(b).padStart(second ?? 0)}  ${plain(c)}`.trimEnd(),
  );
  return `${title}: ${verdict(estimate, asked)}\n${lines.join("\n")}\n`;
}

function verdict({ per_node, nodes, min, recommended, max_useful }: GpuEstimate, asked: number | undefined): string {
  const each = (n: number) => `${n} gpu${n === 1 ? "" : "s"}${nodes > 1 ? ` on each of ${nodes} nodes` : ""}`;
  const range = `${min} at least, ${recommended} recommended, ${max_useful} at most of use`;
  return asked === undefined ? `${each(per_node)} (${range})` : `${each(asked)}, as it asks; by estimate ${range}`;
}

function results(estimate: GpuEstimate): [string, string][] {
  const { parameters, bytes_per_parameter, state_gb, activations_gb, samples_per_gpu } = estimate;
  return [
    ...(parameters === undefined
      ? []
      : [["parameters", `${(parameters / 1e6).toFixed(1)} M`] satisfies [string, string]]),
    ...(bytes_per_parameter === undefined
      ? []
      : [["bytes of each", String(bytes_per_parameter)] satisfies [string, string]]),
    ...(state_gb === undefined ? [] : [["weights and state", `${state_gb} GB`] satisfies [string, string]]),
    ...(activations_gb === undefined ? [] : [["activations", `${activations_gb} GB`] satisfies [string, string]]),
    ["in all, and safe", `${estimate.memory_gb} GB`],
    ["gpus for that", String(estimate.memory_min)],
    ...(samples_per_gpu === undefined
      ? []
      : [["samples for a gpu", String(samples_per_gpu)] satisfies [string, string]]),
  ];
}
