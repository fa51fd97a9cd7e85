// How many columns of a terminal a text takes, and how it is cut to fewer.

/** The columns of a text: East Asian wide characters and emoji take two, combining marks none. */
export function width(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const char of text)
    columns += /\p{Mn}|\p{Me}|[\u200b-\u200f\u2060\ufeff]/u.test(char)
      ? 0
      : /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u.test(
            char,
          )
        ? 2
        : 1;
  return columns;
}

/** The beginning of a text, in so many columns, the last of them `…`. */
export function shorten(text: string, wide: number): string {
  let out = "";
  for (const char of text) {
    if (width(out + char) > wide - 1) break;
    out += char;
  }
  return `${out}…`;
}
