// A setting for eyes, as TOML has it: what it is, and in a comment where that was said; below it where both do not fit.
import { plain } from "../command/plain.js";
import { paint, type TableStyle } from "../command/table.js";
import { width as widthOf } from "../command/width.js";

export function settingView(record: Record<string, unknown>, { colour, width }: TableStyle): string {
  const { key, value, from, note } = record as { key: string; value: unknown; from: string; note?: string };
  const said = `${plain(key)} = ${plain(JSON.stringify(value))}`;
  const origin = `# ${plain(from)}${note === undefined ? "" : ` (${plain(note)})`}`;
  const fits = widthOf(said) + 2 + widthOf(origin) <= (width ?? Number.POSITIVE_INFINITY);
  return `${said}${fits ? "  " : "\n    "}${colour ? paint(origin, "header") : origin}\n`;
}
