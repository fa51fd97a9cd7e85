// What was made from what, as the lines of a tree in which bytes flow downwards and to the right. Pure.
import { type Arrow, arrowsBy, type Drawing, type Thing } from "./drawing.js";

export interface TreeLine {
  /** What stands before the name: `│  ├─ `. */
  prefix: string;
  thing: Thing;
  /** The arrow that the line stands for; none at the top. */
  arrow?: Arrow;
  /** `input`: this went into the thing that it hangs from; else the thing has its own line and its own branch elsewhere. */
  mark?: "input" | "above" | "below";
}

/**
 * The lines of the tree: every arrow is one line, and every thing has one line of its own, with all that was made of it
 * below. It hangs from the input that the longest chain comes through, so that one sees at a glance what led to what;
 * under its other inputs there is a mark that points to it. An input that nothing else hangs from (a source, a second
 * data set) is no branch: it stands as `input` under each run that used it.
 */
export function treeLines(drawing: Drawing): TreeLine[] {
  const plan = planned(drawing);
  const lines: TreeLine[] = [];
  const own = new Map<string, number>();
  // By hand, since a chain may be longer than a stack is deep.
  const stack: { line: TreeLine; below: string }[] = plan.tops.map((thing) => ({
    line: { prefix: "", thing },
    below: "",
  }));
  stack.reverse();
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { line, below } = item;
    if (line.mark === undefined) own.set(line.thing.id, lines.length);
    lines.push(line);
    const children = line.mark === undefined ? plan.childrenOf(line.thing) : [];
    for (const [i, child] of [...children.entries()].reverse()) {
      const last = i === children.length - 1;
      stack.push({ line: { ...child, prefix: below + (last ? "└─ " : "├─ ") }, below: below + (last ? "   " : "│  ") });
    }
  }
  const above = (thing: Thing, i: number) => (own.get(thing.id) ?? 0) < i;
  return lines.map((line, i) =>
    line.mark === "above" ? { ...line, mark: above(line.thing, i) ? "above" : "below" } : line,
  );
}

type Child = Omit<TreeLine, "prefix">;

function planned({ things, arrows }: Drawing): { tops: Thing[]; childrenOf(thing: Thing): Child[] } {
  const into = arrowsBy("to", arrows);
  const from = arrowsBy("from", arrows);
  const height = heights(things, into, from);
  const main = new Map<string, Arrow>();
  for (const { id } of things.values()) {
    const arrow = mainArrow(into.get(id) ?? [], things, height, into);
    if (arrow) main.set(id, arrow);
  }
  const isMain = (arrow: Arrow) => main.get(arrow.to) === arrow;
  const hangs = (id: string) => (from.get(id) ?? []).some(isMain);
  const aside = (thing: Thing) => !thing.asked && !into.has(thing.id) && !hangs(thing.id);
  const childrenOf = ({ id }: Thing): Child[] => [
    ...(into.get(id) ?? []).flatMap((arrow) => {
      const thing = things.get(arrow.from);
      return thing && aside(thing) ? [{ thing, arrow, mark: "input" as const }] : [];
    }),
    // What hangs here comes first, so that most marks point up.
    ...[isMain, (arrow: Arrow) => !isMain(arrow)].flatMap((these) =>
      inOrder((from.get(id) ?? []).filter(these)).flatMap((arrow) => {
        const thing = things.get(arrow.to);
        return thing ? [these === isMain ? { thing, arrow } : { thing, arrow, mark: "above" as const }] : [];
      }),
    ),
  ];
  return { tops: [...things.values()].filter((thing) => !main.has(thing.id) && !aside(thing)), childrenOf };
}

/** What a run made, role by role and step by step; the rest as it came. */
function inOrder(arrows: readonly Arrow[]): Arrow[] {
  const key = ({ kind, role = "" }: Arrow) => `${kind === "made" ? 0 : 1}${role}`;
  return arrows.slice().sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return x < y ? -1 : x > y ? 1 : (a.step ?? -1) - (b.step ?? -1);
  });
}

/** The arrow that a thing hangs from: of those that come from before it, the one with the longest chain behind it. */
function mainArrow(
  into: readonly Arrow[],
  things: ReadonlyMap<string, Thing>,
  height: ReadonlyMap<string, number>,
  made: ReadonlyMap<string, Arrow[]>,
): Arrow | undefined {
  const at = (id: string) => height.get(id) ?? 0;
  const weight = ({ from }: Arrow) => (things.get(from)?.asked && !made.has(from) ? 1 : 2 * at(from));
  const may = ({ from, to, kind }: Arrow) => {
    const thing = things.get(from);
    return kind !== "parent" && at(from) < at(to) && (thing?.type !== "source" || thing.asked === true);
  };
  let best: Arrow | undefined;
  for (const arrow of into) if (may(arrow) && (best === undefined || weight(arrow) > weight(best))) best = arrow;
  return best;
}

/** How long the longest chain to each thing is: Kahn's order; where only cycles are left, the first thing opens one. */
function heights(
  things: ReadonlyMap<string, Thing>,
  into: ReadonlyMap<string, Arrow[]>,
  from: ReadonlyMap<string, Arrow[]>,
): Map<string, number> {
  const waits = new Map([...things.keys()].map((id) => [id, into.get(id)?.length ?? 0]));
  const height = new Map<string, number>();
  const ready = [...waits].filter(([, count]) => count === 0).map(([id]) => id);
  const rest = things.keys();
  const settled = new Set<string>();
  for (;;) {
    let id = ready.pop();
    if (id === undefined) {
      let next = rest.next();
      while (!next.done && settled.has(next.value)) next = rest.next();
      if (next.done) return height;
      id = next.value;
    }
    if (settled.has(id)) continue;
    settled.add(id);
    const here = height.get(id) ?? 0;
    height.set(id, here);
    for (const { to } of from.get(id) ?? []) {
      if (settled.has(to)) continue;
      height.set(to, Math.max(height.get(to) ?? 0, here + 1));
      const left = (waits.get(to) ?? 0) - 1;
      waits.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
}
