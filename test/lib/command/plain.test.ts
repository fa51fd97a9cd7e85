import t from "tap";
import { plain } from "../../../lib/command/plain.js";

t.test("text of a file cannot steer the terminal", async (t) => {
  t.equal(plain("\u001b[31mred\u001b[0m \u001b]0;title\u0007\u009b2Jx\u0000\u0007y\rz"), "red xyz");
  t.equal(plain("a\t[info]"), "a [info]", "a tab before a bracket is no sequence");
  t.equal(plain("two\nlines"), "two⏎lines");
});
