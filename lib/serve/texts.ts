// Answers of which parts are JSON already.

const mark = Symbol("texts");

/** A list of records in JSON, a text each. */
export interface Texts {
  [mark]: true;
  texts: readonly string[];
  toJSON(): unknown[];
}

export function texts(all: readonly string[]): Texts {
  return { [mark]: true, texts: all, toJSON: () => all.map((text) => JSON.parse(text) as unknown) };
}

export function isTexts(value: unknown): value is Texts {
  return typeof value === "object" && value !== null && mark in value;
}

/** An answer in JSON; those of its fields that are texts are put in as they are. */
export function jsonOf(answer: object): string {
  const fields: string[] = [];
  for (const [name, value] of Object.entries(answer)) {
    const text = isTexts(value) ? `[${value.texts.join(",")}]` : (JSON.stringify(value) as string | undefined);
    if (text !== undefined) fields.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${fields.join(",")}}`;
}
