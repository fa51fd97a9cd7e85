import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import t, { type Test } from "tap";
import { envelope, marker, runDirectory } from "../../../lib/registry/layout.js";
import type { Registry } from "../../../lib/registry/open.js";
import { findRun } from "../../../lib/registry/refs.js";
import { mark, unmark } from "../../../lib/registry/write.js";
import { sampleRun } from "../record/sample.js";
import { nth, onlyPack, packAll, packOnly, settledRun } from "./pack-support.js";
import { putRun } from "./put-run.js";
import { answer, people, place, smallRegistry, user } from "./support.js";

const ids = [
  "20261119-080000-aaaaaa",
  "20261120-080000-bbbbbb",
  "20261120-201455-k7q3mz",
  "20261121-000000-202611",
] as const;

function filled(t: Test): Registry {
  const registry = smallRegistry(t);
  for (const [i, id] of ids.entries()) putRun(registry, sampleRun({ id, user, name: i % 2 ? "odd" : "even" }), "");
  return registry;
}

/** The same, all settled and in packs, one of them loose, too. */
function packed(t: Test): Registry {
  const registry = smallRegistry(t);
  for (const [i, id] of ids.entries()) settledRun(registry, id, { name: i % 2 ? "odd" : "even" });
  packOnly(registry, [ids[0], ids[2]]);
  packOnly(registry, [ids[1], ids[2], ids[3]]);
  for (const id of [ids[0], ids[1], ids[3]]) unmark(marker(registry.base, "loose", user, id));
  return registry;
}

for (const [how, fill] of Object.entries({ loose: filled, packed })) {
  t.test(`every form that a run can be named in: ${how}`, async (t) => {
    const registry = fill(t);
    const dir = runDirectory(registry.base, user, ids[2]);
    const find = (ref: string, cwd = "/") => findRun(registry, ref, cwd).run.id;
    const forms: [ref: string, id: string][] = [
      [ids[2], ids[2]],
      ["20261119", ids[0]],
      ["20261120-20", ids[2]],
      ["20261121", ids[3]],
      ["k7q3mz", ids[2]],
      ["@last", ids[3]],
      ["@-1", ids[3]],
      ["@-4", ids[0]],
      ["@last:even", ids[2]],
      ["@last:odd", ids[3]],
      [dir, ids[2]],
      [`${dir}/`, ids[2]],
      [envelope(dir), ids[2]],
      [`${dir}/.lab/attempt-1/job.log`, ids[2]],
    ];
    for (const [ref, id] of forms) t.equal(find(ref), id, ref);
    t.equal(find(".", dir), ids[2]);
    t.equal(find("..", envelope(dir)), ids[2]);
    t.equal(find(`./${ids[0]}`, path.dirname(dir)), ids[0]);
    const link = path.join(place(t), "link");
    fs.symlinkSync(dir, link);
    t.equal(find(`${link}/.lab`), ids[2], "through a link");
    const linked = path.join(place(t), "registry");
    fs.symlinkSync(registry.base, linked);
    t.equal(findRun({ ...registry, base: linked }, dir, "/").run.id, ids[2], "in a registry that is named by a link");
  });

  t.test(`several are listed, none is a guess: ${how}`, async (t) => {
    const registry = fill(t);
    const find = (ref: string) => findRun(registry, ref, "/");
    t.throws(() => find("20261120"), {
      code: "dataerr",
      message: `'20261120' could be 2 runs: ${ids[1]} (${user}), ${ids[2]} (${user})`,
      hint: "type more of the id",
    });
    t.throws(() => find("202611"), { code: "dataerr", message: /could be 4 runs/ }, "a handle that is a prefix too");
    for (let i = 0; i < 10; i += 1) putRun(registry, sampleRun({ id: `20250101-00000${i}-cccccc`, user }), "");
    t.throws(() => find("cccccc"), { code: "dataerr", message: /could be 10 runs: .*, …$/ });
    t.throws(() => find("k7q3mx"), { code: "noinput", message: "no run 'k7q3mx'", hint: "did you mean k7q3mz?" });
    t.throws(() => find("20300101"), { code: "noinput", hint: /lab ls/ });
    t.throws(() => find("20261120-201455-zzzzzz"), { code: "noinput" });
    t.throws(() => find("@-15"), { code: "noinput", hint: "you have 14" });
    t.throws(() => find("@last:none"), { code: "noinput", message: "no run '@last:none'" });
    t.throws(() => findRun(smallRegistry(t), "@last", "/"), { code: "noinput", hint: /lab run/ });
  });

  t.test(`hostile words: ${how}`, async (t) => {
    const registry = fill(t);
    const find = (ref: string, cwd = "/") => findRun(registry, ref, cwd);
    for (const ref of ["", "@", "@first", "@-0", "@-x", "@last:", "@last\n", "@@"])
      t.throws(() => find(ref), { code: "usage" }, JSON.stringify(ref));
    const nowhere = [
      "../../etc",
      "/etc/passwd",
      "/",
      "/nonexistent",
      "a/b",
      "./x\0y",
      "*",
      "-rf",
      "--help",
      "%00",
      "k7q3mz\n",
      "\n",
      " ",
      "x".repeat(100_000),
      "a/".repeat(50_000),
      `${ids[2]}/..`,
      `${registry.base}/runs`,
      `${registry.base}/runs/${user}`,
      `${registry.base}/runs/${user}/../../REGISTRY.json`,
      `runs/${user}/${ids[2]}`,
      "__proto__",
      "constructor",
      "@-99999999999999999999",
    ];
    for (const ref of nowhere) t.throws(() => find(ref), { code: "noinput" }, JSON.stringify(ref.slice(0, 60)));
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (ref) => {
        try {
          return ids.includes(find(ref).run.id as never);
        } catch (error) {
          return ["usage", "noinput", "dataerr"].includes((error as { code: string }).code);
        }
      }),
    );
  });
}

t.test("an index that is not there, cut short, another's or none finds no other runs and misses none", async (t) => {
  const many = Array.from({ length: 60 }, (_, i) => nth(i));
  const changes: [what: string, change: (text: Buffer) => Buffer | undefined][] = [
    ["gone", () => undefined],
    ["empty", () => Buffer.alloc(0)],
    ["cut short", (text) => text.subarray(0, 5 * 23 + 7)],
    ["of others", (text) => Buffer.from(text.toString().replaceAll("20261001", "20251001"))],
    ["zeros", (text) => Buffer.alloc(text.length)],
  ];
  const registry = smallRegistry(t);
  for (const id of many) settledRun(registry, id);
  packAll(registry);
  const { handles } = onlyPack(registry);
  const good = fs.readFileSync(handles);
  for (const [what, change] of [["whole", (text: Buffer) => text] as const, ...changes]) {
    const bad = change(good);
    if (bad) fs.writeFileSync(handles, bad);
    else fs.unlinkSync(handles);
    for (const id of many) t.equal(findRun(registry, id.slice(-6), "/").run.id, id, what);
    t.throws(() => findRun(registry, "zzzzzz", "/"), { code: "noinput" }, what);
  }
});

t.test("a run of another registry, and one that is none", async (t) => {
  const [mine, other] = [filled(t), filled(t)];
  const dir = runDirectory(other.base, user, ids[2]);
  t.throws(() => findRun(mine, dir, "/"), {
    code: "noinput",
    message: /belongs to another registry$/,
    hint: /--cluster/,
  });
  t.throws(() => findRun(mine, place(t), "/"), { code: "noinput", message: /^no run in '/ });
});

t.test("what was never completed is neither the last nor found", async (t) => {
  const registry = filled(t);
  const unborn = "20261122-000000-dddddd";
  mark(marker(registry.base, "loose", user, unborn));
  t.equal(findRun(registry, "@last", "/").run.id, ids[3]);
  t.equal(findRun(registry, "@-2", "/").run.id, ids[2]);
  t.equal(findRun(registry, "@last:odd", "/").run.id, ids[3]);
  t.throws(() => findRun(registry, "dddddd", "/"), { code: "noinput", message: /never completed/ });
  fs.writeFileSync(path.join(envelope(runDirectory(registry.base, user, ids[3])), "run.json"), "{");
  t.throws(() => findRun(registry, "@last", "/"), { code: "dataerr" }, "a bad one is said to be bad");
  t.equal(findRun(registry, "@last:odd", "/").run.id, ids[1], "and has no name");
});

t.test("others' runs are found where one has none of that name oneself", async (t) => {
  const lab = people(t);
  if (!lab) return;
  const { base } = smallRegistry(t);
  const id = (handle: string) => `20261120-201455-${handle}`;
  const of = (name: string, handle: string) => runDirectory(base, name, id(handle));
  for (const [who, handle] of [
    [lab.alice, "aaaaaa"],
    [lab.bob, "aaaaaa"],
    [lab.bob, "bbbbbb"],
    [lab.carol, "cccccc"],
  ] as const)
    t.match(answer("create", [base, id(handle)], { as: who }), { value: "made" });
  const find = (who: string, ref: string) => answer("find", [base, ref], { as: who });
  t.match(find(lab.alice, "aaaaaa"), { value: of(lab.alice, "aaaaaa") }, "one's own first");
  t.match(find(lab.bob, id("aaaaaa")), { value: of(lab.bob, "aaaaaa") });
  t.match(find(lab.alice, "bbbbbb"), { value: of(lab.bob, "bbbbbb") });
  t.match(find(lab.alice, id("cccccc")), { value: of(lab.carol, "cccccc") });
  t.match(find(lab.alice, of(lab.carol, "cccccc")), { value: of(lab.carol, "cccccc") });
  t.match(find(lab.carol, "aaaaaa"), {
    code: "dataerr",
    message: /could be 2 runs: .* \(lab-alice\), .* \(lab-bob\)$/,
  });
  t.match(
    find(lab.carol, id("aaaaaa")),
    { code: "dataerr", message: /could be 2 runs/ },
    "nobody answers for another by a copied id",
  );
  t.match(find(lab.alice, "@last"), { value: of(lab.alice, "aaaaaa") }, "the last is one's own");
  fs.writeFileSync(path.join(base, "loose/notes.txt"), "");
  fs.chmodSync(path.join(base, "loose", lab.carol), 0o700);
  fs.chmodSync(path.join(base, "runs", lab.carol), 0o700);
  t.match(find(lab.alice, "bbbbbb"), { value: of(lab.bob, "bbbbbb") }, "one closed directory stops nobody");
  t.match(find(lab.alice, "cccccc"), { code: "noinput" });
});
