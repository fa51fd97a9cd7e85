import fc from "fast-check";
import t from "tap";
import { checkName, isName, isUserName, nearest } from "../../../lib/record/names.js";

t.test("a name can be a part of a path, and nothing but a part", async (t) => {
  for (const name of ["a", "7", "best-model", "a.b_c+d-e", "A".repeat(128)]) t.ok(isName(name), name);
  for (const name of [
    "",
    ".",
    "..",
    ".hidden",
    "-x",
    "_x",
    "a/b",
    "../../etc",
    "a b",
    "a\n",
    "a\0",
    "é",
    "a@b",
    "A".repeat(129),
    "a\\b",
    "~",
  ])
    t.notOk(isName(name), JSON.stringify(name));
  t.ok(isUserName("lab-alice@cluster.org"), "users may have an at sign");
  t.notOk(isUserName("@alice"));
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      (text) => !isUserName(text) || !(/[/\0\s]/.test(text) || text.startsWith(".")),
    ),
  );
});

t.test("a name that is none is refused, with what may be in one", async (t) => {
  t.equal(checkName("x", "alias"), "x");
  t.throws(() => checkName("../../etc", "alias"), {
    code: "dataerr",
    message: "the alias '../../etc' cannot be a name",
    hint: /letters/,
  });
});

t.test("the nearest name is what was meant, if it is near", async (t) => {
  const keys = ["partition", "time", "account", "gpus", "mem"];
  t.equal(nearest("partiton", keys), "partition");
  t.equal(nearest("patrition", keys), "partition", "two letters swapped count once");
  t.equal(nearest("TIME", keys), "time");
  t.equal(nearest("gpu", keys), "gpus");
  t.equal(nearest("walltime", keys), undefined);
  t.equal(nearest("", keys), undefined);
  t.equal(nearest("mem", []), undefined);
  t.equal(nearest("tim", ["tin", "time"]), "tin", "of two as near the first");
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (word) => nearest(word, ["", `${word}${word}${word}`, word]) === word),
  );
});
