// How sbatch reads the words of a #SBATCH line (get_argument in its opt.c): quotes of both kinds group, a backslash
// escapes anywhere, also inside quotes, and a bare # begins a comment.
import { fault } from "../../record/fault.js";

/** One word, quoted so that sbatch reads exactly it. Throws dataerr where no line can carry it. */
export function directiveWord(word: string, what: string): string {
  refuseControls(word, what);
  return /^[A-Za-z0-9._/:=,+@%^~|&*()[\]!-]+$/.test(word) ? word : `"${word.replace(/["\\]/g, "\\$&")}"`;
}

/** The words that sbatch would read of a line. Throws dataerr for what it would refuse or silently leave out. */
export function readDirectiveWords(line: string, what: string): string[] {
  refuseControls(line, what);
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < line.length; i += 1) {
    const char = line[i] ?? "";
    if (char === "\\") {
      i += 1;
      word = (word ?? "") + (line[i] ?? "");
    } else if (quote !== "") {
      if (char === quote) quote = "";
      else word = (word ?? "") + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= "";
    } else if (char === " ") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "#") {
      throw fault("dataerr", `cannot use ${what} '${line}': sbatch takes what follows # for a comment`, {
        hint: "quote it",
      });
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== "") throw fault("dataerr", `cannot use ${what} '${line}': a quote is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}

function refuseControls(text: string, what: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!/[\u0000-\u001f\u007f]/.test(text)) return;
  throw fault(
    "dataerr",
    `cannot write ${what} ${JSON.stringify(text)} as a directive: it contains a newline or another control character`,
  );
}
