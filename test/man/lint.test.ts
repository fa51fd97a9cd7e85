// The form of the manual: clean mdoc, the same sections in the same order, nothing wider than a terminal.
import t from "tap";
import { commands } from "../../lib/command/commands.js";
import { needs } from "../support/needs.js";
import { literals, mandoc, type Page, pages, sections } from "./pages.js";

const order = [
  "NAME",
  "SYNOPSIS",
  "DESCRIPTION",
  "OPTIONS",
  "RECORDS",
  "ENVIRONMENT",
  "FILES",
  "EXIT STATUS",
  "EXAMPLES",
  "DIAGNOSTICS",
  "SEE ALSO",
  "SECURITY CONSIDERATIONS",
];

t.test("mandoc finds nothing to say", async (t) => {
  if (!needs(t, "mandoc")) return;
  for (const { file, path } of pages()) {
    const { status, out } = mandoc(["-T", "lint", "-W", "warning", path]) ?? {};
    t.equal(status, 0, `${file} ${out}`);
    const rendered = mandoc(["-T", "utf8", "-O", "width=78", path])?.out ?? "";
    const wide = plain(rendered)
      .split("\n")
      .filter((line) => [...line].length > 80);
    t.strictSame(wide, [], `${file} fits into 80 columns`);
  }
});

t.test("every command has a page, and every page of section 1 is a command's", async (t) => {
  const names = pages()
    .filter(({ section }) => section === "1")
    .map(({ name }) => name);
  t.strictSame(names, commands.map(({ name }) => name).sort());
});

t.test("each page begins as pages do", async (t) => {
  for (const one of pages()) {
    const [, title = "", section = ""] = /^\.Dt (\S+) (\d)$/m.exec(one.text) ?? [];
    t.equal(`${title.toLowerCase()}.${section}`, one.file, `the title of ${one.file}`);
    const [, month = "", day = "", year = ""] = /^\.Dd (\w+) (\d+), (\d{4})$/m.exec(one.text) ?? [];
    const date = new Date(`${month} ${day}, ${year} UTC`);
    t.ok(date.getTime() > Date.UTC(2026, 0, 1) && date.getUTCDate() === Number(day), `the date of ${one.file}`);
    t.match(sections(one).get("NAME"), new RegExp(`^\\.Nm ${one.name}\\n\\.Nd \\S`), `the name of ${one.file}`);
  }
});

t.test("sections stand in their order", async (t) => {
  for (const one of pages()) {
    const names = [...sections(one).keys()];
    const known = names.filter((name) => order.includes(name));
    t.strictSame(
      known,
      order.filter((name) => known.includes(name)),
      one.file,
    );
    if (one.section === "1")
      t.strictSame(
        names,
        order.filter((name) => !/DIAG|SECURITY/.test(name)),
        one.file,
      );
    t.ok(
      known.includes("EXAMPLES") && known.includes("SEE ALSO"),
      `${one.file} has examples, and says what else to read`,
    );
  }
});

t.test("a page of section 1 has two examples at least", async (t) => {
  for (const one of pages().filter(({ section }) => section === "1"))
    t.ok(literals(sections(one).get("EXAMPLES") ?? "").length >= 2, one.file);
});

t.test("references to our own pages lead to one", async (t) => {
  const there = new Set(pages().map(({ file }) => file));
  for (const one of pages()) {
    for (const [, name, section] of one.text.matchAll(/\.?Xr (lab\S*) (\d)/g))
      t.ok(there.has(`${name}.${section}`), `${name}(${section}) in ${one.file}`);
  }
});

t.test("SEE ALSO is sorted by section and name, and names no page twice", async (t) => {
  for (const one of pages()) {
    const seen = references(one);
    t.strictSame(seen, [...new Set(seen)].sort(), one.file);
  }
});

function references(one: Page): string[] {
  const source = sections(one).get("SEE ALSO") ?? "";
  return Array.from(source.matchAll(/^\.Xr (\S+) (\d)/gm), ([, name, section]) => `${section} ${name}`);
}

/** Bold is printed as a letter, a backspace and the letter again: what stays is the text. */
function plain(rendered: string): string {
  const parts = rendered.split("\b");
  return parts.map((part, i) => (i < parts.length - 1 ? part.slice(0, -1) : part)).join("");
}
