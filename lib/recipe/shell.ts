// Shell command lines: where in their quoting a token stands, and how its value is put there as one word.
import { type Hole, scanShell } from "./shell-scan.js";
import { type TokenValues, tokensIn, tokenValue } from "./tokens.js";

/** The text as one word of any POSIX shell, in single quotes. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The text as one word; words that no shell reads anything into stay as they are, for the reader of the script. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/.test(text) ? text : quoted(text);
}

/**
 * The line with each token replaced by a quoted word: in single or double quotes they are closed before it and opened
 * after it, so that the value is never read by the shell. The line has been checked by `shellTrouble`.
 */
export function fillShellLine(line: string, values: TokenValues): string {
  let filled = "";
  let from = 0;
  for (const { start, token, quotes } of scanShell(line).holes) {
    const [before, after] = around[quotes];
    filled += line.slice(from, start) + before + quoted(tokenValue(token.slice(1, -1), values)) + after;
    from = start + token.length;
  }
  return filled + line.slice(from);
}

/**
 * Why tokens cannot be put into this line, or arguments after it, as the rest of a sentence; undefined where they can.
 * What cannot be followed without a whole shell grammar is only refused where it matters.
 */
export function shellTrouble(line: string, hasArguments: boolean): string | undefined {
  const { trouble, open, ends } = scanShell(hasArguments ? withoutEnd(line) : line);
  const hasTokens = tokensIn(line).length > 0;
  if (trouble !== undefined) {
    if (hasTokens) return `has tokens, and ${trouble}: a token's quotes cannot be made sure there`;
    return hasArguments ? `has ${trouble}: [args] cannot be put after it` : undefined;
  }
  if (open !== undefined) return `has ${open}`;
  if (!hasArguments) return undefined;
  if (/(?<!\\)(\\\\)*\\[ \t\n]*$/.test(line)) return "ends with a backslash: [args] cannot be put after it";
  if (ends === "comment") return "ends in a comment: [args] would be a part of it";
  const last = /(?:(?<!\\)[;&|]|(?:^|[\s;])(?:done|fi|esac|\}))\s*$/.exec(line)?.[0].trim();
  return last === undefined ? undefined : `ends with '${last}': [args] cannot be put after it`;
}

/** A shell line without the white space at its end, which is where arguments go. */
export function withoutEnd(line: string): string {
  return line.replace(/[ \t\n]+$/, "");
}

/** What closes the quotes that a token stands in, and what opens them again. */
const around: Record<Hole["quotes"], readonly [string, string]> = {
  none: ["", ""],
  single: ["'", "'"],
  double: ['"', '"'],
  ansi: ["'", "$'"],
};
