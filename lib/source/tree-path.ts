// Paths inside a source tree. Names on disk are bytes, not text: here each character of a path stands for one byte
// (latin1), so that names that are no UTF-8 survive, and `<` sorts as `LC_ALL=C sort` does.

/** A path as bytes, one a character; relative to the tree with `/` between names, or absolute. */
export type TreePath = string;

const beyondAscii = /[\u0080-\uffff]/;

/** The bytes of a path that is given as text. */
export function treePath(text: string): TreePath {
  return beyondAscii.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

/** Whether a path leads to something in the tree: relative, with no way up, and not into a `.git`. */
export function isInTree(path: TreePath): boolean {
  return !/(?:^|\/)(?:\.{0,2}|\.git)(?:\/|$)/.test(path);
}

/** What node:fs wants for these bytes. */
export function systemPath(path: TreePath): string | Buffer {
  return beyondAscii.test(path) ? Buffer.from(path, "latin1") : path;
}

/**
 * The path as a person and a record see it: its text, or where it has control characters, quotes, backslashes or bytes
 * that are no UTF-8, quoted as git quotes it with `core.quotePath=false` (`"new\nline"`, `"caf\351"`).
 */
export function shownPath(path: TreePath): string {
  if (plain.test(path)) return path;
  const bytes = Buffer.from(path, "latin1");
  const text = bytes.toString("utf8");
  const isText = Buffer.from(text, "utf8").equals(bytes);
  if (isText && !needsQuotes(text)) return text;
  return `"${Array.from(isText ? text : path, isText ? quotedCharacter : quotedByte).join("")}"`;
}

const plain = /^[ !#-[\]-~]*$/;
const named: Record<string, string> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
};

function needsQuotes(text: string): boolean {
  return Array.from(text).some((character) => quotedCharacter(character) !== character);
}

function quotedCharacter(character: string): string {
  return character < " " || character === "\u007f" || character === '"' || character === "\\"
    ? quotedByte(character)
    : character;
}

function quotedByte(byte: string): string {
  if (plain.test(byte)) return byte;
  return named[byte] ?? `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`;
}
