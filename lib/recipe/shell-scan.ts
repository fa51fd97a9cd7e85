// Follows the quoting of a shell line, to tell in which quotes each token stands. Pure.
import { tokenAt, tokensIn } from "./tokens.js";

/** A token in a line, and the quotes around it; `ansi` is bash's $'…'. */
export interface Hole {
  start: number;
  token: string;
  quotes: "none" | "single" | "double" | "ansi";
}

export interface Scan {
  holes: Hole[];
  /** The first construct that is not followed. */
  trouble: string | undefined;
  /** What is still open at the end of the line. */
  open: string | undefined;
  ends: "comment" | "text";
  /** Where a word goes on, although what stands before looks like the end of one: after `\ ` and `$(…)`. */
  inWord: number;
}

/** Follows the quoting of POSIX shells and of bash: quotes, `$'…'`, `$(…)`, comments; stops at what it does not follow. */
export function scanShell(line: string): Scan {
  const scan: Scan = { holes: [], trouble: undefined, open: undefined, ends: "text", inWord: -1 };
  const frames: Frame[] = [{ quotes: "none", depth: 0, arithmetic: false }];
  let i = 0;
  while (i < line.length && scan.trouble === undefined) {
    const frame = frames.at(-1);
    if (!frame) break;
    const token = tokenAt(line, i);
    if (token === undefined) {
      i = frame.quotes === "none" ? bare(line, i, frame, frames, scan) : inQuotes(line, i, frame, frames, scan);
    } else {
      if (frame.arithmetic) scan.trouble ??= "one is in ((…))";
      scan.holes.push({ start: i, token, quotes: frame.quotes });
      i += token.length;
    }
  }
  const left = frames.length > 1 ? frames.at(-1)?.quotes : undefined;
  if (left !== undefined) scan.open = left === "none" ? "a $( that is not closed" : "a quote that is not closed";
  return scan;
}

interface Frame {
  quotes: Hole["quotes"];
  /** Parentheses still to be closed, of `$(` and of `$((`. */
  depth: number;
  arithmetic: boolean;
}

/** One step inside quotes: where to go on. */
function inQuotes(line: string, i: number, frame: Frame, frames: Frame[], scan: Scan): number {
  const c = line[i];
  if (c === (frame.quotes === "double" ? '"' : "'")) frames.pop();
  else if (c === "\\" && frame.quotes !== "single") return escaped(line, i, scan);
  else if (frame.quotes === "double") return substitution(line, i, frames, scan);
  return i + 1;
}

/** One step outside quotes: where to go on. */
function bare(line: string, i: number, frame: Frame, frames: Frame[], scan: Scan): number {
  const c = line[i];
  const atWord = i === 0 || (/[ \t\n;&|()<>]/.test(line[i - 1] ?? "") && scan.inWord !== i);
  if (c === "\\") return escaped(line, i, scan);
  if (c === "#" && atWord && !frame.arithmetic) return comment(line, i, scan);
  if (frame.arithmetic && (c === "'" || c === '"')) scan.trouble ??= "quotes in ((…))";
  else if (line.startsWith("$'", i)) return push(frames, "ansi", i + 2);
  else if (c === "'") return push(frames, "single", i + 1);
  else if (c === '"') return push(frames, "double", i + 1);
  else if (line.startsWith("<<<", i)) return i + 3;
  else if (line.startsWith("<<", i) && !frame.arithmetic) scan.trouble ??= "a here-document";
  else if (line.startsWith("((", i) && !frame.arithmetic) return push(frames, "none", i + 2, 2);
  else if (frames.length > 1 && atWord && /^case\s/.test(line.slice(i, i + 5))) scan.trouble ??= "a case in $(…)";
  else if (frames.length > 1 && c === "(") frame.depth += 1;
  else if (frames.length > 1 && c === ")") {
    frame.depth -= 1;
    if (frame.depth === 0) frames.pop();
    if (frame.depth === 0) scan.inWord = i + 1;
  } else return substitution(line, i, frames, scan);
  return i + 1;
}

function substitution(line: string, i: number, frames: Frame[], scan: Scan): number {
  if (line.startsWith("$(", i)) {
    const depth = line.startsWith("$((", i) ? 2 : 1;
    return push(frames, "none", i + 1 + depth, depth);
  }
  if (/^\$[$#?!@*0-9-]/.test(line.slice(i, i + 2))) return i + 2;
  const pattern = line[i] === "`" ? /`[^`'"\\#]*`/y : line.startsWith("${", i) ? /\$\{[^{}'"`\\$()]*\}/y : undefined;
  if (pattern === undefined) return i + 1;
  pattern.lastIndex = i;
  const simple = pattern.exec(line)?.[0];
  if (simple !== undefined && tokensIn(simple).length === 0) return i + simple.length;
  scan.trouble ??= line[i] === "`" ? "backquotes" : "a parameter expansion with quotes or substitutions in it";
  return i + 1;
}

function escaped(line: string, i: number, scan: Scan): number {
  if (tokenAt(line, i + 1) !== undefined) scan.trouble ??= "one comes after a backslash";
  if (line.startsWith("\n#", i + 1)) scan.trouble ??= "a # after a continued line";
  scan.inWord = i + 2;
  return i + 2;
}

function comment(line: string, i: number, scan: Scan): number {
  if (line[i - 1] === ")") scan.trouble ??= "a # after )";
  const end = line.indexOf("\n", i);
  const text = end === -1 ? line.slice(i) : line.slice(i, end);
  if (tokensIn(text).length > 0) scan.trouble ??= "one is in a comment";
  if (end === -1) scan.ends = "comment";
  return end === -1 ? line.length : end;
}

/** Two parentheses at once are arithmetic, or may be; what stands in them is expanded even in single quotes. */
function push(frames: Frame[], quotes: Hole["quotes"], next: number, depth = 0): number {
  frames.push({ quotes, depth, arithmetic: depth === 2 });
  return next;
}
