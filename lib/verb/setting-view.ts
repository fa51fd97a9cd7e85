// A setting for eyes: what it is on one line, and where that was said below it, so that neither is ever cut.
import { plain } from "../command/plain.js";
import type { TableStyle } from "../command/table.js";

export function settingView(record: Record<string, unknown>, { colour }: TableStyle): string {
  const { key, value, from, note } = record as { key: string; value: unknown; from: string; note?: string };
  const origin = `${from}${note === undefined ? "" : ` (${note})`}`;
  const dim = (text: string) => (colour ? `\u001b[2m${text}\u001b[0m` : text);
  return `${plain(key)} = ${plain(JSON.stringify(value))}\n${dim(`    ${plain(origin)}`)}\n`;
}
