// Help, manual and code say the same: each option of each command stands on its page in the words of its declaration.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { commands, purposeOf } from "../../lib/command/commands.js";
import { dryRun, everywhere, type Option } from "../../lib/command/spec.js";
import { root } from "../support/sandbox.js";
import { bare, entries, page, sections } from "./pages.js";

interface Declared {
  name: string;
  options: (Omit<Option, "type"> & { option: string; type: string })[];
}

const built: Declared[] = JSON.parse(fs.readFileSync(path.join(root, "dist/commands.json"), "utf8"));
const wrappers = commands.filter(({ name }) => !built.some((one) => one.name === name)).map(({ name }) => name);

/** The long options in a tag such as `Fl f , Fl -follow`. */
function longOptions(source: string): string[] {
  return Array.from(source.matchAll(/Fl -([a-z][a-z-]*)/g), ([, name = ""]) => name);
}

t.test("the purpose of a command is the same everywhere", async (t) => {
  for (const { name } of commands) {
    const [, said] = /^\.Nd (.*)$/m.exec(page(`${name}.1`).text) ?? [];
    t.equal(said, purposeOf(name), name);
    if (name !== "lab") t.match(help(name), `${name} - ${purposeOf(name)}`, `${name} --help`);
  }
});

t.test("lab(1) lists every command with its purpose", async (t) => {
  const listed = entries(sections(page("lab.1")).get("DESCRIPTION") ?? "").map(
    ({ tag, says }) => `${tag.replace(/^Xr (\S+) 1$/, "$1")}: ${says.split("\n")[0]}`,
  );
  const others = commands.filter(({ name }) => name !== "lab");
  t.strictSame(
    listed,
    others.map(({ name, purpose }) => `${name}: ${purpose}`),
  );
});

for (const { name, options } of built) {
  t.test(`the options of ${name}`, async (t) => {
    const listed = entries(sections(page(`${name}.1`)).get("OPTIONS") ?? "");
    const own = options.filter(({ option }) => !(option in everywhere));
    t.strictSame(listed.flatMap(({ tag }) => longOptions(tag)).sort(), own.map(({ option }) => option).sort());
    const inSynopsis = longOptions(sections(page(`${name}.1`)).get("SYNOPSIS") ?? "");
    t.strictSame(
      inSynopsis.filter((option) => !own.some((one) => one.option === option)),
      [],
      "the synopsis has no other",
    );
    for (const { option, short, value, type, help } of own) {
      const entry = listed.find(({ tag }) => longOptions(tag).includes(option));
      const short_ = short === undefined ? "" : `Fl ${short} , `;
      const value_ = type === "boolean" ? "" : ` Ar ${(value ?? "VALUE").replace("=", " Ns = Ns Ar ")}`;
      t.equal(entry?.tag, `${short_}Fl -${option}${value_}`, `--${option}`);
      t.ok(bare(entry?.says ?? "").startsWith(bare(help)), `--${option} is described as '${help}'`);
    }
  });
}

t.test("the options of all commands stand in lab(7)", async (t) => {
  const source = sections(page("lab.7")).get("OPTIONS OF ALL COMMANDS") ?? "";
  const listed = entries(source);
  t.strictSame(
    listed.flatMap(({ tag }) => longOptions(tag)),
    Object.keys(everywhere),
  );
  for (const [option, { help }] of Object.entries(everywhere)) {
    const entry = listed.find(({ tag }) => longOptions(tag).includes(option));
    t.ok(bare(entry?.says ?? "").startsWith(bare(help)), `--${option} is described as '${help}'`);
  }
  t.ok(bare(source).includes(bare(dryRun.help)), "and --dry-run");
  for (const { name } of commands) t.match(page(`${name}.1`).text, /\.Xr lab 7/, `${name}.1 leads there`);
});

t.test("what a wrapper's help names is on its page", async (t) => {
  t.strictSame(wrappers, ["lab", "lab-run", "lab-sweep", "lab-pipeline", "lab-status", "lab-rerun", "lab-agent"]);
  for (const name of wrappers.filter((one) => one !== "lab")) {
    const { text } = page(`${name}.1`);
    const named = new Set(Array.from(help(name).matchAll(/--([a-z][a-z-]+)/g), ([, option = ""]) => option));
    t.ok(named.size >= 3);
    for (const option of named) t.ok(longOptions(text).includes(option), `${name} --${option}`);
  }
});

function help(name: string): string {
  return spawnSync(path.join(root, "dist/bin", name), ["--help"], { encoding: "utf8" }).stdout;
}
