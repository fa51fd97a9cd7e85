// An answer of which parts are JSON already is the JSON of the whole.
import t from "tap";
import { jsonOf, linesOf, texts } from "../../../lib/serve/texts.js";

t.test("lists that are JSON already are put in where they are", (t) => {
  const lists = [[], [{ a: 1 }], [{ a: "é漢" }, { b: [null, { c: "]" }] }, {}]];
  const rendered = lists.map((list) => texts(list.map((record) => Buffer.from(JSON.stringify(record)))));
  const cases: [object, object][] = [
    [{}, {}],
    [
      { a: 1, b: undefined, '"': "\n" },
      { a: 1, '"': "\n" },
    ],
  ];
  for (const [i, list] of lists.entries()) {
    cases.push([{ x: rendered[i] }, { x: list }]);
    cases.push([
      { a: undefined, x: rendered[i], y: rendered[2], z: 1 },
      { x: list, y: lists[2], z: 1 },
    ]);
    cases.push([
      { a: "漢", x: rendered[i], b: undefined },
      { a: "漢", x: list },
    ]);
  }
  for (const [answer, wanted] of cases) {
    t.equal(Buffer.from(jsonOf(answer)).toString(), `${JSON.stringify(wanted)}\n`);
    t.strictSame(JSON.parse(JSON.stringify(answer)), wanted);
  }
  t.end();
});

t.test("a part of a list is as many lines, in JSON already or not", (t) => {
  const list = [{ a: "\n" }, { b: "漢" }, { c: [1] }];
  const rendered = texts(list.map((record) => Buffer.from(JSON.stringify(record))));
  for (const one of [list, rendered]) {
    t.equal(Buffer.from(linesOf(one, 1, 3)).toString(), '{"b":"漢"}\n{"c":[1]}\n');
    t.equal(Buffer.from(linesOf(one, 3, 9)).toString(), "");
  }
  t.end();
});
