// How the server itself is: for whoever watches it.
import fs from "node:fs";
import { performance } from "node:perf_hooks";
import v8 from "node:v8";
import { installed } from "../../command/installed.js";
import { hasEnded } from "../../record/state.js";
import { healthApi, metricsOfServerApi, openApi } from "../../serve/api/health.js";
import { counted } from "../../serve/index/select.js";
import { columnOf, newestFirst } from "../../serve/index/table.js";
import { answering, streaming } from "./answering.js";

export const health = answering(healthApi, async (_, __, { index }) => ({
  ok: true,
  runs: index.table.rows.size,
  ready: index.ready(),
}));

export const openapi = answering(openApi, async () => JSON.parse(fs.readFileSync(installed("openapi.json"), "utf8")));

export const metricsOfServer = streaming(metricsOfServerApi, async (_, __, { index, context }, { response }) => {
  const states = columnOf(index.table, ["state"]);
  const counts = states ? counted(newestFirst(index.table), states) : [];
  const { heapUsed, rss } = memory();
  const lines = [
    ...gauge("lab_serve_ready", "Whether all runs are in the index.", [["", index.ready() ? 1 : 0]]),
    ...gauge("lab_serve_index_age_seconds", "How long ago the registry was looked at.", [
      ["", Math.max(0, (context.now - index.asOf()) / 1000)],
    ]),
    ...gauge(
      "lab_runs",
      "Runs of the registry by state.",
      counts.map(({ value, count }): [string, number] => [
        `{state="${String(value).replaceAll(/["\\\n]/g, "")}"}`,
        count,
      ]),
    ),
    ...gauge("lab_runs_active", "Runs that go on.", [
      ["", counts.reduce((sum, { value, count }) => sum + (hasEnded(String(value)) ? 0 : count), 0)],
    ]),
    ...gauge("lab_serve_problems", "What of the registry could not be read.", [["", index.feed.problems.size]]),
    ...gauge("lab_serve_columns", "Fields that the index knows.", [["", index.table.columns.size]]),
    ...gauge("lab_serve_event_loop_utilization", "Share of the time that the server worked, since it began.", [
      ["", performance.eventLoopUtilization().utilization],
    ]),
    ...gauge("process_resident_memory_bytes", "Resident memory of the server.", [["", rss]]),
    ...gauge("nodejs_heap_size_used_bytes", "Memory of its objects.", [["", heapUsed]]),
  ];
  response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
  response.end(`${lines.join("\n")}\n`);
});

function gauge(name: string, help: string, values: readonly [string, number][]): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...values.map(([labels, value]) => `${name}${labels} ${value}`),
  ];
}

/** As Linux tells it, in pages of 4 KiB. */
function memory(): { rss: number; heapUsed: number } {
  const [, pages = "0"] = fs.readFileSync("/proc/self/statm", "utf8").split(" ");
  return { rss: Number(pages) * 4096, heapUsed: v8.getHeapStatistics().used_heap_size };
}
