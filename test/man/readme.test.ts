// The front page holds: what it tells one to type works, what it lists is what there is, and its files are there.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { commands, groups } from "../../lib/command/commands.js";
import { needs } from "../support/needs.js";
import { root } from "../support/sandbox.js";
import { place } from "./place.js";

const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const { scripts, engines, files } = JSON.parse(read("package.json"));

/** The fenced blocks of a language ("" for none), in their order. */
function blocks(text: string, language: string): string[] {
  const fences = text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
  return Array.from(fences).flatMap(([, of, block = ""]) => (of === language ? [block] : []));
}

/** The two commands of the first screen: CI runs them, each as a whole. */
const big = /^npm run quickstart\b.*\nnpm test\b/;

t.test("what the README tells one to type works", async (t) => {
  if (!needs(t, "git", "python3")) return;
  t.setTimeout(600_000);
  const here = await place("readme");
  t.teardown(() => here.remove());
  const own = here.fresh("README", { configured: false });
  const readme = read("README.md");
  const [script = "", ...others] = blocks(readme, "python");
  t.match(script, "lab.log_metric(");
  t.same(others, []);
  fs.writeFileSync(path.join(own.dir, "train.py"), script);
  for (const [i, recipe] of blocks(readme, "toml").entries()) {
    fs.writeFileSync(path.join(own.dir, "train.toml"), recipe);
    const { code, stderr } = await own.script("lab validate train.toml");
    t.equal(code, 0, `recipe ${i + 1} ${stderr}`);
  }
  const all = blocks(readme, "sh");
  t.equal(all.filter((block) => big.test(block)).length, 1);
  // The page explains first and installs later: what is typed to install is what comes first in life.
  const rest = all.filter((block) => !big.test(block));
  const installs = (block: string) => /\bnpm |\blab init\b/.test(block);
  for (const block of [...rest.filter(installs), ...rest.filter((one) => !installs(one))]) {
    const { code, stdout, stderr } = await own.script(`${withoutNpm}${block}`);
    t.equal(code, 0, `${block}${stdout.slice(-2000)}${stderr.slice(-2000)}`);
  }
  const { stdout } = await own.script("lab ls --name train --state succeeded --json | head -n 1 | lab metrics");
  t.match(stdout, /"name":"loss"/, "what the script logs is a metric of its run");
});

/**
 * npm would install and build here what the suite is made from; instead each of its scripts must be one that there is.
 * The group and the shared directory are a lab's own.
 */
const withoutNpm = `
npm() {
  case "$*" in
    ci | "install -g --prefix $HOME/.local .") ;;
    "run "*) case " ${Object.keys(scripts).join(" ")} " in *" $2 "*) ;; *) echo "no script $2" >&2; return 1 ;; esac ;;
    *) echo "npm $*?" >&2; return 1 ;;
  esac
}
SHARED=$PWD/shared GROUP=$(id -gn)
mkdir -p "$SHARED"
`;

t.test("npm's scripts that the pages name are there", async (t) => {
  for (const file of ["README.md", "CONTRIBUTING.md", ".githooks/pre-push"]) {
    const named = Array.from(read(file).matchAll(/\bnpm run (?:--silent )?([a-z:]+)/g), ([, name = ""]) => name);
    t.ok(named.length > 1, file);
    for (const name of named) t.ok(name in scripts, `${name} in ${file}`);
  }
});

t.test("the README lists every command with its purpose, in groups", async (t) => {
  const rows = Array.from(read("README.md").matchAll(/^\| (\*\*.+\*\*|`lab\S*`) \| (.*?) ?\|$/gm), ([, a, b]) =>
    `${a} ${b}`.trim(),
  );
  const wanted = Object.entries(groups).flatMap(([group, title]) => [
    `**${title}**`,
    ...commands.filter((one) => one.group === group).map(({ name, purpose }) => `\`${name}\` ${purpose}`),
  ]);
  t.strictSame(rows, wanted);
});

t.test("files that the pages name are there", async (t) => {
  for (const file of ["README.md", "CONTRIBUTING.md"]) {
    const text = read(file);
    const links = Array.from(text.matchAll(/\]\(([^)#]+)\)/g), ([, to = ""]) => to).filter(
      (to) => !/^https?:/.test(to),
    );
    const code = Array.from(text.matchAll(/`([\w./-]+)`/g), ([, word = ""]) => word).filter((word) =>
      /^(bin|lib|test|man|examples|\.githooks)\/[\w./-]+$/.test(word),
    );
    for (const to of [...links, ...code.filter((word) => !word.includes("lab-verb"))])
      t.ok(fs.existsSync(path.join(root, to)), `${to} in ${file}`);
  }
});

t.test("manual pages that the README names are there", async (t) => {
  const named = Array.from(read("README.md").matchAll(/`man (?:\d )?(lab[\w-]*)/g), ([, name = ""]) => name);
  const there = fs
    .readdirSync(path.join(root, "man"), { recursive: true })
    .map((name) => path.basename(String(name), path.extname(String(name))));
  t.ok(named.length > 5);
  for (const name of named) t.ok(there.includes(name), name);
});

t.test("the two commands are on the first screen, and the pictures fit a terminal", async (t) => {
  const readme = read("README.md");
  const screen = readme.split("\n").slice(0, 24).join("\n");
  t.equal(blocks(screen, "sh").filter((block) => big.test(block)).length, 1);
  t.match(screen, "└─ digits_eval", "and what came of the first of them");
  const shown = [...blocks(readme, ""), ...blocks(readme, "toml"), ...blocks(readme, "python")];
  t.equal(shown.length, 4);
  for (const line of shown.join("\n").split("\n")) t.ok([...line].length <= 80, line);
});

t.test("licence, version and Node agree", async (t) => {
  t.match(read("LICENSE"), /^MIT License\n\nCopyright \(c\) 2026 labkit contributors\n/);
  t.match(read("CHANGELOG.md"), /^## Unreleased\n\n### Added\n\n- /m);
  t.equal(engines.node, "^20.19 || >=22", "as the README says");
  t.match(read("README.md"), /Node 20\.19 or later in its line, or 22 and later/);
  for (const file of ["README.md", "CHANGELOG.md", "LICENSE"]) t.ok(files.includes(file), `${file} is in the package`);
});

t.test("the hook can be run", async (t) => {
  t.ok(fs.statSync(path.join(root, ".githooks/pre-push")).mode & 0o100);
});
