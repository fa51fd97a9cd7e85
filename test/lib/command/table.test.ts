import fc from "fast-check";
import t from "tap";
import { at, type Format, localTime, type TableStyle, tableLines } from "../../../lib/command/table.js";

const now = Date.parse("2026-11-20T12:00:00Z");
const style: TableStyle = { header: true, colour: false, width: undefined, now };
const column = (key: string, format: Format = "text") => ({ key, title: key, format });
const lines = (
  rows: Record<string, unknown>[],
  columns = [column("a"), column("b")],
  changes: Partial<TableStyle> = {},
) => tableLines(rows, columns, { ...style, ...changes }).lines;

t.test("columns are as wide as what is in them", async (t) => {
  t.strictSame(lines([{ a: "x", b: "yy" }, { a: "long word" }]), ["a          b", "x          yy", "long word"]);
  t.strictSame(lines([{ a: "x" }], [column("a"), column("b")], { header: false }), ["x"]);
  t.strictSame(lines([], [column("a")]), ["a"]);
});

t.test("each value in its form", async (t) => {
  const cell = (value: unknown, format: Format) => lines([{ a: value }], [column("a", format)], { header: false })[0];
  t.equal(cell("2026-11-20T11:59:00Z", "age"), "1m 00s ago");
  t.equal(cell(3725, "duration"), "1h 02m");
  t.equal(cell(1536, "size"), "1.5 KiB");
  t.equal(cell(0.1 + 0.2, "number"), "0.3");
  t.equal(cell(12345678, "number"), "12345678");
  t.equal(cell("20261120-120000-k7q3mz", "handle"), "k7q3mz");
  t.equal(cell(["a", 1, { b: 2 }], "text"), 'a 1 {"b":2}');
  t.equal(cell({ a: 1 }, "text"), '{"a":1}');
  t.equal(cell({ "args.lr": 1e-4, "args.opt": "adam" }, "point"), "lr=0.0001 opt=adam");
  t.equal(cell({ "args.n": 1, "params.n": [2] }, "point"), "args.n=1 params.n=[2]", "two ends are alike");
  t.equal(cell(null, "text"), "");
  t.equal(cell(undefined, "number"), "");
  t.equal(cell("nothing like a time", "time"), "nothing like a time");
  t.equal(cell("two\nlines\tand a tab", "text"), "two⏎lines and a tab");
  t.equal(cell(false, "text"), "false");
});

t.test("times are local on a terminal", async (t) => {
  const zone = process.env["TZ"];
  process.env["TZ"] = "Asia/Tokyo";
  t.teardown(() => {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  });
  t.strictSame(lines([{ a: "2026-11-20T12:00:00.5Z" }], [column("a", "time")], { header: false }), [
    "2026-11-20 21:00:00",
  ]);
});

t.test("numbers stand on the right", async (t) => {
  const columns = [column("n", "number"), column("b")];
  t.strictSame(
    lines(
      [
        { n: 1, b: "x" },
        { n: 100, b: "y" },
      ],
      columns,
    ),
    ["  n  b", "  1  x", "100  y"],
  );
});

t.test("wide characters take two columns, combining ones none", async (t) => {
  const rows = ["漢字", "e\u0301", "ｆ", "😀", "한", "a\u200bb", "𠀀", "✔", "©"].map((a) => ({ a, b: "|" }));
  t.strictSame(lines(rows, [column("a"), column("b")], { header: false }), [
    "漢字  |",
    "e\u0301     |",
    "ｆ    |",
    "😀    |",
    "한    |",
    "a\u200bb    |",
    "𠀀    |",
    "✔     |",
    "©     |",
  ]);
});

t.test("the widest text gives way where the terminal is narrow", async (t) => {
  const columns = [column("id"), column("note"), column("n", "number")];
  const row = { id: "short", note: "a very long note that nobody can read on a terminal so narrow", n: 12345 };
  const shown = lines([row], columns, { width: 40 });
  for (const line of shown) t.ok(line.length <= 40, line);
  t.match(shown[1], /^short {2}a very long note that nob… {2}12345$/);
  t.match(lines([row], columns)[1], /narrow {2}12345$/, "without a terminal nothing is cut");
  t.match(lines([row], columns, { width: 5 })[1], /^short {2}a very long… {2}12345$/, "what is short is never cut");
  t.match(lines([{ ...row, note: "漢".repeat(40) }], columns, { width: 40 })[1], /^short {2}漢+…/);
});

t.test("on a narrow terminal columns that can be spared go first, then ids become handles", async (t) => {
  const id = "20261120-120000-k7q3mz";
  const columns = [column("id"), column("name"), { ...column("user"), spare: true }, column("message")];
  const row = { id, name: "train", user: "alice", message: "out of memory" };
  const heads = (width: number) =>
    tableLines([row], columns, { ...style, width }).columns.map(({ key, format }) => `${key} ${format}`);
  const all = ["id text", "name text", "user text", "message text"];
  t.strictSame(heads(80), all);
  t.strictSame(heads(50), ["id text", "name text", "message text"]);
  t.strictSame(heads(35), ["id handle", "name text", "message text"]);
  t.match(lines([row], columns, { width: 35 })[1], /^k7q3mz {2}train {2}out of memory$/);
  t.match(lines([row], columns)[1], /alice/, "into a pipe nothing goes");
  const first = tableLines([row], columns, { ...style, width: 50 });
  t.strictSame(tableLines([{ ...row, name: "x" }], first.columns, { ...style, width: 50 }, first.widths).lines, [
    `${id}  x      out of memory`,
  ]);
});

t.test("a later part keeps the widths of the first", async (t) => {
  const columns = [column("a"), column("b")];
  const { widths } = tableLines([{ a: "wide cell", b: 1 }], columns, style);
  t.strictSame(tableLines([{ a: "x", b: 2 }], columns, style, widths).lines, ["x          2"]);
});

t.test("colours only where they are wanted", async (t) => {
  const columns = [column("state", "state"), column("id", "handle")];
  const rows = [{ state: "failed", id: "20261120-120000-k7q3mz" }, { state: "unheard-of" }];
  t.strictSame(lines(rows, columns, { colour: true }), [
    "\u001b[2mstate\u001b[0m       \u001b[2mid\u001b[0m",
    "\u001b[31mfailed\u001b[0m      \u001b[1mk7q3mz\u001b[0m",
    "unheard-of",
  ]);
  t.notMatch(lines(rows, columns).join(), "\u001b");
});

t.test("text of a file cannot steer the terminal", async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.constantFrom<Format>("text", "time", "handle", "state"),
        (text, format) => {
          const [shown = ""] = lines([{ a: text }], [column("a", format)], { header: false });
          return !/\p{Cc}/u.test(shown);
        },
      ),
    ),
  );
});

t.test("fields by their dotted names, and nothing that objects inherit", async (t) => {
  t.equal(at({ a: { b: { c: 1 } } }, "a.b.c"), 1);
  t.equal(at({ "a.b": 1, a: { b: 2 } }, "a.b"), 1);
  t.equal(at({ a: [7] }, "a.0"), 7);
  for (const key of ["constructor", "__proto__", "toString", "__proto__.constructor", "a.constructor", "", ".", "a."])
    t.equal(at({ a: {} }, key), undefined, key);
  t.equal(at("text", "length"), undefined);
  t.equal(at(null, "a"), undefined);
});

t.test("as many rows as there are", async (t) => {
  const rows = Array.from({ length: 200_000 }, (_, a) => ({ a }));
  t.equal(lines(rows, [column("a", "number")]).length, 200_001);
});

t.test("the time of the place, and what is no time as it is", async (t) => {
  const before = process.env["TZ"];
  t.teardown(() => {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  });
  process.env["TZ"] = "Europe/Berlin";
  t.equal(localTime("2026-07-01T22:05:09.999Z"), "2026-07-02 00:05:09");
  process.env["TZ"] = "UTC";
  t.equal(localTime("2026-07-01T22:05:09.999Z"), "2026-07-01 22:05:09");
  t.equal(localTime("yesterday"), "yesterday");
});
