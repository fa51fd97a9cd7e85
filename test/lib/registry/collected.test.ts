import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { collectFiles } from "../../../lib/registry/collected.js";
import { sampleRun } from "../record/sample.js";
import { answer, isRoot, place, possible, uid } from "./support.js";

type Found = Awaited<ReturnType<typeof collectFiles>>;

function tree(t: Parameters<typeof place>[0], files: string[]): string {
  const dir = path.join(place(t), "a run's [dir]");
  for (const name of files) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), name);
  }
  return dir;
}

function collect(dir: string, globs: string[], more: object = {}, limits?: Parameters<typeof collectFiles>[1]) {
  const run = sampleRun(globs.length === 0 ? more : { collect: { globs, ...more } });
  const attempts = [1, 2].filter((n) => fs.existsSync(path.join(dir, `.lab/attempt-${n}`))).map((n) => ({ n }));
  const facts = { run: run.id, planned_at: run.planned_at, submissions: [], attempts };
  return collectFiles({ dir, run, owner: uid, facts }, limits);
}
const names = (dir: string, files: { path: string }[]) => files.map((file) => path.relative(dir, file.path));

t.test("what matches is recorded where it is, in order, with size and time", async (t) => {
  const dir = tree(t, ["b/2.csv", "a.csv", ".hidden/x.csv", "b/1.png", "c.txt", "b/skip/3.csv"]);
  fs.utimesSync(path.join(dir, "a.csv"), 1_795_000_000, 1_795_000_000);
  const { collected, excluded } = await collect(dir, ["**/*.csv", "b/*.png"], { exclude: ["b/skip/**"] });
  t.same(names(dir, collected), [".hidden/x.csv", "a.csv", "b/1.png", "b/2.csv"]);
  t.same(collected[1], { path: path.join(dir, "a.csv"), bytes: 5, modified_at: "2026-11-18T11:06:40.000Z" });
  t.same(excluded, []);
  t.same(await collect(dir, []), { collected: [], excluded: [] }, "nothing asked, nothing looked at");
  t.same(await collect(path.join(dir, "nowhere"), ["**"]), { collected: [], excluded: [] });
});

t.test("what is left out is named, with the reason", async (t) => {
  const dir = tree(t, ["in/a.csv", ".lab/run.json", ".lab/attempt-1/exit.json"]);
  const outside = path.join(dir, "../secret.csv");
  fs.writeFileSync(outside, "secret");
  const link = (target: string, name: string) => fs.symlinkSync(target, path.join(dir, name));
  link("in/a.csv", "inside.csv");
  link("../secret.csv", "out.csv");
  link("/etc", "etc.csv");
  link("in", "directory.csv");
  link("nowhere", "dangling.csv");
  link("self.csv", "self.csv");
  execFileSync("mkfifo", [path.join(dir, "pipe.csv")]);
  const { collected, excluded } = await collect(dir, ["**", "../*.csv"]);
  t.same(names(dir, collected), ["in/a.csv", "inside.csv"]);
  const real = fs.realpathSync(dir);
  t.same(
    excluded.map(({ path: at, reason, more }) => [path.relative(dir, at), reason, ...(more ? [more] : [])]),
    [
      ["dangling.csv", "a link that leads nowhere"],
      ["directory.csv", `a link to the directory '${path.join(real, "in")}'`],
      ["etc.csv", "a link out of the run, to '/etc'"],
      ["out.csv", `a link out of the run, to '${fs.realpathSync(outside)}'`],
      ["pipe.csv", "not a regular file"],
      ["self.csv", "a link to itself"],
      ["../secret.csv", "outside the run's directory"],
      [".lab", "the run's own records", 1],
    ],
  );
});

t.test("there is an end to what is recorded, and to what is looked at", async (t) => {
  const dir = tree(t, ["a", "b", "c", "d", "e"]);
  for (const name of ["l1", "l2", "l3"]) fs.symlinkSync("/etc", path.join(dir, name));
  const { collected, excluded } = await collect(dir, ["*"], {}, { files: 3, excluded: 2, names: 100 });
  t.same(names(dir, collected), ["a", "b", "c"]);
  t.match(excluded, [
    { path: path.join(dir, "l1") },
    { path: path.join(dir, "l2"), more: 1 },
    { path: path.join(dir, "d"), reason: "more than 3 files", more: 1 },
  ]);
  const few = await collect(dir, ["*"], {}, { files: 100, excluded: 100, names: 4 });
  t.equal(few.collected.length + few.excluded.length - 1, 4);
  t.match(few.excluded.at(-1), { path: dir, reason: "only the first 4 names were looked at" });
});

t.test("what cannot be read ends nothing", async (t) => {
  if (!possible(t, isRoot && spawnSync("setpriv", ["--version"]).status === 0, "another user (root)")) return;
  const dir = tree(t, ["a.csv", "b.csv", "closed/c.csv"]);
  fs.chmodSync(path.join(dir, "b.csv"), 0);
  fs.chmodSync(path.join(dir, "closed"), 0);
  const { collected, excluded } = (answer("collect", [dir, ["**/*.csv"]], { as: "nobody" }) as { value: Found }).value;
  t.same(names(dir, collected), ["a.csv"]);
  t.same(
    excluded.map(({ path: at, reason }) => [path.relative(dir, at), reason]),
    [
      ["b.csv", "cannot be read"],
      ["closed", "the directory cannot be read"],
    ],
  );
});

t.test("what the job has noted is recorded with what it said of it, in the run and in its outputs", async (t) => {
  const dir = tree(t, ["plots/a.png", "b.csv", "out/w", "dir/x", ".lab/attempt-1/x", ".lab/attempt-2/x"]);
  const note = (n: number, host: string, ...lines: object[]) =>
    fs.writeFileSync(
      path.join(dir, `.lab/attempt-${n}/artifacts-${host}-1.ndjson`),
      `${lines.map((line) => JSON.stringify(line)).join("\n")}\nno line\n{"type":"artifact","path":"relative"}\n{"half`,
    );
  const at = (name: string) => path.join(dir, name);
  const elsewhere = path.join(place(t), "output");
  fs.mkdirSync(elsewhere);
  fs.writeFileSync(path.join(elsewhere, "w"), "1");
  note(1, "n1", { path: at("plots/a.png"), role: "old" }, { path: at("gone") });
  note(2, "n1", { path: at("plots/../plots/a.png"), role: "plot", metadata: { epoch: 3 } }, { path: at("dir") });
  note(2, "n2", { path: path.join(elsewhere, "w") }, { path: "/etc/passwd" });
  const outputs = { model: { type: "model", alias: "m", digest: "stat", path: elsewhere } };
  const both = await collectFiles({
    dir,
    owner: uid,
    run: sampleRun({ collect: { globs: ["*.csv"] }, outputs: outputs as never }),
    facts: { run: "r", planned_at: "", submissions: [], attempts: [{ n: 1 }, { n: 2 }] },
  });
  t.match(
    both.collected.find((file) => file.path === at("plots/a.png")),
    { role: "plot", metadata: { epoch: 3 }, bytes: 11 },
  );
  t.same(
    both.collected.map((file) => file.path).sort(),
    [at("b.csv"), at("plots/a.png"), path.join(elsewhere, "w")].sort(),
  );
  t.same(
    both.excluded.map(({ path: of, reason }) => [of, reason]).sort(),
    [
      ["/etc/passwd", "outside the run's directory"],
      [at("dir"), "a directory"],
      [at("gone"), "it is gone"],
    ].sort(),
  );
});
