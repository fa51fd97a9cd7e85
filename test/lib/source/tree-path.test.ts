import fc from "fast-check";
import t from "tap";
import { isInTree, shownPath, systemPath, treePath } from "../../../lib/source/tree-path.js";

t.test("text becomes bytes and bytes become text", (t) => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const system = systemPath(treePath(text));
      t.ok(Buffer.from(text).equals(Buffer.isBuffer(system) ? system : Buffer.from(system)));
    }),
  );
  t.end();
});

t.test("shown as git shows it with core.quotePath=false", (t) => {
  t.equal(shownPath("a b'c#"), "a b'c#");
  t.equal(shownPath(treePath("übung/日本")), "übung/日本");
  t.equal(shownPath("new\nline\u001b[1m"), '"new\\nline\\033[1m"');
  t.equal(shownPath('quo"te\\'), '"quo\\"te\\\\"');
  t.equal(shownPath("caf\u00e9"), '"caf\\351"', "a byte that is no UTF-8");
  t.equal(shownPath(treePath("ü\n")), '"ü\\n"');
  t.end();
});

t.test("what is inside a tree", (t) => {
  for (const inside of ["a", "a/b", ".gitignore", "a/.github/x", "...", "a.git/b"]) t.ok(isInTree(inside), inside);
  for (const outside of ["", ".", "..", "../a", "a/../b", "/a", "a//b", "a/", ".git", ".git/config", "a/.git/x"]) {
    t.notOk(isInTree(outside), outside);
  }
  t.end();
});
