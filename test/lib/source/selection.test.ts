import t from "tap";
import { idleIncludes, includedPaths, selectedPaths } from "../../../lib/source/selection.js";
import { temporary, write } from "./fixture.js";

const entries = ["README", "src/a.py", "src/sub/b.py", "src2/c.py", "vendor/src/d.py"].map((path) => ({ path }));
const paths = (selected: { path: string }[]) => selected.map(({ path }) => path);

t.test("paths are anchored at the root", (t) => {
  t.same(paths(selectedPaths(entries, ["src"])), ["src/a.py", "src/sub/b.py"]);
  t.same(paths(selectedPaths(entries, ["./src/", "/README"])), ["README", "src/a.py", "src/sub/b.py"]);
  t.same(paths(selectedPaths(entries, ["**/sub"])), ["src/sub/b.py"]);
  t.same(paths(selectedPaths(entries, ["src*/*.py", "src/a.py"])), ["src/a.py", "src2/c.py"]);
  t.same(selectedPaths(entries, ["."]), entries);
  for (const none of ["nothing", "sub", "../src"])
    t.throws(() => selectedPaths(entries, ["src", none]), { code: "dataerr" }, none);
  t.end();
});

t.test("includes that name a file, and those that name nothing", (t) => {
  const root = write(temporary(t), { ".env": "", "k/x.pem": "", link: "-> .env" });
  t.same(includedPaths(root, [".env", "./k/x.pem", "*.pem", "k/", "link", "none", ".env/x"]), [".env", "k/x.pem"]);
  for (const wrong of ["../x", ".git/config", "/"])
    t.throws(() => includedPaths(root, [wrong]), { code: "dataerr" }, wrong);
  t.equal(idleIncludes(entries, ["*.py", "*.pem"]).length, 1);
  t.end();
});
