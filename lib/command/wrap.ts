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

/** Words after a mark, and what does not fit below the first of them; without a width on one line. */
export function hanging(mark: string, words: readonly string[], columns: number | undefined): string[] {
  const room = Math.max(20, (columns ?? Number.POSITIVE_INFINITY) - width(mark));
  return wrapped(words, room).map((line, i) => (i === 0 ? mark : " ".repeat(width(mark))) + line);
}
