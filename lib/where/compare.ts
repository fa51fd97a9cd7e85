// How two values of records compare: numbers as numbers, also where one is written as a text; a list by its elements.

export type Comparison = (a: unknown, b: unknown) => boolean;

/** What is absent equals nothing and is in no order; `!=` alone is true of it, as the contrary of `=`. */
export const comparisons: Readonly<Record<string, Comparison>> = {
  "=": equal,
  "!=": (a, b) => !equal(a, b),
  "<": (a, b) => ordered(a, b, (order) => order < 0),
  "<=": (a, b) => ordered(a, b, (order) => order <= 0),
  ">": (a, b) => ordered(a, b, (order) => order > 0),
  ">=": (a, b) => ordered(a, b, (order) => order >= 0),
  "~": contains,
};

function equal(a: unknown, b: unknown): boolean {
  return some(a, b, (x, y) => {
    if (x === undefined || x === null) return false;
    if (x === y) return true;
    if (typeof x === "number" || typeof y === "number") return numberOf(x) === numberOf(y) && numberOf(x) !== undefined;
    return (typeof x === "boolean" || typeof y === "boolean") && String(x) === String(y);
  });
}

function ordered(a: unknown, b: unknown, passes: (order: number) => boolean): boolean {
  if (typeof a === "number" && typeof b === "number") return passes(a === b ? 0 : a - b);
  return some(a, b, (x, y) => {
    const [m, n] = [numberOf(x), numberOf(y)];
    if (m !== undefined && n !== undefined) return passes(m === n ? 0 : m - n);
    return typeof x === "string" && typeof y === "string" && passes(x < y ? -1 : x > y ? 1 : 0);
  });
}

/** Whether it is so of the values, or of an element where they are lists; what is deeper is not looked at. */
function some(a: unknown, b: unknown, passes: Comparison): boolean {
  if (Array.isArray(a)) return a.some((x) => (Array.isArray(b) ? b.some((y) => passes(x, y)) : passes(x, b)));
  return Array.isArray(b) ? b.some((y) => passes(a, y)) : passes(a, b);
}

/** The number that a value is or says; NaN is none, since it compares with nothing. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isNaN(value) ? undefined : value;
  // Number() alone would take "" and "0x1f" too; what is longer is no number that anybody wrote.
  if (typeof value !== "string" || value.length > 40 || !numeral.test(value)) return undefined;
  return Number(value);
}

const numeral = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|Infinity)$/;

/** Whether a text has another in it, whatever the case of letters; a list if an element has, a table as JSON. */
function contains(a: unknown, b: unknown): boolean {
  return some(a, b, (x, y) => {
    if (x === undefined || x === null || y === undefined || y === null) return false;
    return textOf(x).toLowerCase().includes(textOf(y).toLowerCase());
  });
}

/** A text as it is, everything else as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    // Deeper than the stack is high: nobody has written that to find it again.
    return "";
  }
}
