// The steps of a stream, and the files that a run collected, that nothing tells apart: drawn as one thing.
import { type Arrow, arrowsBy, type Drawing, type Thing } from "./drawing.js";

/**
 * The drawing with steps of one run and role that follow one another, were asked about alike and went into the same things,
 * as one: `checkpoint steps 1…5`. A step that something else was made from stays by itself. Likewise the collected
 * files of a run that nothing was made from: `12 files`. Pure.
 */
export function foldSteps(drawing: Drawing): Drawing {
  return foldFiles(foldStreams(drawing));
}

function foldFiles({ things, arrows }: Drawing): Drawing {
  const used = arrowsBy("from", arrows);
  const alike = new Map<string, string[]>();
  for (const { from, to, kind } of arrows) {
    const file = things.get(to);
    if (kind !== "made" || file?.type !== "collected" || file.asked || used.has(to)) continue;
    const those = alike.get(from);
    if (those) those.push(to);
    else alike.set(from, [to]);
  }
  const folded = new Map(things);
  const gone = new Set<string>();
  for (const [first = "", ...rest] of alike.values()) {
    if (rest.length === 0) continue;
    const { path: _, ...file } = things.get(first) as Thing;
    folded.set(first, { ...file, name: `${rest.length + 1} files` });
    for (const id of rest) {
      folded.delete(id);
      gone.add(id);
    }
  }
  return { things: folded, arrows: arrows.filter(({ to }) => !gone.has(to)) };
}

function foldStreams({ things, arrows }: Drawing): Drawing {
  const made = arrowsBy("to", arrows);
  const used = arrowsBy("from", arrows);
  const groups = new Map<string, Map<number, Thing>>();
  for (const thing of things.values()) {
    const [maker, ...others] = made.get(thing.id) ?? [];
    if (maker?.kind !== "made" || maker.step === undefined || maker.role === undefined || others.length > 0) continue;
    const stream = JSON.stringify([maker.from, maker.role]);
    groups.set(stream, (groups.get(stream) ?? new Map()).set(maker.step, thing));
  }
  const standsFor = new Map<string, string>();
  const folded = new Map(things);
  for (const [stream, steps] of groups) {
    const [, role] = JSON.parse(stream) as [string, string];
    for (const alike of stretches(steps, (thing) => likeness(thing, used.get(thing.id) ?? []))) {
      const [first, ...rest] = alike;
      if (!first || rest.length === 0) continue;
      folded.set(first[1].id, foldedThing(first, rest, role));
      for (const [, { id }] of rest) {
        standsFor.set(id, first[1].id);
        folded.delete(id);
      }
    }
  }
  return { things: folded, arrows: withoutDoubles(arrows, standsFor) };
}

type Step = [step: number, thing: Thing];

/** Maximal stretches of steps, in their order, that are like one another. */
function stretches(steps: ReadonlyMap<number, Thing>, of: (thing: Thing) => string): Step[][] {
  const found: Step[][] = [];
  let last: string | undefined;
  for (const step of [...steps].sort(([a], [b]) => a - b)) {
    const like = of(step[1]);
    if (like === last) found.at(-1)?.push(step);
    else found.push([step]);
    last = like;
  }
  return found;
}

function likeness({ asked, cut, state, user }: Thing, used: readonly Arrow[]): string {
  return JSON.stringify([asked, cut, state, user, used.map(({ to, kind, role }) => [to, kind, role])]);
}

/** The first one stands for all; its `ref` and its names lose their step, so that they name the stream. */
function foldedThing([from, thing]: Step, rest: readonly Step[], role: string): Thing {
  const last = rest.at(-1)?.[0];
  const { path: _, ref, aliases, ...kept } = thing;
  const ofStream = (name: string) => name.replace(/@\d+$/, "");
  return {
    ...kept,
    name: `${role} steps ${from}…${last}`,
    ...(ref === undefined ? {} : { ref: ofStream(ref) }),
    ...(aliases === undefined ? {} : { aliases: aliases.map(ofStream) }),
  };
}

function withoutDoubles(arrows: readonly Arrow[], standsFor: ReadonlyMap<string, string>): Arrow[] {
  const seen = new Set<string>();
  return arrows.flatMap((arrow) => {
    const from = standsFor.get(arrow.from) ?? arrow.from;
    const to = standsFor.get(arrow.to) ?? arrow.to;
    // Of the folded ones only the first still has its step, which says nothing of the others.
    const key = JSON.stringify([from, to, arrow.kind, arrow.role]);
    const isFolded = from !== arrow.from || to !== arrow.to;
    if (isFolded && seen.has(key)) return [];
    seen.add(key);
    return [{ ...arrow, from, to }];
  });
}
