// Paths that name their parts, as the server and the page have them: `/runs/:id`.

/** The parts of a path that a pattern names, decoded; undefined where it does not fit. */
export function matched(pattern: string, path: string): Record<string, string> | undefined {
  // Most do not fit by what they begin with.
  const open = pattern.indexOf(":");
  if (open < 0) return pattern === path ? {} : undefined;
  if (!path.startsWith(pattern.slice(0, open))) return undefined;
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const parts: Record<string, string> = {};
  for (const [i, word] of wanted.entries()) {
    const part = given[i] ?? "";
    if (!word.startsWith(":")) {
      if (word !== part) return undefined;
      continue;
    }
    try {
      parts[word.slice(1)] = decodeURIComponent(part);
    } catch {
      return undefined;
    }
  }
  return parts;
}
