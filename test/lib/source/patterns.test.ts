import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import t from "tap";
import { parentOf, patterns } from "../../../lib/source/patterns.js";
import { treePath } from "../../../lib/source/tree-path.js";
import { needs } from "../../support/needs.js";
import { git, temporary } from "./fixture.js";

if (!needs(t, "git")) process.exit();

t.test("the usual patterns", (t) => {
  const matches = (list: string[], name: string) => patterns(list)(treePath(name));
  t.ok(matches(["*.ipynb"], "a/b/n.ipynb"));
  t.notOk(matches(["/*.ipynb"], "a/n.ipynb"));
  t.ok(matches(["build/"], "x/build/o"));
  t.notOk(matches(["build/"], "x/build"), "a file is no directory");
  t.ok(matches(["docs/*.txt"], "docs/a.txt"));
  t.notOk(matches(["docs/*.txt"], "docs/a/b.txt"));
  t.ok(matches(["a/**/z"], "a/z") && matches(["a/**/z"], "a/b/c/z"));
  t.ok(matches(["*.log", "!keep.log"], "x.log"));
  t.notOk(matches(["*.log", "!keep.log"], "d/keep.log"));
  t.ok(matches(["d/", "!d/keep"], "d/keep"), "nothing comes back from a matched directory");
  t.ok(matches(["ü*"], "übung"));
  t.ok(matches(["[!a-c]x"], "dx"));
  t.notOk(matches([], "x"));
  t.ok(patterns(["d"])("d", true));
  t.end();
});

t.test("what is no pattern is refused", (t) => {
  for (const wrong of ["", "/", "!", "[a", "x\\", "[z-a]", "a\0b"]) {
    t.throws(() => patterns([wrong]), { code: "dataerr" }, JSON.stringify(wrong));
  }
  t.end();
});

t.test("the parent of a path", (t) => {
  t.equal(parentOf("a/b/c"), "a/b");
  t.equal(parentOf("a"), "");
  t.end();
});

t.test("git agrees, whatever the patterns and paths", (t) => {
  const dir = temporary(t);
  git(dir, "init", "-q");
  const character = fc.constantFrom("a", "b", "c", "-", ".", "é", "]", "^", "!", " ");
  const name = fc
    .string({ unit: fc.constantFrom("a", "b", "c", "-", ".x", "é", "]", "^", "!"), minLength: 1, maxLength: 3 })
    .filter((word) => !/^\.+$/.test(word));
  const piece = fc.oneof(
    { weight: 4, arbitrary: character },
    { weight: 2, arbitrary: fc.constantFrom("*", "?", "**", "\\*", "\\a") },
    {
      weight: 1,
      arbitrary: fc.constantFrom("[ab]", "[!a]", "[^b-c]", "[]a]", "[a-]", "[[:alpha:]]", "[\\]b]", "[a-c.]"),
    },
    { weight: 3, arbitrary: fc.constantFrom("/", "/**/", "**/", "/**") },
  );
  const pattern = fc
    .tuple(
      fc.constantFrom("", "", "", "!"),
      fc.array(piece, { minLength: 1, maxLength: 5 }),
      fc.constantFrom("", "", "/"),
    )
    .map(([not, pieces, end]) => not + pieces.join("") + end)
    .filter((text) => readable(text));
  const paths = fc.array(
    fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/")),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 4 }), paths, (list, files) => {
      const ours = files.filter((file) => patterns(list)(treePath(file)));
      t.same(new Set(ours), new Set(ignoredByGit(dir, list, files)), JSON.stringify({ list, files }));
    }),
    { numRuns: 300 },
  );
  t.end();
});

/**
 * Not those that .gitignore reads otherwise: comments, trailing blanks; nor what names nothing. Nor stars in pairs right
 * behind a letter, in which git sees more than its manual says (it matches the letter, and then finds them in front).
 */
function readable(text: string): boolean {
  const bare = text.replace(/^!/, "");
  if (/[^/*]\*\*/.test(bare)) return false;
  if (/^[#!]|^\/*$|\/\/| $|^ *$/.test(bare) || text.startsWith("!!")) return false;
  try {
    patterns([text]);
    return true;
  } catch {
    return false;
  }
}

function ignoredByGit(dir: string, list: string[], files: string[]): string[] {
  const excludes = path.join(dir, ".git/info/exclude");
  fs.writeFileSync(excludes, list.map((text) => `${text}\n`).join(""));
  const child = ["check-ignore", "--no-index", "-z", "--stdin", "-v", "-n"];
  const { stdout: out } = spawnSync("git", child, {
    cwd: dir,
    input: files.map((file) => `${file}\0`).join(""),
    encoding: "utf8",
  });
  const fields = out.split("\0");
  const ignored: string[] = [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [, , pattern = "", file = ""] = fields.slice(at, at + 4);
    if (pattern !== "" && !pattern.startsWith("!")) ignored.push(file);
  }
  return ignored;
}
