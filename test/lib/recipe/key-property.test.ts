// What cannot change a result does not change its key, and what can, does: over whole recipes, through the real planner.
import fc from "fast-check";
import t from "tap";
import { cacheKey } from "../../../lib/recipe/key.js";
import type { Run } from "../../../lib/record/run.js";
import { canonical, grafted, type Meaning, meaning, recipeText, resolved } from "./key-recipes.js";
import { planned } from "./recipes.js";

t.setTimeout(300_000);

async function keyOf(dir: string, of: Meaning, seed: number): Promise<string> {
  const text = recipeText(of, seed);
  try {
    const user = seed % 2 ? "ada" : "bob";
    const run = await planned(dir, text, [], { now: 1_795_000_000_000 + (seed % 1000), user });
    const full = resolved(run, of, seed);
    const { digest } = cacheKey(full);
    // A record has been through a pipe, mostly.
    if (cacheKey(JSON.parse(JSON.stringify(full)) as Run).digest !== digest) throw new Error("a pipe changes the key");
    return digest;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${text}`);
  }
}

const seed = fc.nat(2 ** 30);

/** Of the source the tree of what was named counts, and whether that was all does not. */
const counted = (of: Meaning) => canonical({ ...of, source: of.source.paths ?? of.source.digest });

t.test("one meaning, however it is written and whatever else is said, has one key", async (t) => {
  const dir = t.testdir();
  await fc.assert(
    fc.asyncProperty(meaning, seed, seed, async (of, a, b) => {
      const [one, other] = [await keyOf(dir, of, a), await keyOf(dir, of, b)];
      if (one !== other) throw new Error(`${recipeText(of, a)}\n---\n${recipeText(of, b)}`);
    }),
    { numRuns: 150, includeErrorInReport: true },
  );
  t.pass();
});

const parts =
  "command workdir seed args space params env pass modules setup place inherit gpus nodes components source external artifacts outputs".split(
    " ",
  ) as (keyof Meaning)[];

t.test("two changes of one recipe have one key only if they are the same change", async (t) => {
  const dir = t.testdir();
  const changed = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      meaning,
      meaning,
      fc.constantFrom(...parts),
      fc.constantFrom(...parts),
      seed,
      async (base, other, p, q, n) => {
        const all = [base, grafted(base, other, p), grafted(base, other, q), other];
        const keys: string[] = [];
        for (const [i, one] of all.entries()) keys.push(await keyOf(dir, one, n + i));
        for (const [i, one] of all.entries()) {
          for (const [j, another] of all.entries()) {
            if ((keys[i] === keys[j]) !== (counted(one) === counted(another)))
              throw new Error(`${p} ${q}: ${recipeText(one, n + i)}\n---\n${recipeText(another, n + j)}`);
          }
        }
        if (keys[0] !== keys[1]) changed.add(p);
      },
    ),
    { numRuns: 200, includeErrorInReport: true },
  );
  t.ok(changed.size > parts.length / 2, "and most parts were changed");
});
