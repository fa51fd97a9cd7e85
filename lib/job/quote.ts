// Words for bash: whatever they hold, bash reads back the same bytes.
import { fault } from "../record/fault.js";

const safe = /^[A-Za-z0-9_@%+=:,./-]+$/;
const control = /\p{Cc}/u;

/** One word, quoted where it must be. Throws dataerr for NUL, which no word of a program can hold. */
export function bashWord(text: string): string {
  if (text.includes("\0")) throw fault("dataerr", "cannot write a word that holds a NUL byte");
  if (safe.test(text)) return text;
  if (!control.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replace(/[\\']/g, "\\$&").replace(/\p{Cc}/gu, escapeControl);
  return `$'${escaped}'`;
}

function escapeControl(char: string): string {
  if (char === "\n") return "\\n";
  if (char === "\t") return "\\t";
  // Bytes of UTF-8, so that the locale of the reader does not matter.
  return [...Buffer.from(char)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

/** `name=(word word …)`, a line a word where there are several. */
export function bashArray(name: string, words: readonly string[]): string {
  if (words.length === 0) return `${name}=()`;
  const quoted = words.map(bashWord);
  const short = quoted.join(" ");
  return short.length < 80 && !short.includes("\n")
    ? `${name}=(${short})`
    : `${name}=(\n${quoted.map((word) => `  ${word}`).join("\n")}\n)`;
}

/** `name=word`. */
export function bashValue(name: string, text: string): string {
  return `${name}=${text === "" ? "''" : bashWord(text)}`;
}
