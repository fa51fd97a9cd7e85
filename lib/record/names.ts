// The words that may become a part of a path. Anything else is refused before it does.
import { fault } from "./fault.js";

const word = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
const userWord = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/;

export function isName(text: string): boolean {
  return word.test(text);
}

export function isUserName(text: string): boolean {
  return userWord.test(text);
}

/** The name itself, or a dataerr that says what may be in a name; `what` is "alias", "role", … */
export function checkName(text: string, what: string): string {
  if (isName(text)) return text;
  throw fault("dataerr", `the ${what} '${text}' cannot be a name`, {
    hint: "letters, digits and . _ + - only, at most 128, and a letter or digit first",
  });
}

/** The name whose spelling is nearest to `wrong` among `known`, if one is near enough to be what was meant. */
export function nearest(wrong: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  // More than a third of its letters wrong, or all of them, is another word.
  let bestDistance = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(wrong.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance && distance < Math.max(wrong.length, candidate.length))
      [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Damerau's distance with adjacent transpositions (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        value = Math.min(value, (before[j - 2] ?? 0) + 1);
      current.push(value);
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
}
