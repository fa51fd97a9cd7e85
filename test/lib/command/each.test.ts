import t from "tap";
import { carriesError, each, idOf } from "../../../lib/command/each.js";
import { fault } from "../../../lib/record/fault.js";
import { all, heard, streamOf } from "./fixtures.js";

interface Mine {
  type: "mine";
  id: string;
}
const isMine = (record: unknown): record is Mine => (record as Mine).type === "mine";
const mine = (id: string, more: object = {}) => ({ type: "mine", id, ...more });

t.test("one in, one out, in order; what is not ours passes as the same object", async (t) => {
  const { context } = heard();
  const records = [mine("a"), { type: "other" }, mine("b"), mine("c", { error: { code: "refused", message: "no" } })];
  const out = await all(each(streamOf(...records), isMine, (record) => ({ ...record, done: true }), context));
  t.strictSame(out, [{ ...mine("a"), done: true }, records[1], { ...mine("b"), done: true }, records[3]]);
  t.equal(out[1], records[1]);
  t.equal(out[3], records[3]);
});

t.test("a fault is that record's error, and the others go on", async (t) => {
  const { context, reported, abnormal } = heard();
  const act = (record: Mine) => {
    if (record.id === "b") throw fault("noinput", "it is not there", { hint: "look" });
    return record;
  };
  const out = await all(each(streamOf(mine("a"), mine("b"), mine("c")), isMine, act, context));
  const error = { code: "noinput", message: "it is not there", hint: "look" };
  t.strictSame(out, [mine("a"), { ...mine("b"), error }, mine("c")]);
  t.match(reported, [["b", { message: "it is not there" }]]);
  t.strictSame(abnormal, []);
});

t.test("a service out of reach marks the rest, which is not tried", async (t) => {
  const { context, reported, abnormal } = heard();
  const tried: string[] = [];
  const act = async (record: Mine) => {
    tried.push(record.id);
    if (record.id === "b") throw fault("unavailable", "the scheduler does not answer");
    return record;
  };
  const records = [mine("a"), mine("b"), { type: "other" }, mine("c"), mine("d")];
  const out = await all(each(streamOf(...records), isMine, act, context));
  const error = { code: "unavailable", message: "the scheduler does not answer" };
  t.strictSame(out, [mine("a"), { ...mine("b"), error }, records[2], { ...mine("c"), error }, { ...mine("d"), error }]);
  t.strictSame(tried, ["a", "b"]);
  t.equal(abnormal.length, 1);
  t.strictSame(reported, []);
});

t.test("a bug is no record's error", async (t) => {
  const act = () => {
    throw new TypeError("a bug");
  };
  await t.rejects(all(each(streamOf(mine("a")), isMine, act, heard().context)), { message: "a bug" });
});

t.test("asked to end, it ends before the next record", async (t) => {
  const { context, abort } = heard();
  const act = (record: Mine) => {
    if (record.id === "b") abort();
    return record;
  };
  t.strictSame(await all(each(streamOf(mine("a"), mine("b"), mine("c")), isMine, act, context)), [
    mine("a"),
    mine("b"),
  ]);
});

t.test("a record of a newer version is refused by that name", async (t) => {
  const { context } = heard();
  const [out] = await all(each(streamOf(mine("a", { v: 2 })), isMine, (record) => record, context));
  t.match(out, { v: 2, error: { code: "dataerr", message: /version 2 of its format is newer/ } });
  t.strictSame(await all(each(streamOf(mine("a", { v: 1 })), isMine, (record) => record, context)), [
    mine("a", { v: 1 }),
  ]);
});

t.test("what counts as an error", async (t) => {
  t.ok(carriesError({ error: { code: "x", message: "m" } }));
  for (const record of [{}, { error: null }, { error: "text" }, { error: 0.1 }, { error: {} }, { error: [] }, null, 7])
    t.notOk(carriesError(record), JSON.stringify(record));
});

t.test("what messages about a record begin with", async (t) => {
  t.equal(idOf({ id: "a", run: "b" }), "a");
  t.equal(idOf({ run: "b" }), "b");
  for (const record of [{ id: 7 }, {}, null, "a"]) t.equal(idOf(record), undefined);
});
