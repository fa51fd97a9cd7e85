// Who used a thing, by the index and then by each run's own records: what they do not say is not so.

import { artifactIdOf, outputsIdOf } from "../record/artifact-id.js";
import type { Link } from "../record/lineage.js";
import { asGiven } from "./as-given.js";
import { edgesOf } from "./edges.js";
import type { RunOnDisk } from "./facts.js";
import { madeIn } from "./made-at.js";
import { leaderOf } from "./makers.js";
import { culprit, type Things } from "./things.js";
import { type Use, usesOf } from "./used.js";

/** The runs that used a thing which no run made, everybody's, oldest first. */
export function consumersOf(things: Things, thing: string): readonly Link[] {
  return things.once(`used ${thing}`, () =>
    usersOf(things, thing, (use) => (use.thing === thing ? use : undefined)).map(({ link }) => link),
  );
}

/** One thing that a run made and others used: an output, or a file in its directory. */
export interface Used {
  role?: string;
  step?: number;
  /** Of a file. */
  path?: string;
  links: Link[];
}

/** The runs that used one thing of a run: those of all of its things where these are known, else a look for this one alone. */
export function consumersOfOutput(things: Things, run: RunOnDisk, thing: string): readonly Link[] {
  const whole = things.knows(keyOf(run)) && !things.left.has(outputsIdOf(run.run.id));
  if (whole) return usedOf(things, run).get(thing)?.links ?? [];
  return things.once(`used ${thing}`, () =>
    usersOf(things, thing, (use) => {
      const made = madeBy(run, use);
      return made?.id === thing ? made : undefined;
    }).map(({ link }) => link),
  );
}

function keyOf(run: RunOnDisk): string {
  return `outputs ${run.dir}`;
}

/** Everything of a run that others used, by its id; one look in the index for all of it. */
export function usedOf(things: Things, run: RunOnDisk): ReadonlyMap<string, Used> {
  return things.once(keyOf(run), () => {
    const found = new Map<string, Used>();
    for (const { made, link } of usersOf(things, outputsIdOf(run.run.id), (use) => madeBy(run, use))) {
      const { id, ...what } = made;
      const there = found.get(id);
      if (there) there.links.push(link);
      else found.set(id, { ...what, links: [link] });
    }
    return found;
  });
}

interface MadeAndUsed {
  id: string;
  role?: string;
  step?: number;
  path?: string;
}

/** Which thing of this run a use is of: by name, or by a path that lies in what it made. */
function madeBy(run: RunOnDisk, { thing, type, maker, path }: Use): MadeAndUsed | undefined {
  if (maker) {
    const { role, step } = maker;
    const isSo = maker.run === run.run.id && thing === artifactIdOf(maker.run, role, step);
    return isSo ? { id: thing, role, ...(step === undefined ? {} : { step }) } : undefined;
  }
  const made = type === "external" && path !== undefined ? madeIn(run, path) : undefined;
  if (made?.type === "collected") return { id: made.id, path: made.path };
  return made && { id: made.id, role: made.role, ...(made.step === undefined ? {} : { step: made.step }) };
}

/** The uses by others that `of` knows for uses of this thing. An index that says what its run does not is told of. */
function usersOf<T>(things: Things, thing: string, of: (use: Use) => T | undefined): { made: T; link: Link }[] {
  const edges = edgesOf(things.registry, thing, (message, user, error) =>
    things.report(thing, message, culprit(user, error)),
  ).filter(({ verb }) => verb === "used");
  const left = Math.max(0, edges.length - (things.most ?? edges.length));
  if (left > 0) things.left.set(thing, left);
  return edges.slice(left).flatMap(({ user, run: id }) => {
    // The index may be ahead of a run that was never made.
    const run = things.open(user, id);
    // One that another answered for used nothing; what it would have used, that one did.
    if (!run || leaderOf(run)) return [];
    const uses = usesOf(asGiven(run, (message) => things.report(id, message, user))).flatMap((use) => {
      const made = of(use);
      const role = use.role === undefined ? {} : { role: use.role };
      return made === undefined ? [] : [{ made, link: { node: things.run(run), kind: "used" as const, ...role } }];
    });
    if (uses.length === 0) things.report(id, `the index of ${user} says that it used ${thing}, but it did not`, user);
    return uses;
  });
}
