// The code's own rules that no linter knows: sizes, where a process may be touched, the catalogue of errors.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { faults } from "../../lib/record/fault.js";
import { root } from "../support/sandbox.js";

function files(directory: string): { name: string; text: string }[] {
  return fs
    .readdirSync(path.join(root, directory), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(tsx?|mjs)$/.test(name))
    .map((name) => ({
      name: path.join(directory, name),
      text: fs.readFileSync(path.join(root, directory, name), "utf8"),
    }));
}

const lib = files("lib");
const bin = files("bin");

t.test("no file is longer than can be read at a sitting", async (t) => {
  for (const { name, text } of lib) t.ok(text.split("\n").length <= 300, `${name} has at most 300 lines`);
  for (const { name, text } of bin) t.ok(text.split("\n").length <= 120, `${name} has at most 120 lines`);
  for (const name of fs.readdirSync(path.join(root, "bin")).filter((file) => !file.includes("."))) {
    const { length } = fs.readFileSync(path.join(root, "bin", name), "utf8").split("\n");
    t.ok(length <= 120, `${name} has at most 120 lines`);
  }
});

// Who may know the process it runs in, besides the harness and the build.
const knowing: Record<string, RegExp> = {
  // The name of a file that is being written, and who wrote an intent or a claim: all tell one process from another.
  "lib/registry/submissions.ts": /process\.pid\b/,
  "lib/registry/cache.ts": /process\.pid\b/,
};

t.test("process and console are touched by the harness and the build only", async (t) => {
  const used: string[] = [];
  for (const { name, text } of [...lib, ...bin]) {
    if (/^lib\/(command|build)\//.test(name)) continue;
    for (const line of text.split("\n")) {
      const code = line.replace(/\/\/.*$/, "").replace(/^\s*\*.*$/, "");
      if (!/(?<![\w.$-])(process|console)\.\w/.test(code)) continue;
      // A variable of that name is no global.
      if (/(?:const|let) process\b|\(process[,:)]/.test(text)) continue;
      const rest = knowing[name] === undefined ? code : code.replace(knowing[name], "");
      if (rest !== code) used.push(name);
      t.notMatch(rest, /(?<![\w.$-])(process|console)\.\w/, `${name}: ${line.trim()}`);
    }
  }
  t.strictSame([...new Set(used)].sort(), Object.keys(knowing).sort(), "no exception outlives its reason");
});

t.test("every error is of the catalogue", async (t) => {
  const codes = new Set<string>();
  for (const { name, text } of [...lib, ...bin])
    for (const [, code = ""] of text.matchAll(/\bfault\(\s*"([^"]*)"/g)) {
      codes.add(code);
      t.ok(Object.hasOwn(faults, code), `${code} in ${name}`);
    }
  t.ok(codes.size >= 9, "and most of it is in use");
});

t.test("messages of errors are in lower case and have no full stop", async (t) => {
  for (const { name, text } of [...lib, ...bin])
    for (const [, message = ""] of text.matchAll(/\bfault\(\s*"\w+",\s*["`]([^"`]*)["`]/g)) {
      t.notMatch(message, /\.$/, `${name}: ${message}`);
      t.notMatch(message, /^[A-Z][a-z]/, `${name}: ${message}`);
    }
});

t.test("exit statuses are those of the manual, each once", async (t) => {
  const page = fs.readFileSync(path.join(root, "man/man7/lab-exit-codes.7"), "utf8");
  const listed = Array.from(page.matchAll(/^\.It (\d+) Li (\w+)$/gm), ([, status, word]) => [word, Number(status)]);
  t.strictSame(
    Object.fromEntries(listed),
    Object.fromEntries(Object.entries(faults).map(([word, { exit }]) => [word, exit])),
  );
  t.equal(listed.length, Object.keys(faults).length);
  // sysexits.h, which systemd and sh scripts know
  const known = {
    usage: 64,
    dataerr: 65,
    noinput: 66,
    unavailable: 69,
    software: 70,
    cantcreat: 73,
    ioerr: 74,
    tempfail: 75,
    noperm: 77,
    config: 78,
  };
  t.match(Object.fromEntries(listed), known);
});

t.test("nothing is left for later, and no test is left out", async (t) => {
  const marks = new RegExp(`\\b(${["TO", "FIX"].join("DO|")}ME)\\b`);
  for (const { name, text } of [...lib, ...bin, ...files("test")]) {
    t.notMatch(text, marks, name);
    t.notMatch(text, /\bt\.(skip|todo|only)\(|\.only\(/, name);
  }
});
