// Words on lines of a terminal.
import { width } from "./width.js";

/**
 * The words in order, on as few lines as fit into `room` columns; a word that is wider has a line for itself, since a path
 * that is broken cannot be copied. `more` ends every line that goes on, and has its place in the room.
 */
export function wrapped(words: readonly string[], room: number, more = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const [i, word] of words.entries()) {
    const joined = line === "" ? word : `${line} ${word}`;
    const last = i === words.length - 1;
    if (line !== "" && width(joined) + (last ? 0 : width(more)) > room) {
      lines.push(line.trimEnd() + more);
      line = word;
    } else line = joined;
  }
  return [...lines, line];
}
