// How much each axis of a sweep matters for what was reached: an estimate, and how far it can be trusted.

export interface Tried {
  /** What the point sets, by axis. */
  point: Record<string, unknown>;
  value: number;
}

export interface Level {
  /** The value of the axis, or `0.001…0.01` where values are many and were put together. */
  value: unknown;
  count: number;
  /** Of what was reached. */
  mean: number;
  min: number;
  max: number;
}

export interface Importance {
  path: string;
  /** Of the variance (of the ranks) the part that the axis alone explains, from 0 to 1, corrected for what chance explains. */
  share: number;
  levels: Level[];
  /** How many points it is estimated from. */
  points: number;
  /** Too few points to a level to say: the share may be anything. */
  uncertain?: true;
}

const fewestToALevel = 3;
const mostLevels = 6;

/**
 * The main effect of each axis, the greatest first: epsilon squared (Kelley 1935) of a one-way analysis of variance over the
 * ranks of what was reached, as the main effects of a functional ANOVA (Hutter and others 2014) but without a model in between.
 * Ranks, so that one point that diverged does not decide; corrected, so that an axis of as many values as points explains
 * nothing. What axes do only together shows in none of them. An axis of one value is left out. Pure.
 */
export function importance(tried: readonly Tried[], paths: readonly string[]): Importance[] {
  const known = tried.filter(({ value }) => !Number.isNaN(value));
  const found = paths.flatMap((path) => importanceOf(path, known) ?? []);
  return found.sort((a, b) => b.share - a.share || (a.path < b.path ? -1 : 1));
}

function importanceOf(path: string, tried: readonly Tried[]): Importance | undefined {
  const having = tried.filter(({ point }) => Object.hasOwn(point, path));
  const groups = grouped(having, path);
  if (groups.length < 2) return undefined;
  const ranks = ranksOf(having.map(({ value }) => value));
  const rankOf = new Map(having.map((one, i) => [one, ranks[i] as number]));
  const share = epsilonSquared(groups.map(({ members }) => members.map((one) => rankOf.get(one) ?? 0)));
  const uncertain = having.length < fewestToALevel * groups.length;
  return {
    path,
    share,
    levels: groups.map(levelOf),
    points: having.length,
    ...(uncertain ? { uncertain } : {}),
  };
}

/** The part of the variance between the groups less what as many groups would explain by chance. */
export function epsilonSquared(groups: readonly (readonly number[])[]): number {
  const all = groups.flat();
  const [n, k] = [all.length, groups.length];
  const mean = sum(all) / n;
  const total = sum(all.map((one) => (one - mean) ** 2));
  if (total === 0 || n <= k) return 0;
  const within = sum(
    groups.map((group) => {
      const own = sum(group) / group.length;
      return sum(group.map((one) => (one - own) ** 2));
    }),
  );
  const share = (total - within - (k - 1) * (within / (n - k))) / total;
  return Math.min(1, Math.max(0, share));
}

/** Ranks from 1; those that are equal share the mean of theirs. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value);
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && order[to]?.value === order[from]?.value) to += 1;
    for (const { i } of order.slice(from, to)) ranks[i] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

interface Group {
  value: unknown;
  members: Tried[];
}

/** By value; numbers of which there are many by parts of about as many points each. */
function grouped(tried: readonly Tried[], path: string): Group[] {
  const groups = new Map<string, Group>();
  for (const one of tried) {
    const value = one.point[path];
    const key = JSON.stringify(value);
    const group = groups.get(key);
    if (group) group.members.push(one);
    else groups.set(key, { value, members: [one] });
  }
  const all = [...groups.values()];
  const numeric = all.every(({ value }) => typeof value === "number");
  if (!numeric) return all;
  const sorted = all.sort((a, b) => Number(a.value) - Number(b.value));
  return all.length <= mostLevels ? sorted : together(sorted, tried.length);
}

function together(groups: readonly Group[], points: number): Group[] {
  const parts = Math.min(mostLevels, Math.max(2, Math.floor(points / fewestToALevel)));
  const bins: Group[][] = [];
  let seen = 0;
  for (const group of groups) {
    const bin = Math.min(parts - 1, Math.floor((seen * parts) / points));
    bins[bin] = [...(bins[bin] ?? []), group];
    seen += group.members.length;
  }
  return bins.flatMap((bin) => {
    const [first, last] = [bin[0]?.value, bin.at(-1)?.value];
    const value = first === last ? first : `${first}…${last}`;
    return bin.length === 0 ? [] : [{ value, members: bin.flatMap(({ members }) => members) }];
  });
}

function levelOf({ value, members }: Group): Level {
  const values = members.map((one) => one.value);
  return {
    ...{ value, count: values.length, mean: sum(values) / values.length },
    ...{ min: Math.min(...values), max: Math.max(...values) },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
