import t from "tap";
import { scanShell } from "../../../lib/recipe/shell-scan.js";

t.test("in which quotes each token stands", async (t) => {
  const line = `{a.a} '{b.b}' "{c.c} $( {d.d} '{e.e}' ) {f.f}" $'{g.g}' # end`;
  const { holes, ...rest } = scanShell(line);
  t.strictSame(
    holes.map(({ token, quotes }) => `${token} ${quotes}`),
    ["{a.a} none", "{b.b} single", "{c.c} double", "{d.d} none", "{e.e} single", "{f.f} double", "{g.g} ansi"],
  );
  t.ok(holes.every(({ start, token }) => line.startsWith(token, start)));
  t.match(rest, { trouble: undefined, open: undefined, ends: "comment" });
});

t.test("how a line ends", async (t) => {
  t.match(scanShell("a 'b"), { open: "a quote that is not closed" });
  t.match(scanShell("a $(b"), { open: "a $( that is not closed" });
  t.match(scanShell("a # b\nc"), { ends: "text", open: undefined });
  t.match(scanShell("a <<E\n'"), { trouble: "a here-document" });
});
