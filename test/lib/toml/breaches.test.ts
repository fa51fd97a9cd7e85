import t from "tap";
import * as v from "valibot";
import { breaches, nameOf, unknownKey } from "../../../lib/toml/breaches.js";

const said = (schema: v.GenericSchema, value: unknown) =>
  breaches(schema, value).map(({ part, message }) => `${part}: ${message}`);

t.test("unknown keys of every table, also within lists, open tables, unions and variants", async (t) => {
  const leaf = v.strictObject({ known: v.exactOptional(v.string()) });
  const schema = v.strictObject({
    list: v.exactOptional(v.array(leaf)),
    open: v.exactOptional(v.record(v.string(), leaf)),
    rest: v.exactOptional(v.objectWithRest({ pass: v.exactOptional(v.array(v.string())) }, v.string())),
    union: v.exactOptional(v.union([v.string(), leaf])),
    variant: v.exactOptional(
      v.variant("type", [
        v.strictObject({ type: v.literal("a") }),
        v.strictObject({ type: v.literal("b"), x: v.number() }),
      ]),
    ),
  });
  t.strictSame(
    said(schema, { list: [{}, { knwn: 1, other: 2 }], open: { a: { knon: "x" } }, union: { no: 1 }, top: 1 }),
    [
      "key: unknown key 'knwn' in [list.1] (did you mean 'known'?)",
      "key: unknown key 'other' in [list.1]",
      "key: unknown key 'knon' in [open.a] (did you mean 'known'?)",
      "key: unknown key 'no' in [union]",
      "key: unknown key 'top'",
    ],
  );
  t.strictSame(said(schema, { rest: { pass: "x", a: 1, prototype: "y" }, variant: { type: "b", yonder: 1 } }), [
    "key: prototype cannot be used as a key",
    "key: unknown key 'yonder' in [variant]",
    `value: rest.pass is "x", expected a list`,
    "value: rest.a is 1, expected a string",
    "key: variant.x is missing",
  ]);
  t.strictSame(said(schema, { variant: { type: "c", z: 1 } }), [`value: variant.type is "c", expected "a" or "b"`]);
  t.strictSame(said(schema, { list: "x", open: [], union: 5 }), [
    "value: open is a list, expected a table",
    `value: list is "x", expected a list`,
    "value: union is 5, expected a string or a table",
  ]);
});

t.test("words", async (t) => {
  t.strictSame(
    said(
      v.strictObject({
        a: v.pipe(
          v.string(),
          v.check(() => false, "is not nice"),
        ),
      }),
      { a: "x" },
    ),
    ["value: a is not nice"],
  );
  t.strictSame(said(v.strictObject({ a: v.boolean() }), { a: "x".repeat(100) }), [
    `value: a is "${"x".repeat(57)}...", expected true or false`,
  ]);
  t.equal(nameOf(["a", "b.c"], {}), '[a."b.c"]');
  t.equal(nameOf(["a"], [{}]), "[a]");
  t.equal(nameOf(["a"], []), "a");
  t.match(unknownKey("x", ["long", "longer"], []), { message: "unknown key 'x'", hint: "known here: long, longer" });
});
