import fc from "fast-check";
import t from "tap";
import { plain } from "../../../lib/command/plain.js";

t.test("what steers a terminal goes, the text stays on one line", async (t) => {
  t.equal(plain("\u001b[31mred\u001b[0m \u001b]0;title\u0007\u009b2Jx\u0000\u0007y\rz"), "red xyz");
  t.equal(plain("a\t[info]\nb"), "a [info]⏎b", "a tab before a bracket is no sequence");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !/\p{Cc}/u.test(plain(text))));
});
