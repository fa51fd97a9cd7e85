import fc from "fast-check";
import t, { type Test } from "tap";
import { isFault } from "../../../lib/record/fault.js";
import { fieldReader } from "../../../lib/where/fields.js";
import type { Part } from "../../../lib/where/parts.js";
import { readWhere } from "../../../lib/where/where.js";

const record = {
  id: "20261120-201455-k7q3mz",
  name: "train-a",
  state: "failed",
  params: {
    lr: 1e-3,
    text: "1e-3",
    "batch-size": 32,
    "weird.name": 1,
    deep: { x: [1, 2] },
    nothing: null,
    stays_s: "no",
  },
  tags: ["base", "Big"],
  seed: 0,
  done: true,
  open: false,
  job: "1234",
  digits: "0012",
  empty: "",
  elapsed_s: 7300,
  planned_at: "2026-11-20T20:14:55Z",
  started_at: "2026-11-20T21:14:55.500Z",
  resources: { mem_bytes: 40 * 2 ** 30, time_s: 7200 },
  metrics: { loss: "NaN", acc: 0.5 },
};
const known = {
  fields: [...Object.keys(record), "message", "mode"],
  words: { state: ["failed", "succeeded", "running"] },
  now: Date.parse("2026-11-21T10:00:00Z"),
};
const holds = (...texts: string[]) => readWhere(texts, known).passes(record);

function all(t: Test, yes: readonly string[], no: readonly string[]): void {
  for (const text of yes) t.ok(holds(text), text);
  for (const text of no) t.notOk(holds(text), text);
}

t.test("numbers compare as numbers, also where one of them is a text", async (t) => {
  all(
    t,
    [
      "params.lr<1e-2",
      "params.lr<=1e-3",
      "params.lr>=0.001",
      "params.lr=.001",
      "params.lr==1e-3",
      "params.lr!=1",
      "seed=0",
      "seed = -0",
    ]
      .concat([
        "params.lr < '1e-2'",
        "params.text < 0.01",
        "params.text = 0.001",
        "job > 1000",
        "job = 1234",
        "digits=0012",
      ])
      .concat(["digits='0012'", "seed < 1", "-seed = 0", "params.lr > -1", "metrics.acc > .4", "params.deep.x = 2"]),
    [
      "params.lr>1e-2",
      "params.lr<1e-3",
      "seed=1",
      "seed=x",
      "params.lr<x_",
      "params.lr='x'",
      "digits='12'",
      "empty=0",
      "seed=''",
    ]
      .map((text) => text.replace("<x_", "<'x'"))
      .concat([
        "metrics.loss < 1",
        "metrics.loss >= 1",
        "metrics.loss = metrics.acc",
        "params.deep.x > 2",
        "params.lr = '0x1'",
      ]),
  );
});

t.test("texts: quotes of both kinds, words without quotes, contains, patterns", async (t) => {
  all(
    t,
    [
      "name='train-a'",
      'name="train-a"',
      "name=train-a",
      "name != train",
      "name ~ AIN",
      "name~'n-a'",
      "name like 'tr*-?'",
      "name<'u'",
    ]
      .concat([
        "state=failed",
        "empty=''",
        "name = 'train\\-a'",
        "id=20261120-201455-k7q3mz",
        "params ~ batch",
        "job ~ 23",
      ])
      .concat(["name like 'train-a'", "params.lr like '0.0*'", "planned_at ~ 2026-11-20", "'a' < name"]),
    [
      "name=Train-a",
      "name<'a'",
      "name~x",
      "name like 'tr'",
      "state=running",
      "name=''",
      "absent.x ~ a",
      "mode like '*'",
    ].map((text) => text.replace("absent", "params")),
  );
});

t.test("and, or, not, in C's words and in Python's", async (t) => {
  all(
    t,
    [
      "seed=0 and done",
      "seed=0 && done",
      "seed=1 or done",
      "seed=1 || done",
      "not seed=1",
      "!seed=1",
      "!(seed=1)",
      "not open",
    ]
      .concat([
        "seed=1 or seed=0 and done",
        "(seed=1 or seed=0) and done",
        "not open and done",
        "not (open or seed=1)",
        "true",
      ])
      .concat(["not not done", "!open&&!(seed=1)", "not name like 'x*'", "not state in [running]", "seed=0 and(done)"]),
    [
      "seed=0 and open",
      "open or seed=1",
      "not done",
      "not seed=0",
      "(seed=1 or seed=0) and open",
      "false",
      "not (seed=0) or open",
    ],
  );
  t.ok(holds("done", "seed=0"), "several: all of them");
  t.notOk(holds("done", "seed=1"));
});

t.test("lists: an element is enough", async (t) => {
  all(
    t,
    [
      "state in [failed, running]",
      "state in ['failed']",
      "'base' in tags",
      "tags = base",
      "tags ~ big",
      "tags like 'B*'",
      "tags != x",
    ].concat([
      "seed in [1, 0]",
      "resources.time_s in [1h, 2h]",
      "not seed in [1,2]",
      "tags.0 = base",
      "tags in [x, base]",
    ]),
    ["state in [running]", "'x' in tags", "tags = x", "tags != base", "seed in []", "mode in [oom]", "tags like 'x*'"],
  );
});

t.test("times, durations, sizes, by the name of the field", async (t) => {
  all(
    t,
    [
      "elapsed_s > 2h",
      "elapsed_s > '2h'",
      "elapsed_s > 7200",
      "elapsed_s < 02h30m",
      "resources.mem_bytes >= 40GB",
      "resources.mem_bytes=40GiB",
    ]
      .concat([
        "planned_at > 2026-11-20",
        "planned_at > '2026-11-20 12:00'",
        "planned_at < 2026-11-20T20:14:56Z",
        "planned_at > 1d",
      ])
      .concat([
        "planned_at < today",
        "planned_at > yesterday",
        "planned_at = 2026-11-20T20:14:55.000Z",
        "started_at > planned_at",
      ])
      .concat([
        "elapsed_s > 0.9 * resources.time_s",
        "elapsed_s - resources.time_s < 2m",
        "elapsed_s / 3600 > 2",
        "2h < elapsed_s",
      ])
      .concat([
        "started_at - planned_at > 1h",
        "planned_at + 1h < started_at",
        "resources.mem_bytes / 2 = 20GB",
        "params.stays_s = no",
      ])
      .concat(["started_at - 2h < planned_at", "seed + 1 = 1", "2 * 3 - 1 = 5", "-(1 - 2) = 1"]),
    [
      "elapsed_s > 3h",
      "resources.mem_bytes > 40GB",
      "planned_at > 6h",
      "planned_at < 2026-11-20",
      "name + 1 = 1",
      "name - 1 < 1",
    ].concat(["started_at - planned_at > 61m", "started_at < planned_at", "planned_at > now", "message - 1 < 5"]),
  );
});

t.test("what is absent equals nothing; exists() asks", async (t) => {
  all(
    t,
    [
      "mode != oom",
      "not mode = oom",
      "exists(params.lr)",
      "not exists(params.x)",
      "exists(empty)",
      "exists(open)",
      "done",
      "seed",
      "params",
    ].concat(["params['weird.name'] = 1", 'params["deep"].x = 1', "params['deep']['x'] = 1", "params.batch-size > 31"]),
    [
      "mode = oom",
      "mode < 1",
      "mode > 1",
      "mode ~ x",
      "exists(mode)",
      "open",
      "mode",
      "params.nothing",
      "exists(params.nothing)",
    ].concat(["params.constructor", "params.__proto__", "exists(params.__proto__.x)", "name.length", "params.lr.x"]),
  );
});

t.test("a value deeper than the stack is high is not found, and stops nothing", async (t) => {
  const deep: unknown = JSON.parse(`${"[".repeat(200_000)}1${"]".repeat(200_000)}`);
  for (const text of ["seed = 1", "seed < 2", "seed ~ 1", "params ~ 1", "params.x like '1*'", "1 in seed"])
    t.notOk(readWhere([text], known).passes({ seed: deep, params: { x: deep } }), text);
});

t.test("of several records the first that has a field answers", async (t) => {
  const where = readWhere(["seed = 1 and name = b"], known);
  t.ok(where.passes({ seed: 1 }, { seed: 2, name: "b" }));
  t.notOk(where.passes({ seed: 2 }, { seed: 1, name: "b" }));
  t.strictSame(where.fields, [["seed"], ["name"]]);
  let reads = 0;
  const lazy = {
    get metrics() {
      reads += 1;
      return { loss: 1 };
    },
  };
  t.ok(readWhere(["seed = 0 or metrics.loss < 2"], known).passes(record, lazy));
  t.equal(reads, 0, "and what nobody asks is not read");
});

t.test("a field that no record had is told, with the one that was meant", async (t) => {
  const where = readWhere(["params.lrr < 1 or params.lr < 0 or params['deep'].y = 1"], known);
  t.notOk(where.passes(record));
  t.strictSame(where.missed(), [
    "none has 'params.lrr'; did you mean 'params.lr'?",
    "none has 'params.deep.y'; did you mean 'params.deep.x'?",
  ]);
  t.strictSame(readWhere(["params.lrr"], known).missed(), [], "of no records nothing is known");
});

// What is asked, where it is wrong (from 1), what is said, and the remedy.
const mistakes: [string, number, string, string?][] = [
  ["lr < 1e-3", 1, "unknown word 'lr'", "a param is params.lr, a text stands in quotes"],
  ["seed=0 and nme=x", 12, "unknown word 'nme'", "did you mean name?"],
  ["elapsed_s>foo", 11, "unknown word 'foo'", "a param is params.foo, a text stands in quotes"],
  ["seed-1 = 0", 1, "unknown word 'seed-1'", "did you mean seed?"],
  [
    "elapsed_s-1-resources > 0",
    1,
    "unknown word 'elapsed_s-1-resources'",
    "a minus has spaces around it, and a text stands in quotes",
  ],
  ["mode = null", 8, "unknown word 'null'", "what is absent is asked for with exists(FIELD)"],
  ["state = suceeded", 9, "no state 'suceeded'", "did you mean succeeded?"],
  ["state in [failed, x]", 19, "no state 'x'", "one of failed, succeeded, running"],
  ["a b", 3, "unexpected 'b'", "and, or, or a comparison is missing before it"],
  ["seed = 0 AND done", 10, "unexpected 'AND'", "operators are in small letters: and"],
  ["seed = 0; done", 9, "unexpected ';'"],
  [",seed", 1, "unexpected ','"],
  ["seed,", 5, "unexpected ','"],
  ["seed ? 1 : 2", 6, "unexpected '?'"],
  ["=1", 1, "unexpected '='"],
  ["()", 1, "unexpected '('"],
  ["not", 4, "a value is missing after 'not'"],
  ["seed === 0", 8, "unexpected '='"],
  ["`x`", 1, "unexpected '`'"],
  ["seed =", 7, "a value is missing after '='"],
  ["seed and", 9, "a value is missing after 'and'"],
  ["name like tr-*", 15, "a value is missing after '*'", "a pattern stands in quotes"],
  ["(seed=0", 1, "'(' is not closed"],
  ["done and (seed=0", 10, "'(' is not closed"],
  ["exists(seed", 7, "'(' is not closed"],
  ["seed in [1", 9, "'[' is not closed"],
  ["params[", 8, "the end comes too early"],
  ["name = 'x", 8, "a quote ' is not closed"],
  ["seed = 12ab", 8, "'12ab' is no number", "a text stands in quotes"],
  ["1", 1, "a comparison is expected", "as in params.lr < 1e-3"],
  ["seed + 1", 1, "a comparison is expected", "as in params.lr < 1e-3"],
  ["'x' or done", 1, "a comparison is expected", "as in params.lr < 1e-3"],
  ["0 < seed < 1", 1, "a comparison cannot be compared", "write a < b and b < c, or parentheses"],
  ["(seed = 0) + 1 = 1", 1, "a value is expected", "a test has none"],
  ["name =~ 'x.*'", 6, "there are no regular expressions", "~ is contains; like knows * and ?"],
  ["seed in 3", 9, "a list is expected after in", 'as in state in ["failed", "lost"]'],
  ["name like params.x", 11, "a pattern in quotes is expected after like", "as in name like 'fit-*'"],
  ["elapsed_s > 'x'", 13, "cannot read the duration 'x'", "write 90m, 1h30m or 3d"],
  ["resources.mem_bytes > 2h", 23, "cannot read the size '2h'", "write 500MB, 4GB or 1.5TB"],
  ["planned_at > 5", 14, "'5' is no time", "write 2026-11-20, 2026-11-20T14:00:00Z or 3d"],
  ["planned_at > 2026-02-30", 14, "cannot read the time '2026-02-30'", "write 2026-11-20, 2026-11-20T14:00:00Z or 3d"],
  ["foo(seed)", 1, "unknown function 'foo'", "there is exists(FIELD)"],
  ["exists()", 1, "exists wants one field", "exists(params.lr)"],
  ["exists(1)", 1, "exists wants one field", "exists(params.lr)"],
  ["exists(foo)", 8, "unknown word 'foo'", "a param is params.foo, a text stands in quotes"],
  ["params[seed] = 1", 8, "a name in quotes is expected", 'as in params["a name"]'],
  ["'a'[1] = 1", 1, "only a field has parts"],
  ["seed in [1,,2]", 9, "a value is missing between two commas"],
  [`${"(".repeat(200)}seed${")".repeat(200)}`, 101, "too many parentheses"],
  [`seed=0${" or seed=0".repeat(1000)}`, 4097, "it is longer than 4096 characters"],
];

t.test("mistakes: what, where, and the remedy", async (t) => {
  for (const [text, at, message, hint] of mistakes) {
    const error = t.throws(() => readWhere([text], known), text) as unknown;
    t.match(
      error,
      { code: "usage", message: `cannot read --where: ${message} at character ${at}`, hint },
      text.slice(0, 60),
    );
    const [line = "", marks = ""] = (error as { excerpt: string }).excerpt.split("\n");
    if (text.length <= 72) t.equal(line, text);
    t.equal(marks.indexOf("^"), text.length <= 72 ? at - 1 : 37, "the caret");
    t.match(marks, /^ *\^+$/);
  }
  t.throws(() => readWhere([" "], known), { message: "cannot read --where: nothing is asked", excerpt: undefined });
  t.match(
    t.throws(() => readWhere(["seed", "=1"], known)),
    { excerpt: "=1\n^" },
    "the one of several that is wrong",
  );
  t.match(
    t.throws(() => readWhere(["name\t=\n'𝄞' x"], known)),
    { excerpt: "name = '𝄞' x\n           ^" },
  );
});

/** A tree of and, or, not over three fields, as a text and as what it is worth. */
interface Said {
  text: string;
  worth: (a: number, b: number, c: number) => boolean;
  strength: number;
}

const { tree } = fc.letrec<{ tree: Said }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc
      .tuple(
        fc.constantFrom("a", "b", "c"),
        fc.constantFrom("<", "<=", ">", ">=", "=", "!="),
        fc.integer({ min: 0, max: 3 }),
      )
      .map(
        ([name, operator, n]): Said => ({
          text: `${name}${operator}${n}`,
          worth: (...v) => compared(v["abc".indexOf(name)] ?? 0, operator, n),
          strength: 4,
        }),
      ),
    fc
      .tuple(fc.constantFrom("not ", "!"), tie("tree"))
      .map(([sign, of]): Said => ({ text: `${sign}${inside(of, 3)}`, worth: (...v) => !of.worth(...v), strength: 3 })),
    fc.tuple(fc.constantFrom(" and ", "&&"), tie("tree"), tie("tree")).map(
      ([sign, x, y]): Said => ({
        text: `${inside(x, 2)}${sign}${inside(y, 2)}`,
        worth: (...v) => x.worth(...v) && y.worth(...v),
        strength: 2,
      }),
    ),
    fc.tuple(fc.constantFrom(" or ", " || "), tie("tree"), tie("tree")).map(
      ([sign, x, y]): Said => ({
        text: `${inside(x, 1)}${sign}${inside(y, 1)}`,
        worth: (...v) => x.worth(...v) || y.worth(...v),
        strength: 1,
      }),
    ),
  ),
}));

function inside({ text, strength }: Said, least: number): string {
  return strength < least ? `(${text})` : text;
}

function compared(x: number, operator: string, y: number): boolean {
  if (operator === "=") return x === y;
  if (operator === "!=") return x !== y;
  if (operator.startsWith("<")) return x < y || (operator === "<=" && x === y);
  return x > y || (operator === ">=" && x === y);
}

t.test("any tree is worth what its text says", async (t) => {
  const value = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(tree, value, value, value, ({ text, worth }, a, b, c) => {
      return readWhere([text], { fields: ["a", "b", "c"], now: 0 }).passes({ a, b, c }) === worth(a, b, c);
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

t.test("any text is an expression or a mistake with a place", async (t) => {
  const piece = fc.constantFrom(
    ..."seed name params . [ ] ( ) ' \" = != < ~ and or not in like exists -1 2h 1e-3 , ; ? : \\ + * ! & é 𝄞 __proto__".split(
      " ",
    ),
    " ",
    "\n",
  );
  const any = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(any, fc.jsonValue(), (text, seed) => {
      try {
        return typeof readWhere([text], known).passes({ seed, params: { seed } }) === "boolean";
      } catch (error) {
        return isFault(error) && error.code === "usage" && !/undefined|\bNaN\b/.test(error.message.replace(text, ""));
      }
    }),
    { numRuns: 5000 },
  );
  t.pass();
});

t.test("the parts of an expression say together what it says", async (t) => {
  const says = (part: Part): boolean => {
    if (part.kind === "not") return !says(part.of);
    if (part.kind === "test") return part.testing(fieldReaderOf)();
    return part.kind === "all" ? part.of.every(says) : part.of.some(says);
  };
  const fieldReaderOf = (path: readonly string[]) => {
    const { read } = fieldReader(path);
    return { path, read: () => read([record]), missed: () => undefined };
  };
  const texts = [
    "state = failed and params.lr < 1 and seed = 0",
    "state = failed and (params.lr > 1 or not done = true or seed = 1)",
    "not (state = failed && params.lr > 1) and tags = base",
    "elapsed_s < resources.time_s or started_at < planned_at",
    "true and seed = 0 or state = running",
    "exists(message) or exists(mode) or !open",
  ];
  for (const text of texts) t.equal(readWhere([text], known).parts().every(says), holds(text), text);
  const [of] = readWhere(["(seed > 1 or seed < 1) and (state = failed and tags = base)"], known).parts();
  t.match(of, {
    kind: "all",
    of: [{ fields: [["seed"]] }, { fields: [["state"]] }, { fields: [["tags"]] }],
  });
});
