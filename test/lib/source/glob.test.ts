import t from "tap";
import { globRegExp } from "../../../lib/source/glob.js";

t.test("globs over whole paths", (t) => {
  const cases: [glob: string, matches: string[], others: string[]][] = [
    ["a*", ["a", "abc"], ["ba", "a/b"]],
    ["**/a", ["a", "x/a", "x/y/a"], ["ab"]],
    ["a/**", ["a/b", "a/b/c"], ["a", "b/a/c"]],
    ["a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb"]],
    ["a**b", ["ab", "axxb"], ["a/b"]],
    ["[[:digit:]_]x", ["1x", "_x"], ["ax"]],
    ["[!/]x", ["ax"], ["/x"]],
    ["a.b", ["a.b"], ["axb"]],
    ["\\*", ["*"], ["a"]],
    ["a\nb", ["a\nb"], ["a b"]],
  ];
  for (const [glob, matches, others] of cases) {
    for (const text of matches) t.ok(globRegExp(glob).test(text), `${glob} matches ${text}`);
    for (const text of others) t.notOk(globRegExp(glob).test(text), `${glob} does not match ${text}`);
  }
  t.end();
});
