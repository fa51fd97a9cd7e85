// Two places of a [sweep] that would set one thing, or a thing and a part of it: nobody could say which of them counts.
import type { Breach } from "../toml/breaches.js";
import { dotted, parseDotted, type TomlPath } from "../toml/path.js";
import type { SweepTable } from "./sweep.js";

interface Place {
  at: TomlPath;
  path: readonly string[];
}

/**
 * Overlaps (one path is the other, or the beginning of it) within a block, between a case and what all points have, and within
 * a case. Two cases may set the same.
 */
export function overlaps(sweep: SweepTable): Breach[] {
  const shared = [
    ...(sweep.arg === undefined ? [] : [{ at: ["sweep", "arg"], path: ["args", sweep.arg] }]),
    ...places(sweep.axes, ["sweep", "axes"]),
    ...places(sweep.random?.axes, ["sweep", "random", "axes"]),
    ...(sweep.seeds === undefined ? [] : [{ at: ["sweep", "seeds"], path: ["seed"] }]),
  ];
  const lists = (sweep.points ?? []).map((point, i) => places(point, ["sweep", "points", i]));
  const cases = (sweep.cases ?? []).map(({ set, axes }, i) => [
    ...places(set, ["sweep", "cases", i, "set"]),
    ...places(axes, ["sweep", "cases", i, "axes"]),
  ]);
  const inPoints = lists.flat();
  return [
    ...within(shared),
    ...[...lists, ...cases].flatMap(within),
    ...between(shared, inPoints),
    ...between(shared, cases.flat()),
    ...between(inPoints, cases.flat()),
    ...sameNames(sweep),
  ];
}

function places(table: Record<string, unknown> | undefined, at: TomlPath): Place[] {
  return Object.keys(table ?? {}).map((key) => ({ at: [...at, key], path: parseDotted(key) }));
}

function within(all: readonly Place[]): Breach[] {
  const sorted = [...all].sort((a, b) => (dotted(a.path) < dotted(b.path) ? -1 : 1));
  return sorted.flatMap((place, i) => sorted.slice(i + 1).flatMap((other) => told(place, other)));
}

/** One of each path is enough to be told of. */
function between(first: readonly Place[], second: readonly Place[]): Breach[] {
  const others = new Map(second.map((place) => [dotted(place.path), place]));
  return [...new Map(first.map((place) => [dotted(place.path), place])).values()].flatMap((place) =>
    [...others.values()].flatMap((other) => told(place, other)),
  );
}

function told(one: Place, other: Place): Breach[] {
  if (!one.path.every((key, i) => other.path[i] === key) && !other.path.every((key, i) => one.path[i] === key))
    return [];
  const same = one.path.length === other.path.length;
  const message = same
    ? `${dotted(one.path)} is set twice: in ${blockOf(one)} and in ${blockOf(other)}`
    : `${dotted(one.path)} (${blockOf(one)}) and ${dotted(other.path)} (${blockOf(other)}) overlap`;
  return [{ path: other.at, part: "key", message }];
}

function blockOf({ at }: Place): string {
  const last = at.at(-1);
  return `[${dotted(at.length > 2 ? at.slice(0, -1) : ["sweep", last ?? ""])}]`;
}

function sameNames({ cases = [] }: SweepTable): Breach[] {
  return cases.flatMap(({ name }, i) =>
    cases.findIndex((other) => other.name === name) < i
      ? [{ path: ["sweep", "cases", i, "name"], part: "value" as const, message: `two cases are called '${name}'` }]
      : [],
  );
}
