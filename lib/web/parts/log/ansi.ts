// Colours that programs write into their logs, as spans; whatever else could steer a terminal is left out.

export interface Span {
  text: string;
  /** Words of CSS: `ansi-red`, `ansi-bold`, … */
  look: string;
  /** A colour that is none of the sixteen. */
  colour?: string;
}

const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
const control = "[\\u0000-\\u0008\\u000b-\\u001f\\u007f]";
const steering = new RegExp(control);
const sequence = new RegExp(
  `\\u001b(?:\\[([\\d;:]*)([@-~])|\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?|[@-Z\\\\-_])|${control}`,
  "g",
);

/** The spans of one line. Of a progress bar that wrote its line again and again the last state. */
export function spansOf(line: string): Span[] {
  const shown = line.includes("\r") ? (line.split("\r").filter(Boolean).at(-1) ?? "") : line;
  if (!steering.test(shown)) return shown === "" ? [] : [{ text: shown, look: "" }];
  const spans: Span[] = [];
  const style: Style = { words: new Set() };
  let from = 0;
  const add = (to: number) => {
    if (to <= from) return;
    const look = [...style.words, ...(style.name ? [`ansi-${style.name}`] : [])].join(" ");
    spans.push({ text: shown.slice(from, to), look, ...(style.colour ? { colour: style.colour } : {}) });
  };
  for (const found of shown.matchAll(sequence)) {
    add(found.index);
    from = found.index + found[0].length;
    if (found[2] === "m") apply(style, (found[1] ?? "").split(/[;:]/).map(Number));
  }
  add(shown.length);
  return spans;
}

/** The line without any of it: what is searched and copied. */
export function plain(line: string): string {
  return spansOf(line)
    .map(({ text }) => text)
    .join("");
}

interface Style {
  words: Set<string>;
  name?: string | undefined;
  colour?: string | undefined;
}

const words: Record<number, string> = {
  1: "ansi-bold",
  2: "ansi-dim",
  3: "ansi-italic",
  4: "ansi-underline",
  7: "ansi-inverse",
};

function apply(style: Style, codes: number[]): void {
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] ?? 0;
    const word = words[code];
    if (word) style.words.add(word);
    else if (code === 0) [style.words, style.name, style.colour] = [new Set(), undefined, undefined];
    else if (code === 22) for (const one of ["ansi-bold", "ansi-dim"]) style.words.delete(one);
    else if (code === 23 || code === 24 || code === 27) style.words.delete(words[code - 20] ?? "");
    else if (code === 39) [style.name, style.colour] = [undefined, undefined];
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97))
      [style.name, style.colour] = [names[code % 10], undefined];
    else if (code === 38 || code === 48) {
      const [colour, used] = extended(codes.slice(i + 1));
      if (code === 38) [style.name, style.colour] = [undefined, colour];
      i += used;
    }
  }
}

/** `5;n` of the 256, or `2;r;g;b`; and how many codes that were. */
function extended([kind, a = 0, b = 0, c = 0]: number[]): [string | undefined, number] {
  if (kind === 2) return [`rgb(${a & 255} ${b & 255} ${c & 255})`, 4];
  if (kind !== 5) return [undefined, 0];
  if (a < 16) return [undefined, 2];
  if (a >= 232) return [`rgb(${[0, 0, 0].map(() => 8 + (a - 232) * 10).join(" ")})`, 2];
  const level = (n: number) => (n === 0 ? 0 : 55 + 40 * n);
  const n = a - 16;
  return [`rgb(${[Math.floor(n / 36), Math.floor(n / 6) % 6, n % 6].map(level).join(" ")})`, 2];
}
