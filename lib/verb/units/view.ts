// Units for eyes: how each is, as lab-doctor shows it, and texts as they are.
import { plain } from "../../command/plain.js";
import type { TableStyle } from "../../command/table.js";
import { findingView } from "../doctor/doctoring.js";

export function unitView(record: Record<string, unknown>, style: TableStyle): string {
  return record["type"] === "line" ? `${plain(String(record["text"]))}\n` : findingView(record, style);
}
