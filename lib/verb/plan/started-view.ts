// What lab-new gives, for eyes.

/** A file that was written, an example with its purpose, or the text of one. */
export function startedView(record: Record<string, unknown>): string {
  const { type, path, kept, dry_run, id, purpose, text } = record;
  if (type === "line") return String(text);
  if (type === "example") return `${String(id).padEnd(26)} ${purpose}\n`;
  return `${path}${kept === undefined ? "" : ` (what was there is ${kept})`}${dry_run ? " (would be written)" : ""}\n`;
}
