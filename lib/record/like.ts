// Patterns of names, in which `*` stands for any text and `?` for one character.

/**
 * Whether a text as a whole is like the pattern. It takes at most the product of both lengths, whatever the pattern: only
 * the last `*` is ever tried again, since what an earlier one could give is given as well (Krauss's wildcard matching).
 */
export function like(pattern: string): (text: string) => boolean {
  const wanted = Array.from(pattern);
  return (text) => matches(wanted, Array.from(text));
}

function matches(pattern: readonly string[], text: readonly string[]): boolean {
  let p = 0;
  let star = -1;
  let from = 0;
  for (let at = 0; at < text.length; ) {
    if (pattern[p] === "*") [star, from] = [p++, at];
    else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[at])) [p, at] = [p + 1, at + 1];
    else if (star >= 0) {
      from += 1;
      [p, at] = [star + 1, from];
    } else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}
