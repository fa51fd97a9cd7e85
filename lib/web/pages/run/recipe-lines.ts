// Which lines of a recipe as it came to be are not what was written: what it extends, what was set, what is usual.

/** The numbers of the lines, from 0, whose values the written text has not, or has otherwise. Pure. */
export function linesNotWritten(effective: string, written: string): ReadonlySet<number> {
  const known = new Map(assignments(written).flatMap(([, path, value]) => leaves(path, value)));
  const isKnown = ([path, value]: readonly [string, string]) => {
    // Seconds and bytes are written with their units, under the name without it.
    const plain = path.replace(/_(s|bytes)$/, "");
    return known.get(path) === value || (plain !== path && known.has(plain));
  };
  const others = assignments(effective).filter(([, path, value]) => !leaves(path, value).every(isKnown));
  return new Set(others.map(([line]) => line));
}

type Assignment = [line: number, path: string, value: string];

/** Each `key = value` of a line with the table that it is in; values of more lines are taken by their first. */
function assignments(text: string): Assignment[] {
  let table = "";
  return text.split("\n").flatMap((line, i): Assignment[] => {
    const [, head] = /^\s*\[+([^\]]+)\]+\s*(?:#.*)?$/.exec(line) ?? [];
    if (head !== undefined) {
      table = `${bare(head)}.`;
      return [];
    }
    const [, key, value] = /^\s*([\w."'-]+)\s*=\s*(.+)$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[i, table + bare(key), value]];
  });
}

/** An inline table as its parts. */
function leaves(path: string, value: string): (readonly [string, string])[] {
  const text = plain(value);
  if (!/^\{.*\}$/.test(text)) return [[path, text]];
  return parts(text.slice(1, -1)).flatMap((part) => {
    const [, key = "", rest = ""] = /^([\w."'-]+)=(.*)$/.exec(part) ?? [];
    return leaves(`${path}.${bare(key)}`, rest);
  });
}

/** Split at the commas that are within nothing else. */
function parts(text: string): string[] {
  const found: string[] = [];
  let [depth, from] = [0, 0];
  for (const { 0: sign, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[{}[\],]/g)) {
    if (sign === "{" || sign === "[") depth += 1;
    else if (sign === "}" || sign === "]") depth -= 1;
    else if (sign === "," && depth === 0) {
      found.push(text.slice(from, index));
      from = index + 1;
    }
  }
  return [...found, text.slice(from)].filter(Boolean);
}

/** Without comments, and without spaces that are not within quotes. */
function plain(value: string): string {
  return value.replace(/("(?:[^"\\]|\\.)*"|'[^']*')|#.*$|\s+/g, (_, quoted?: string) => quoted ?? "");
}

function bare(key: string): string {
  return key.replace(/["'\s]/g, "");
}
