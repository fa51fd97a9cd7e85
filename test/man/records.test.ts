// The pages that describe what the code declares: record types and their fields, exit codes, states and modes.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { modes } from "../../lib/record/facts.js";
import { faults } from "../../lib/record/fault.js";
import { phases } from "../../lib/record/phase.js";
import { states } from "../../lib/record/state.js";
import { otherAreas, userAreas } from "../../lib/registry/layout.js";
import { root } from "../support/sandbox.js";
import { bare, entries, page, sections, subsections } from "./pages.js";

interface Schema {
  title: string;
  required: string[];
  properties: Record<string, unknown>;
}

const dir = path.join(root, "dist/schema");
const schemas: Schema[] = fs.readdirSync(dir).map((name) => JSON.parse(fs.readFileSync(path.join(dir, name), "utf8")));

/** The fields of a record on its page: those in the tags of its list; `Li name ?` need not be there. */
function fields(source: string): { required: string[]; optional: string[] } {
  const named = entries(source).flatMap(({ tag }) =>
    tag
      .replace(/^Li /, "")
      .split(" , ")
      .map((word) => word.replace(/^Li /, "")),
  );
  return {
    required: named.filter((word) => !word.endsWith(" ?")).sort(),
    optional: named.flatMap((word) => (word.endsWith(" ?") ? [word.slice(0, -2)] : [])).sort(),
  };
}

const described = new Map(
  ["RECORDS IN STREAMS", "RECORDS IN FILES"].flatMap((name) => [
    ...subsections(sections(page("lab-records.5")).get(name) ?? ""),
  ]),
);

t.test("lab-records(5) describes every type of record, and no other", async (t) => {
  t.ok(schemas.length > 20);
  t.strictSame([...described.keys()].sort(), schemas.map(({ title }) => title).sort());
});

for (const { title, required, properties } of schemas) {
  t.test(`the fields of ${title}`, async (t) => {
    const every = Object.keys(properties).filter((name) => name !== "type" && name !== "v");
    t.strictSame(fields(described.get(title) ?? ""), {
      required: every.filter((name) => required.includes(name)).sort(),
      optional: every.filter((name) => !required.includes(name)).sort(),
    });
  });
}

t.test("the phases of a run are named in their order", async (t) => {
  t.ok(bare(described.get("run") ?? "").includes(bare(phases.join(" , "))));
});

t.test("lab-exit-codes(7) has the codes of the code, in its words", async (t) => {
  const source = sections(page("lab-exit-codes.7")).get("DESCRIPTION") ?? "";
  const [nothing, ...listed] = entries(source);
  t.equal(nothing?.tag, "0");
  t.strictSame(
    listed.map(({ tag }) => tag),
    Object.entries(faults).map(([word, { exit }]) => `${exit} Li ${word}`),
  );
  for (const [i, { means }] of Object.values(faults).entries())
    t.ok(bare(listed[i]?.says ?? "").startsWith(bare(means)), means);
});

t.test("exit statuses on the pages are codes that there are", async (t) => {
  const known = new Set(["0", ...Object.values(faults).map(({ exit }) => String(exit))]);
  const files = fs.readdirSync(path.join(root, "man/man1"));
  for (const file of files) {
    for (const { tag } of entries(sections(page(file)).get("EXIT STATUS") ?? ""))
      for (const code of tag.split(" , ")) t.ok(known.has(code), `${code} in ${file}`);
  }
});

t.test("lab(7) names every state and every mode of failure", async (t) => {
  const tags = entries(sections(page("lab.7")).get("STATES") ?? "").map(({ tag }) => tag.replace(/^Li /, ""));
  t.strictSame(tags, [...states, ...modes]);
});

t.test("lab-registry(5) names every directory of a registry", async (t) => {
  const source = sections(page("lab-registry.5")).get("THE TREE") ?? "";
  for (const area of [...userAreas, ...otherAreas.filter((name) => !name.includes("/"))])
    t.match(source, new RegExp(`\\b${area}\\b`), area);
});
