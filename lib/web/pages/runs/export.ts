// The list as a file: NDJSON as the server writes it, or a table of the columns that are shown.
import { csvCell } from "../../parts/csv-cell.js";
import { addressOf, Trouble } from "../../shell/client.js";
import { toast } from "../../shell/toasts.js";
import { type RunRow, valueAt } from "./run-row.js";
import type { RunsAsked } from "./run-windows.js";

type Query = Record<string, string | readonly string[] | undefined>;

export function exportAddress(query: Query): string {
  return addressOf<RunsAsked>("/api/v1/runs", { query: { ...query, format: "ndjson" } });
}

/** Gives the browser a CSV file of all runs of the list, with these fields. */
export async function exportCsv(query: Query, columns: readonly string[]): Promise<void> {
  try {
    const response = await fetch(exportAddress(query));
    if (!response.ok) throw new Trouble(`the server answered ${response.status}`, "software");
    const rows = (await response.text()).split("\n").filter(Boolean);
    const fields = ["id", ...columns.filter((key) => key !== "id" && !key.startsWith("line:"))];
    const lines = rows.map((line) => {
      const row = JSON.parse(line) as RunRow;
      return fields.map((field) => csvCell(valueAt(row, field))).join(",");
    });
    save(`${[fields.map(csvCell).join(","), ...lines].join("\r\n")}\r\n`, "runs.csv");
  } catch (error) {
    toast(`Cannot export: ${error instanceof Error ? error.message : error}`);
  }
}

function save(text: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
