import t from "tap";
import * as v from "valibot";
import { inside, isInside, line, notYet, variableTrouble } from "../../../lib/recipe/pieces.js";

t.test("pieces", async (t) => {
  t.same(["a", "a/b", ".", "a..b", "./x", "/a", "..", "a/../b", "~/a"].map(isInside), [
    true,
    true,
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
  t.same(
    ["a b", "é", "", "a\nb", "\x7f"].map((text) => v.is(line, text)),
    [true, true, false, false, false],
  );
  t.same(
    ["a/b", "../b", ""].map((text) => v.is(inside, text)),
    [true, false, false],
  );
  t.notOk(v.is(notYet, 1));
  t.same(["A", "_a1", "LAB_MINE", "1A", "A-B", "", "LAB_RUN_ID", "LAB_INPUT_X"].map(variableTrouble), [
    undefined,
    undefined,
    undefined,
    ...Array.from({ length: 3 }, () => "cannot be the name of a variable"),
    "is set by the toolkit",
    "is set by the toolkit",
  ]);
});
