// The part of a log that the page has: lines one after the other, that grow at both ends.

export interface Line {
  /** Where it begins in the file, in bytes. */
  at: number;
  text: string;
}

export interface LogPart {
  /** Which file it is of. */
  of: string;
  anew?: true | undefined;
  text: string;
  from: number;
  to: number;
  size: number;
  ended: boolean;
}

export interface Region {
  of: string;
  from: number;
  to: number;
  size: number;
  ended: boolean;
  lines: readonly Line[];
}

/** So many lines are kept; more at one end drop those of the other. */
const mostLines = 20_000;

export function regionOf(part: LogPart): Region {
  const { of, from, to, size, ended } = part;
  return { of, from, to, size, ended, lines: linesOf(part.text, from) };
}

/** The region with a part that begins where it ends. */
export function after(region: Region, part: LogPart): Region {
  if (part.from !== region.to) return region;
  const last = region.lines.at(-1);
  // A line whose end had not been written yet goes on.
  const open = last !== undefined && last.at + size(last.text) === region.to;
  const added = linesOf(open ? last.text + part.text : part.text, open ? last.at : part.from);
  const all = part.text === "" ? region.lines : [...(open ? region.lines.slice(0, -1) : region.lines), ...added];
  const lines = all.length > mostLines ? all.slice(all.length - mostLines) : all;
  return { ...region, to: part.to, size: part.size, ended: part.ended, lines, from: lines[0]?.at ?? region.from };
}

/** The region with a part that ends where it begins. */
export function before(region: Region, part: LogPart): Region {
  if (part.to !== region.from || part.text === "") return region;
  const all = [...linesOf(part.text, part.from), ...region.lines];
  const cut = all[mostLines];
  const to = cut === undefined ? region.to : cut.at;
  return { ...region, from: part.from, to, lines: cut === undefined ? all : all.slice(0, mostLines) };
}

function linesOf(text: string, from: number): Line[] {
  const lines: Line[] = [];
  let at = from;
  for (const line of text.split("\n")) {
    lines.push({ at, text: line });
    at += size(line) + 1;
  }
  // What follows the last end of a line is no line yet.
  if (lines.at(-1)?.text === "") lines.pop();
  return lines;
}

const encoder = new TextEncoder();

function size(text: string): number {
  return encoder.encode(text).length;
}
