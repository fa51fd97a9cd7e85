// [sweep]: what a recipe may say of its points. Which points that makes is sweep-points.ts's.
import * as v from "valibot";
import { isTable, parseDotted } from "../toml/path.js";
import { atLeastOne, line, maybe } from "./pieces.js";
import { axisTrouble, mostValues } from "./sweep-axis.js";

const whole = v.pipe(v.number(), v.integer());
/** How many values are made: bounded here, since all of them are made before any point is. */
const howMany = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostValues, `is more than ${mostValues}`));

/** Keys of a recipe that say how its files are read or its points are made: they are the same for all. */
const fixed = ["sweep", "extends"];

/** Why a word cannot be the path of something in a recipe, as the rest of a sentence; undefined where it can. */
function sweptTrouble(word: string): string | undefined {
  try {
    const [first = ""] = parseDotted(word);
    return fixed.includes(first) ? "cannot be swept: it is the same for all points" : undefined;
  } catch {
    return "is no path of a recipe: write table.key, as in params.lr";
  }
}

const swept = v.pipe(
  v.string(),
  v.check(
    (word) => sweptTrouble(word) === undefined,
    ({ input }) => sweptTrouble(String(input)) ?? "",
  ),
);

const list = v.pipe(v.array(v.unknown()), v.minLength(1));
const numbers = (n: number) =>
  v.pipe(
    v.array(v.number()),
    v.check(
      (values) => values.length === n && values.every(Number.isFinite),
      n === 2 ? "is not two numbers" : "is not three numbers",
    ),
  );

const axisOf = (joint: boolean) =>
  v.union([
    list,
    v.pipe(
      v.strictObject({
        range: maybe(numbers(3)),
        log: maybe(numbers(3)),
        choice: maybe(list),
        uniform: maybe(numbers(2)),
        loguniform: maybe(numbers(2)),
        normal: maybe(numbers(2)),
        randint: maybe(numbers(2)),
        loguniform_int: maybe(numbers(2)),
        n: maybe(howMany),
        seed: maybe(whole),
      }),
      v.check(
        (spec) => axisTrouble(spec, joint) === undefined,
        ({ input }) => (isTable(input) ? (axisTrouble(input, joint) ?? "") : ""),
      ),
    ),
  ]);

const axes = v.record(swept, axisOf(false));
const values = v.record(swept, v.unknown());

/** What comes after all of the points: its recipe alone, or with when it is sent. */
const aggregate = v.union([line, v.strictObject({ recipe: line, when: maybe(v.picklist(["afterok", "afterany"])) })]);

export const sweepSchema = v.pipe(
  v.strictObject({
    max_runs: maybe(atLeastOne),
    sample: maybe(v.union([atLeastOne, v.strictObject({ n: atLeastOne, seed: maybe(whole) })])),
    seeds: maybe(
      v.union([v.pipe(v.array(whole), v.minLength(1)), v.strictObject({ base: maybe(whole), replicates: howMany })]),
    ),
    max_concurrent: maybe(atLeastOne),
    max_gpus: maybe(atLeastOne),
    axes: maybe(axes),
    cases: maybe(
      v.pipe(v.array(v.strictObject({ name: line, set: maybe(values), axes: maybe(axes) })), v.minLength(1)),
    ),
    random: maybe(v.strictObject({ n: howMany, seed: maybe(whole), axes: v.record(swept, axisOf(true)) })),
    points: maybe(v.pipe(v.array(values), v.minLength(1))),
    resolver: maybe(v.pipe(v.array(v.string()), v.minLength(1))),
    aggregate: maybe(aggregate),
    /** labctl's form: one argument, from start to end. */
    arg: maybe(line),
    start: maybe(whole),
    end: maybe(whole),
    throttle: maybe(atLeastOne),
  }),
  v.check(
    (sweep) => formTrouble(sweep) === undefined,
    ({ input }) => (isTable(input) ? (formTrouble(input) ?? "") : ""),
  ),
);
export type SweepTable = v.InferOutput<typeof sweepSchema>;

function formTrouble(sweep: Record<string, unknown>): string | undefined {
  const { arg, start, end, throttle, max_concurrent } = sweep;
  const range = [start, end].filter((one) => one !== undefined).length;
  if (arg !== undefined && range < 2) return "has arg, but not both start and end";
  if (arg === undefined && range > 0) return "has start or end, but not arg, which they are of";
  if (arg !== undefined && Number(start) > Number(end)) return `goes from ${start} to ${end}, which is nothing`;
  if (throttle !== undefined && max_concurrent !== undefined)
    return "has both throttle and max_concurrent, which are the same";
  if (["axes", "cases", "random", "points", "seeds", "arg"].some((key) => isSaid(sweep[key]))) return undefined;
  return "says no points: give it axes, cases, random, points or seeds";
}

function isSaid(value: unknown): boolean {
  return value !== undefined && !(isTable(value) && Object.keys(value).length === 0);
}
