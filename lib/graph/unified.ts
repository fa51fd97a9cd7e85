// What changed between two texts, as a unified diff has it.

/** Beyond so many changed lines a text counts as replaced whole: what follows grows with their square. */
const mostChanges = 800;

/**
 * The hunks between two texts, each line with its mark, three lines of context around; empty where they are the same. By
 * Eugene W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986). Pure.
 */
export function unified(a: string, b: string, context = 3): string[] {
  const [one, other] = [linesOf(a), linesOf(b)];
  const edits = editsBetween(one, other);
  const changed = edits.flatMap(([mark], i) => (mark === " " ? [] : [i]));
  const hunks: [number, number][] = [];
  for (const i of changed) {
    const last = hunks.at(-1);
    if (last && i - last[1] <= 2 * context) last[1] = i;
    else hunks.push([i, i]);
  }
  return hunks.flatMap(([from, to]) =>
    hunkOf(edits, Math.max(0, from - context), Math.min(edits.length, to + context + 1)),
  );
}

type Edit = [mark: " " | "-" | "+", line: string];

function linesOf(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

function hunkOf(edits: readonly Edit[], from: number, to: number): string[] {
  const count = (part: readonly Edit[], mark: "-" | "+") => part.filter(([m]) => m === " " || m === mark).length;
  const [before, part] = [edits.slice(0, from), edits.slice(from, to)];
  const range = (mark: "-" | "+") => {
    const lines = count(part, mark);
    return `${count(before, mark) + (lines > 0 ? 1 : 0)},${lines}`;
  };
  return [`@@ -${range("-")} +${range("+")} @@`, ...part.map(([mark, line]) => mark + line)];
}

function editsBetween(a: readonly string[], b: readonly string[]): Edit[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const kept = (line: string): Edit => [" ", line];
  return [
    ...a.slice(0, start).map(kept),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(kept),
  ];
}

function middle(a: readonly string[], b: readonly string[]): Edit[] {
  const trace = traced(a, b);
  if (!trace) return [...a.map((line): Edit => ["-", line]), ...b.map((line): Edit => ["+", line])];
  const edits: Edit[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const before = trace[d] as Map<number, number>;
    const k = x - y;
    const down = k === -d || (k !== d && (before.get(k - 1) ?? -1) < (before.get(k + 1) ?? -1));
    const fromK = down ? k + 1 : k - 1;
    const [fromX, fromY] = d === 0 ? [0, 0] : [before.get(fromK) ?? 0, (before.get(fromK) ?? 0) - fromK];
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      edits.push([" ", a[x] as string]);
    }
    if (d === 0) break;
    edits.push(down ? ["+", b[fromY] as string] : ["-", a[fromX] as string]);
    [x, y] = [fromX, fromY];
  }
  return edits.reverse();
}

/** How far each diagonal had come before each number of changes; undefined where there are too many. */
function traced(a: readonly string[], b: readonly string[]): Map<number, number>[] | undefined {
  const far = new Map([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let d = 0; d <= Math.min(mostChanges, a.length + b.length); d += 1) {
    trace.push(new Map([...far].filter(([k]) => Math.abs(k) <= d + 1)));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (far.get(k - 1) ?? -1) < (far.get(k + 1) ?? -1));
      let x = down ? (far.get(k + 1) ?? 0) : (far.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      far.set(k, x);
      if (x >= a.length && x - k >= b.length) return trace;
    }
  }
  return undefined;
}
