// Answers of which parts are JSON already.

const mark = Symbol("texts");

/** A list of records in JSON, each as the bytes that are sent. */
export interface Texts {
  [mark]: true;
  texts: readonly Uint8Array[];
  toJSON(): unknown[];
}

export function texts(all: readonly Uint8Array[]): Texts {
  return { [mark]: true, texts: all, toJSON: () => all.map((text) => JSON.parse(Buffer.from(text).toString())) };
}

export function isTexts(value: unknown): value is Texts {
  return typeof value === "object" && value !== null && mark in value;
}

const comma = Buffer.from(",");
const newline = Buffer.from("\n");

/** Some records of a list, in JSON or not, a line of JSON each. */
export function linesOf(list: Texts | readonly object[], from: number, to: number): Uint8Array | string {
  if (isTexts(list)) return Buffer.concat(list.texts.slice(from, to).flatMap((text) => [text, newline]));
  return list
    .slice(from, to)
    .map((record) => `${JSON.stringify(record)}\n`)
    .join("");
}

/** An answer in JSON, with a newline; those of its fields that are texts are put in as they are, which is only copied. */
export function jsonOf(answer: object): Uint8Array | string {
  const fields = Object.entries(answer);
  if (!fields.some(([, value]) => isTexts(value))) return `${JSON.stringify(answer)}\n`;
  const parts: Uint8Array[] = [];
  let text = "{";
  for (const [name, value] of fields) {
    const plain = isTexts(value) ? "[" : (JSON.stringify(value) as string | undefined);
    if (plain === undefined) continue;
    text += `${text === "{" && parts.length === 0 ? "" : ","}${JSON.stringify(name)}:${plain}`;
    if (!isTexts(value)) continue;
    parts.push(Buffer.from(text));
    for (const [i, one] of value.texts.entries()) {
      if (i > 0) parts.push(comma);
      parts.push(one);
    }
    text = "]";
  }
  return Buffer.concat([...parts, Buffer.from(`${text}}\n`)]);
}
