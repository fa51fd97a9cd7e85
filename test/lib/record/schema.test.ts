import fc from "fast-check";
import t from "tap";
import * as v from "valibot";
import { checked, count, digest, maybe, path, record, text, time, violations } from "../../../lib/record/schema.js";

const schema = record("thing", {
  name: text,
  n: maybe(count),
  at: maybe(time),
  inner: maybe(v.object({ file: path })),
});
const good = { type: "thing", v: 1, name: "x" };

t.test("fields that are not known pass through", async (t) => {
  t.same(checked(schema, { ...good, more: [1] }, "it"), { ...good, more: [1] });
  t.same(violations(schema, good), []);
});

t.test("the first breach is named, with its field", async (t) => {
  for (const [value, message] of [
    [{ ...good, name: 7 }, "cannot read 'f': name is 7, expected string"],
    [{ type: "thing", v: 1 }, "cannot read 'f': name is missing"],
    [{ ...good, name: undefined }, "cannot read 'f': name is missing"],
    [{ ...good, type: "other" }, `cannot read 'f': type is "other", expected "thing"`],
    [{ ...good, inner: { file: "x" } }, "cannot read 'f': inner.file is not an absolute path"],
    [null, "cannot read 'f': the record is null, expected Object"],
    ["text", `cannot read 'f': the record is "text", expected Object`],
    [[good], /cannot read 'f': /],
    [{ ...good, type: "x".repeat(10_000) }, /^.{0,150}…, expected "thing"$/],
  ] as const)
    t.throws(() => checked(schema, value, "'f'"), { code: "dataerr", message }, String(message));
  t.equal(violations(schema, { ...good, name: 7, n: -1 }).length, 2, "or all of them");
});

t.test("a newer version is refused by that name", async (t) => {
  t.throws(() => checked(schema, { ...good, v: 2, name: 7 }, "'f'"), {
    code: "dataerr",
    message: /version 2 of its format is newer/,
    hint: /newer labkit/,
  });
  t.throws(() => checked(schema, { ...good, v: 0 }, "'f'"), { message: /v is 0/ });
  t.throws(() => checked(schema, { ...good, v: "2" }, "'f'"), { message: /v is "2"/ });
});

t.test("absent means unknown: undefined and null are no values", async (t) => {
  t.not(violations(schema, { ...good, n: undefined }).length, 0);
  t.not(violations(schema, { ...good, n: null }).length, 0);
});

t.test("times are in UTC and can be computed with", async (t) => {
  for (const at of ["2026-11-20T20:14:55Z", "2026-11-20T20:14:55.123Z", "2026-11-20T20:14:55.123456789Z"])
    t.ok(v.is(time, at), at);
  for (const at of [
    "2026-11-20T20:14:55",
    "2026-11-20T20:14:55+01:00",
    "2026-11-20",
    "2026-13-20T20:14:55Z",
    "2026-11-32T20:14:55Z",
    "2026-11-20T24:14:55Z",
    "2026-11-20T20:14:60Z",
    "2026-11-20T20:14:55Z\n",
    "",
    "now",
  ])
    t.notOk(v.is(time, at), at);
  const digits = fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  fc.assert(fc.property(digits, (at) => !v.is(time, at) || !Number.isNaN(Date.parse(at))));
});

t.test("counts, digests", async (t) => {
  for (const n of [0, 7]) t.ok(v.is(count, n));
  for (const n of [-1, 1.5, Number.NaN, Infinity, "7", null]) t.notOk(v.is(count, n), String(n));
  t.ok(v.is(digest, `sha256:${"0".repeat(64)}`));
  for (const text of [`sha256:${"0".repeat(63)}`, `sha256:${"A".repeat(64)}`, "0".repeat(64), `md5:${"0".repeat(64)}`])
    t.notOk(v.is(digest, text));
});
