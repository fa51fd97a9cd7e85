import t from "tap";
import { globPattern, whereTest } from "../../../lib/verb/where.js";

const record: Record<string, unknown> = {
  name: "train",
  lr: 1e-3,
  seed: 0,
  done: true,
  open: false,
  tags: ["a", "b"],
  digits: "0012",
  empty: "",
  "params.batch-size": 32,
};
const holds = (text: string) => whereTest(text)((key) => (Object.hasOwn(record, key) ? record[key] : undefined));

t.test("numbers compare as numbers, words as words", async (t) => {
  const yes = "lr<1e-2 lr<=1e-3 lr>=0.001 lr=0.001 lr==1e-3 lr!=1 seed=0 seed!=1 seed<1 name=train name!=x name~RAI";
  for (const text of yes.split(" ")) t.ok(holds(text), text);
  const no = "lr>1e-2 lr<1e-3 lr=x lr<x lr>x lr= seed=1 name=Train name<a name~x digits=12 done=false";
  for (const text of no.split(" ")) t.notOk(holds(text), text);
  t.ok(holds("digits=0012"));
  t.ok(holds("done=true"));
  t.ok(holds("tags~b"));
  t.ok(holds("name = train"), "spaces around the sign");
  t.ok(holds("name=") === false && holds("empty="), "an empty value");
  t.ok(holds("params.batch-size>31"), "dots and dashes in names");
});

t.test("a field alone, and one that is absent", async (t) => {
  t.ok(holds("name"));
  t.ok(holds("seed"));
  t.notOk(holds("open"));
  t.notOk(holds("absent"));
  for (const operator of ["=", "<", ">", "<=", ">=", "~"]) t.notOk(holds(`absent${operator}1`), operator);
  t.ok(holds("absent!=1"));
});

t.test("what cannot be read is refused", async (t) => {
  for (const text of ["", "a b", "=1", "a!1", "a b=1", "<3", "a?=1", "ä=1"])
    t.throws(() => whereTest(text), { code: "usage", message: `cannot read --where '${text}'` }, text);
});

t.test("globs", async (t) => {
  t.ok(globPattern("a*").test("a"));
  t.ok(globPattern("a*c").test("a\nbc"));
  t.ok(globPattern("a?c").test("abc"));
  t.notOk(globPattern("a?c").test("ac"));
  t.notOk(globPattern("a.c").test("abc"));
  t.notOk(globPattern("a").test("ab"));
  t.ok(globPattern("[x](y)+^$|\\{}").test("[x](y)+^$|\\{}"));
});
