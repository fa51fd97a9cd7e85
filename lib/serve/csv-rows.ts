// The first rows of a table as programs write it: RFC 4180, with commas, semicolons or tabs.

/** At most `most` rows of texts. Of a text that is `cut` the last row is left out: nobody knows how it goes on. */
export function csvRows(text: string, most: number, cut = false): string[][] {
  const separator = separatorOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length && rows.length < most; ) {
    const [field, end] = fieldAt(text, at, separator);
    row.push(field);
    const next = text[end];
    at = end + 1;
    if (next === separator) {
      if (at === text.length) row.push("");
      continue;
    }
    if (next === "\r" && text[at] === "\n") at += 1;
    if (next === undefined && cut) return rows;
    rows.push(row);
    row = [];
  }
  if (row.length > 0 && rows.length < most && !cut) rows.push(row);
  return rows;
}

function separatorOf(text: string): string {
  const line = text.slice(0, text.search(/[\r\n]|$/));
  const counted = [",", "\t", ";"].map((one) => ({ one, count: line.split(one).length }));
  return counted.reduce((best, other) => (other.count > best.count ? other : best)).one;
}

/** The field that begins at a place, and where it ends: at a separator, at the end of a line, or of the text. */
function fieldAt(text: string, start: number, separator: string): [string, number] {
  if (text[start] !== '"') {
    let end = start;
    while (end < text.length && text[end] !== separator && text[end] !== "\n" && text[end] !== "\r") end += 1;
    return [text.slice(start, end), end];
  }
  let field = "";
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return [field + text.slice(at), text.length];
    field += text.slice(at, quote);
    if (text[quote + 1] !== '"') {
      const [rest, end] = fieldAfterQuote(text, quote + 1, separator);
      return [field + rest, end];
    }
    field += '"';
    at = quote + 2;
  }
}

function fieldAfterQuote(text: string, start: number, separator: string): [string, number] {
  let end = start;
  while (end < text.length && text[end] !== separator && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return [text.slice(start, end), end];
}
