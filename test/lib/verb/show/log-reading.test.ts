import fc from "fast-check";
import t from "tap";
import { lineView, printable } from "../../../../lib/verb/show/log-reading.js";

const colours = new RegExp(`${"\u001b"}\\[[\\d;:]*m`, "g");
const style = { header: true, colour: false, width: undefined, now: 0 };

t.test("colours may pass to a terminal that has them", async (t) => {
  t.equal(printable("\u001b[1;31mError\u001b[0m", true), "\u001b[1;31mError\u001b[0m");
  t.equal(printable("\u001b[1;31mError\u001b[0m", false), "Error");
});

t.test("whatever else could steer it may not", async (t) => {
  const hostile = "\u001b[2Ja\u001b]0;title\u0007b\u009b1mc\u001b[>4;2md\u001bce\u0000\u0008f";
  t.equal(printable(hostile, false), "abcdcef");
  t.equal(printable(hostile, true), "ab\u001b[1mcdcef");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !/(?!\t)\p{Cc}/u.test(printable(text, false))));
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("\u001b", "[", "\u009b", "1", ";", "m", "H", "?", ">", "]", "\u0007", "a"), {
        maxLength: 12,
      }),
      (parts) => !/\p{Cc}/u.test(printable(parts.join(""), true).replace(colours, "")),
    ),
  );
});

t.test("a tab and what follows it stay", async (t) => {
  t.equal(printable("12:00\t[info]\tx", true), "12:00\t[info]\tx");
});

t.test("of a line that is rewritten its last state is shown", async (t) => {
  t.equal(printable("10 %\r50 %\r100 %", false), "100 %");
  t.equal(printable("100 %\r", false), "100 %");
  t.equal(printable("windows\r", false), "windows");
  t.equal(printable("\r\r", false), "");
});

t.test("a heading where the file changes", async (t) => {
  const view = lineView();
  const line = (source: string, text: string) => ({ run: "R", source, text });
  t.equal(view(line("a", "1"), style), "==> R a <==\n1\n");
  t.equal(view(line("a", "2"), style), "2\n");
  t.equal(view(line("b", "3"), style), "\n==> R b <==\n3\n");
  t.equal(lineView()(line("a", "1"), { ...style, header: false }), "1\n");
});
