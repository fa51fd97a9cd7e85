// One list of commands: the files, their first lines, help, manual, completions and dist/ hold the same names, purposes and
// options.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { commands, groups } from "../../lib/command/commands.js";
import { everywhere } from "../../lib/command/spec.js";
import { wrappers as passing } from "../../lib/command/wrappers.js";
import { needs } from "../support/needs.js";
import { dist, root } from "../support/sandbox.js";

interface Described {
  name: string;
  purpose: string;
  usage: string[];
  acts: boolean;
  writes: string[];
  reads: string[];
  options: { option: string; type: string; short?: string; value?: string; help: string; choices?: string[] }[];
}
const described = JSON.parse(fs.readFileSync(path.join(dist(), "commands.json"), "utf8")) as Described[];
const read = (...parts: string[]) => fs.readFileSync(path.join(...parts), "utf8");
const names = commands.map(({ name }) => name);
const wrappers = commands.filter(({ group }) => group === "wrapper").map(({ name }) => name);

t.test("each command has one file, and each file is a command", async (t) => {
  const files = fs.readdirSync(path.join(root, "bin"));
  t.strictSame(files.map((name) => name.replace(/\.ts$/, "")).sort(), names.slice().sort());
  t.strictSame(files.filter((name) => !name.endsWith(".ts")).sort(), wrappers.slice().sort(), "wrappers are sh");
  t.strictSame(fs.readdirSync(path.join(dist(), "bin")).sort(), names.slice().sort());
  for (const name of names) t.ok(fs.statSync(path.join(dist(), "bin", name)).mode & 0o100, `${name} can be run`);
});

t.test("its first lines say what it is", async (t) => {
  for (const { name, purpose, group } of commands) {
    const [first, ...rest] = read(root, "bin", group === "wrapper" ? name : `${name}.ts`).split("\n");
    t.equal(first, group === "wrapper" ? "#!/bin/sh" : "#!/usr/bin/env node");
    const comment = `${group === "wrapper" ? "#" : "//"} ${name} - ${purpose}`;
    t.ok(rest.slice(0, 3).includes(comment), comment);
    t.ok(group in groups);
  }
});

t.test("what is built knows the same names and purposes", async (t) => {
  t.strictSame(described.map(({ name }) => name).sort(), names.filter((name) => !wrappers.includes(name)).sort());
  for (const { name, purpose } of described)
    t.equal(purpose, commands.find((entry) => entry.name === name)?.purpose, name);
});

t.test("--help names every option, once, with its words", async (t) => {
  for (const { name, purpose, options, usage } of described) {
    const help = spawnSync(process.execPath, [path.join(dist(), "bin", name), "--help"], { encoding: "utf8" }).stdout;
    t.ok(help.startsWith(`${name} - ${purpose}\n\nusage: ${name} [options]`), name);
    t.ok(help.endsWith(`\nThe whole story: man ${name}\n`), name);
    for (const form of usage.filter(Boolean)) t.ok(help.includes(`${name} [options] ${form}\n`), `${name} ${form}`);
    for (const { option, short, value, type, help: words } of options) {
      const spelled = `${short ? `-${short}, ` : "    "}--${option}${type === "boolean" ? "" : ` ${value ?? "VALUE"}`}`;
      const lines = help.split("\n");
      const at = lines.flatMap((text, i) => (text.startsWith(`  ${spelled}  `) || text === `  ${spelled}` ? [i] : []));
      t.equal(at.length, 1, `${name} ${spelled}`);
      // What does not fit goes on below itself, where no option begins.
      const after = lines.slice((at[0] ?? 0) + 1);
      const end = after.findIndex((text) => !/^ {10}/.test(text));
      const said = [lines[at[0] ?? 0], ...after.slice(0, end)].join(" ").replaceAll(/ +/g, " ");
      t.ok(said.includes(words), `${name} ${spelled} says '${words}'`);
    }
    for (const line of help.split("\n")) t.ok([...line].length <= 80, `${name}: ${line}`);
  }
});

t.test("options are declared well", async (t) => {
  for (const { name, options, acts } of described) {
    const shorts = options.flatMap(({ short }) => (short ? [short] : []));
    t.equal(new Set(shorts).size, shorts.length, `${name}: no letter means two things`);
    t.equal(new Set(options.map(({ option }) => option)).size, options.length, name);
    t.equal(
      options.some(({ option }) => option === "dry-run"),
      acts,
      `${name}: who acts has --dry-run`,
    );
    for (const option of Object.keys(everywhere))
      t.ok(
        options.some((one) => one.option === option),
        `${name} --${option}`,
      );
    for (const { option, help, type, value } of options) {
      t.match(option, /^[a-z][a-z-]*$/);
      t.notMatch(help, /^(?!Slurm)[A-Z]|\.$/, `${name} --${option}: ${help}`);
      t.equal(type === "boolean" && value !== undefined, false, `${name} --${option}: a flag has no value`);
    }
  }
});

t.test("the manual has each command's purpose and options", async (t) => {
  for (const { name, purpose } of commands) {
    const page = read(root, "man/man1", `${name}.1`);
    t.ok(page.includes(`.Nm ${name}\n.Nd ${purpose}\n`), `${name}(1) says '${purpose}'`);
    const options = described.find((one) => one.name === name)?.options ?? [];
    for (const { option, short } of options.filter(({ option }) => !Object.hasOwn(everywhere, option))) {
      const tag = new RegExp(`^\\.It .*Fl -${option}\\b`, "m");
      t.match(page, tag, `${name}(1) describes --${option}`);
      if (short) t.match(page, new RegExp(`^\\.It Fl ${short} , Fl -${option}\\b`, "m"), `${name}(1) has -${short}`);
    }
  }
  const general = read(root, "man/man7/lab.7");
  for (const option of Object.keys(everywhere))
    t.match(general, new RegExp(`Fl -${option}\\b`), `lab(7) describes --${option}`);
});

t.test("the types of records that commands read and write are declared", async (t) => {
  const types = fs.readdirSync(path.join(dist(), "schema")).map((name) => name.replace(".schema.json", ""));
  for (const { name, reads, writes } of described)
    for (const type of [...reads, ...writes]) t.ok(types.includes(type), `${name}: ${type}`);
});

t.test("completions know every command and option", async (t) => {
  const bash = read(dist(), "completions/lab.bash");
  const zsh = read(dist(), "completions/lab.zsh");
  const fish = read(dist(), "completions/lab.fish");
  for (const { name, purpose } of commands.filter(({ name }) => name !== "lab")) {
    const verb = name.slice(4);
    t.match(bash, new RegExp(`compgen -W "[^"]*\\b${verb}\\b`), `bash: ${verb}`);
    t.match(bash, new RegExp(`^complete .*\\b${name}\\b`, "m"), `bash: ${name}`);
    t.ok(zsh.split("\n")[0]?.split(" ").includes(name), `zsh: ${name}`);
    t.ok(zsh.includes(`'${verb}:${purpose}'`), `zsh: ${verb} - ${purpose}`);
    t.ok(fish.includes(`-a ${verb} -d '${purpose}'`), `fish: ${verb} - ${purpose}`);
  }
  for (const { name, options } of described) {
    const verb = name.slice(4);
    const words = new RegExp(`^ +${verb}\\) words="([^"]*)"`, "m").exec(bash)?.[1]?.split(" ") ?? [];
    const spelled = options.flatMap(({ option, short }) => [`--${option}`, ...(short ? [`-${short}`] : [])]);
    t.strictSame(words.slice().sort(), spelled.slice().sort(), `bash: ${name}`);
    const zshLine = zsh.split("\n").find((line) => line.startsWith(`  ${verb}) _arguments`)) ?? "";
    for (const { option, short } of options) {
      t.ok(zshLine.includes(short ? `{-${short},--${option}}'[` : `'--${option}[`), `zsh: ${name} --${option}`);
      for (const start of [
        `complete -c lab -n '__fish_seen_subcommand_from ${verb}' -l ${option}`,
        `complete -c ${name} -l ${option}`,
      ])
        t.ok(
          fish.split("\n").some((line) => line.startsWith(`${start} `)),
          `fish: ${start}`,
        );
    }
  }
});

t.test("completions know the options of the wrappers, and those that they hand on", async (t) => {
  for (const { name, of, options } of passing) {
    const inner = described.find((one) => one.name === of)?.options.map(({ option }) => option) ?? [];
    t.ok(inner.length > 10, `${name} hands on to ${of}`);
    const words = new RegExp(`^ +${name.slice(4)}\\) words="([^"]*)"`, "m").exec(
      read(dist(), "completions/lab.bash"),
    )?.[1];
    for (const option of [...Object.keys(options), ...inner]) {
      t.ok(words?.split(" ").includes(`--${option}`), `bash: ${name} --${option}`);
      t.match(read(dist(), "completions/lab.fish"), `\ncomplete -c ${name} -l ${option} `);
    }
    const help = spawnSync(path.join(dist(), "bin", name), ["--help"], { encoding: "utf8" }).stdout;
    for (const [option, { short }] of Object.entries(options))
      t.match(help, `${short === undefined ? "   " : `-${short},`} --${option} `, `${name} --help has its own`);
    t.match(help, of, `${name} --help says where the others are`);
  }
});

for (const [shell, file] of [
  ["bash", "lab.bash"],
  ["zsh", "lab.zsh"],
  ["fish", "lab.fish"],
] as const)
  t.test(`${shell} can read its completions`, async (t) => {
    if (!needs(t, shell)) return;
    const { status, stderr } = spawnSync(shell, ["-n", path.join(dist(), "completions", file)], { encoding: "utf8" });
    t.equal(status, 0, stderr);
  });

t.test("bash completes with it", async (t) => {
  const complete = (...words: string[]) => {
    const script = `. '${path.join(dist(), "completions/lab.bash")}'
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _lab; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], {
      encoding: "utf8",
      cwd: t.testdir({ "train.toml": "", "other.txt": "" }),
    });
    t.equal(stderr, "");
    return stdout.trim().split("\n");
  };
  t.strictSame(complete("lab", "sub"), ["submit"]);
  t.strictSame(complete("lab", "ls", "--lim"), ["--limit"]);
  t.strictSame(complete("lab-ls", "--lim"), ["--limit"]);
  t.strictSame(complete("lab", "plan", "tr"), ["train.toml"]);
  t.strictSame(complete("lab-show", "@l"), ["@last"]);
  t.strictSame(complete("lab", "run", "--wa"), ["--wait"]);
  t.strictSame(complete("lab", "help", "rec"), ["reconcile", "recipe", "records"]);
  t.strictSame(complete("lab-status", "--rec"), ["--recent"]);
  t.strictSame(complete("lab", "nothing", "--x"), [""]);
});

for (const [shell, ...options] of [["sh"], ["dash"], ["bash", "--posix"]] as const)
  t.test(`every wrapper is sh that ${shell} can read`, async (t) => {
    if (!needs(t, shell)) return;
    for (const name of wrappers) {
      const file = path.join(root, "bin", name);
      const { status, stderr } = spawnSync(shell, [...options, "-n", file], { encoding: "utf8" });
      t.equal(status, 0, `${name} ${stderr}`);
    }
  });
