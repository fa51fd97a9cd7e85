// What an evaluation writes: small JSON of one of a few shapes, kept as it is; and the numbers that are in it.

/** One number of a result. */
export interface Measure {
  name: string;
  /** NaN and the infinities too. */
  value: number;
  stderr?: number;
  n?: number;
}

export interface Measures {
  measures: Measure[];
  /** The name of the one to show where there is room for one. */
  headline?: string;
}

/**
 * A result's text as an object, or undefined where it is none. Tolerant of the bare NaN and Infinity that Python writes: they
 * become strings. Pure.
 */
export function parseResult(text: string): Record<string, unknown> | undefined {
  for (const candidate of [text, quoted(text)]) {
    try {
      const value: unknown = JSON.parse(candidate);
      return isTable(value) ? value : undefined;
    } catch {
      // Then perhaps with words for numbers that JSON has none for.
    }
  }
  return undefined;
}

/** Strings stay as they are; bare words that are no JSON are put in quotes. */
function quoted(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (word) =>
    word.startsWith('"') ? word : `"${word}"`,
  );
}

/**
 * The numbers of a result: of `tasks`, `scores`, `metrics` or `results`, or of the whole where all of it are numbers. A number
 * is one, or `{value, stderr, n}`; a table with anything else in it holds none. The headline is what `primary` names, else
 * what is called like an accuracy or a score, else the first. Pure.
 */
export function measuresOf(result: Record<string, unknown>): Measures {
  const { primary, ...rest } = result;
  const tables = ["tasks", "scores", "metrics", "results"].map((key) => own(result, key));
  const measures = [...tables, rest].map(measuresIn).find((found) => found.length > 0) ?? [];
  const named = typeof primary === "string" ? measures.find(({ name }) => name === primary) : undefined;
  const headline = (named ?? measures.find(({ name }) => usual.has(lastPart(name))) ?? measures[0])?.name;
  return { measures, ...(headline === undefined ? {} : { headline }) };
}

const usual = new Set(["strict_accuracy", "accuracy", "acc", "pass@1", "exact_match", "score"]);

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

function measuresIn(table: unknown): Measure[] {
  if (!isTable(table)) return [];
  const found = Object.entries(table).map(([name, value]) => measureOf(name, value));
  return found.every((measure) => measure !== undefined) ? found : [];
}

function measureOf(name: string, value: unknown): Measure | undefined {
  const own = numberOf(value);
  if (own !== undefined) return { name, value: own };
  if (!isTable(value)) return undefined;
  const { value: its, stderr, n } = value;
  const number = numberOf(its);
  if (number === undefined) return undefined;
  return {
    name,
    value: number,
    ...(typeof stderr === "number" ? { stderr } : {}),
    ...(typeof n === "number" ? { n } : {}),
  };
}

/** As `parseResult` leaves what JSON has no number for. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : undefined;
}

function own(table: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
