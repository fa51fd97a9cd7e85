// Going about in a graph: what leads to a node and what comes of it, what is hidden when a part is folded, and where an arrow
// key leads.

export interface Arrowed {
  from: string;
  to: string;
}

export interface Ends {
  up: ReadonlyMap<string, readonly string[]>;
  down: ReadonlyMap<string, readonly string[]>;
}

export function endsOf(edges: readonly Arrowed[]): Ends {
  const up = new Map<string, string[]>();
  const down = new Map<string, string[]>();
  const put = (map: Map<string, string[]>, key: string, value: string) => {
    const list = map.get(key);
    if (!list) map.set(key, [value]);
    else if (!list.includes(value)) list.push(value);
  };
  for (const { from, to } of edges) {
    put(down, from, to);
    put(up, to, from);
  }
  return { up, down };
}

/** All that can be reached from a node one way, without it. */
function reachedFrom(id: string, links: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const waiting = [id];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
    for (const other of links.get(next) ?? [])
      if (!reached.has(other)) {
        reached.add(other);
        waiting.push(other);
      }
  reached.delete(id);
  return reached;
}

/** A node with everything that leads to it or comes of it. */
export function pathsThrough(id: string, { up, down }: Ends): Set<string> {
  return new Set([id, ...reachedFrom(id, up), ...reachedFrom(id, down)]);
}

/**
 * What stays to be seen when nodes are folded: of a folded one nothing that is farther from the roots than it is, unless
 * another way leads there.
 */
export function unfolded(roots: readonly string[], { up, down }: Ends, folded: ReadonlySet<string>): Set<string> {
  const seen = new Set<string>(roots);
  for (const links of [up, down]) {
    const reached = new Set(roots);
    const waiting = [...roots];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      seen.add(next);
      if (folded.has(next) && !roots.includes(next)) continue;
      for (const other of links.get(next) ?? [])
        if (!reached.has(other)) {
          reached.add(other);
          waiting.push(other);
        }
    }
  }
  return seen;
}

export interface Placed {
  x: number;
  y: number;
}

/** Where an arrow key leads: along an edge to the left or right, to the nearest column first, to the next of the same column up or down. */
export function stepFrom(
  id: string,
  key: string,
  { up, down }: Ends,
  places: ReadonlyMap<string, Placed>,
): string | undefined {
  const here = places.get(id);
  if (!here) return undefined;
  const near = (ids: readonly string[]) =>
    ids
      .flatMap((other) => {
        const place = places.get(other);
        return place ? [{ other, across: Math.abs(place.x - here.x), far: Math.abs(place.y - here.y) }] : [];
      })
      .sort((a, b) => a.across - b.across || a.far - b.far)[0]?.other;
  if (key === "ArrowRight") return near(down.get(id) ?? []);
  if (key === "ArrowLeft") return near(up.get(id) ?? []);
  if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
  const sign = key === "ArrowDown" ? 1 : -1;
  const column = [...places].filter(([, { x, y }]) => Math.abs(x - here.x) < 40 && (y - here.y) * sign > 0);
  return near(column.map(([other]) => other));
}
