import fc from "fast-check";
import t from "tap";
import { dotted, isTable, parseDotted, valueAt } from "../../../lib/toml/path.js";

t.test("a path reads back as it was written", async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme" }), { minLength: 1 }),
      (path) => t.strictSame(parseDotted(dotted(path)), path) === true,
    ),
  );
  t.equal(dotted(["args", "a.b", 0]), 'args."a.b".0');
  t.strictSame(parseDotted(`args . 'a.b'."c\\n"`), ["args", "a.b", "c\n"]);
});

t.test("what is no path is refused", async (t) => {
  for (const text of ["", ".", "a.", ".a", "a b", 'a."', "a.'x", 'a."\\q"', "a=b"])
    t.throws(() => parseDotted(text), { code: "dataerr" }, text);
});

t.test("only what the document says is there", async (t) => {
  t.equal(valueAt({ a: [{ b: 1 }] }, ["a", 0, "b"]), 1);
  t.equal(valueAt({ a: [{ b: 1 }] }, ["a", 1, "b"]), undefined);
  t.equal(valueAt({}, ["constructor"]), undefined);
  t.same([{}, [], new Date(), "x", null].map(isTable), [true, false, false, false, false]);
});
