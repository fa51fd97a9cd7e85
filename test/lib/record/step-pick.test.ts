import t from "tap";
import * as v from "valibot";
import { pickWord, stepPick, stepWord } from "../../../lib/record/step-pick.js";

t.test("which step of a stream, and one word for it", async (t) => {
  t.strictSame(
    ["latest", "all", "best:loss", "best:reward", "best:x:min", "300", 300].map((word) => pickWord(stepPick(word))),
    [...["latest", "all", "best:loss:min", "best:reward:max", "best:x:min"], ...[300, 300]],
  );
  const said = (word: unknown) => v.safeParse(stepWord, word).issues?.map(({ message }) => message);
  t.equal(said("best:loss"), undefined);
  t.strictSame(said("newest"), ['is no step: a number, "latest", "best:METRIC" or "all"']);
  t.strictSame(said("best"), ['does not say by which metric: "best:loss", "best:accuracy:max"']);
  t.match(said("best:x"), [/cannot tell whether less or more of 'x' is better \(x:min or x:max\)/]);
  t.ok(said(-1));
});
