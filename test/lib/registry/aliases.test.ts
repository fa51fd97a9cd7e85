import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import t from "tap";
import { artifactIdOf } from "../../../lib/record/artifact-id.js";
import {
  type AliasTarget,
  aliasesOf,
  aliasHistory,
  aliasNames,
  type Binding,
  bindAlias,
  currentAlias,
} from "../../../lib/registry/aliases.js";
import { widestStep } from "../../../lib/registry/ladder.js";
import { aliasDirectory, indexDirectory, userAliasPart } from "../../../lib/registry/layout.js";
import type { Registry } from "../../../lib/registry/open.js";
import { onWrite, recordText } from "../../../lib/registry/write.js";
import { at, registryFor } from "./artifact-support.js";
import { answer, atOnce, child, people, uid, user } from "./support.js";

const run = "20261120-201455-k7q3mz";
const one: AliasTarget = { artifact: artifactIdOf(run, "model"), run, role: "model" };
const two: AliasTarget = { artifact: artifactIdOf(run, "other"), run, role: "other" };
const stream: AliasTarget = { run, role: "model" };

const globally = (name: string, target: AliasTarget | undefined, more: Partial<Binding> = {}): Binding => ({
  scope: "global",
  name,
  target,
  at,
  ...more,
});
const mine = (name: string, target: AliasTarget | undefined, more: Partial<Binding> = {}): Binding => ({
  ...globally(name, target, more),
  scope: "user",
});

/** A file of a global name as somebody without our commands would make it. */
function plant(registry: Registry, name: string, generation: number, record: object, owner = uid): string {
  const file = path.join(aliasDirectory(registry.base, name), `${name}.${generation}.json`);
  const whole = { type: "alias", v: 1, name, scope: "global", user, generation, ...two, at, ...record };
  fs.writeFileSync(file, recordText(whole), { mode: 0o644 });
  fs.chownSync(file, owner, owner);
  return file;
}

t.test("a name means what it was given last, and remembers the rest", async (t) => {
  const registry = registryFor(t, "best");
  t.equal(currentAlias(registry, undefined, "best"), undefined);
  const first = bindAlias(registry, globally("best", one, { note: "the first" }));
  t.match(first, {
    made: true,
    alias: { name: "best", scope: "global", user, generation: 1, note: "the first", ...one },
  });
  t.match(bindAlias(registry, globally("best", one)), { made: false, alias: { generation: 1 } }, "so it is already");
  t.match(
    bindAlias(registry, globally("best", stream)),
    { made: true, alias: { generation: 2 } },
    "a stream is another",
  );
  t.notOk("artifact" in (currentAlias(registry, undefined, "best") ?? {}));
  t.match(bindAlias(registry, globally("best", undefined)), { made: true, alias: { generation: 3 } });
  t.equal(currentAlias(registry, undefined, "best"), undefined, "taken back");
  t.match(bindAlias(registry, globally("best", undefined)), { made: false }, "twice is the same as once");
  t.match(bindAlias(registry, globally("best", two)), { made: true, alias: { generation: 4 } });
  t.same(
    aliasHistory(registry, undefined, "best").map(({ generation, role }) => [generation, role]),
    [
      [4, "other"],
      [3, undefined],
      [2, "model"],
      [1, "model"],
    ],
  );
  t.equal(fs.lstatSync(path.join(aliasDirectory(registry.base, "best"), "best.1.json")).mode & 0o777, 0o644);
});

t.test("one's own names are beside the global ones, and in nobody's way", async (t) => {
  const registry = registryFor(t, "best");
  bindAlias(registry, mine("best", one));
  t.equal(currentAlias(registry, undefined, "best"), undefined);
  t.match(currentAlias(registry, user, "best"), { scope: "user", user, ...one });
  bindAlias(registry, mine("best.1", two));
  bindAlias(registry, mine("best.1.2", two));
  t.equal(aliasHistory(registry, user, "best").length, 1, "best.1's generations are no generations of best");
  t.same(aliasNames(registry, user), ["best", "best.1", "best.1.2"]);
  bindAlias(registry, globally("best", two));
  t.same(aliasNames(registry, undefined), ["best"]);
  t.equal(currentAlias(registry, "nobody", "best"), undefined);
});

t.test("which names mean a thing, now", async (t) => {
  const registry = registryFor(t, "best", "x");
  bindAlias(registry, globally("best", one));
  bindAlias(registry, mine("model_new", one));
  bindAlias(registry, mine("steps", stream));
  bindAlias(registry, globally("x", one));
  bindAlias(registry, globally("x", two));
  const names = (thing: string) =>
    aliasesOf(registry, thing)
      .map(({ scope, name }) => `${scope}:${name}`)
      .sort();
  t.same(names(one.artifact ?? ""), ["global:best", "user:model_new", "user:steps"]);
  t.same(names(two.artifact ?? ""), ["global:x"]);
  t.same(names(artifactIdOf(run, "nothing")), []);
});

t.test("a pass that is repeated takes no newer name's place", async (t) => {
  const registry = registryFor(t);
  bindAlias(registry, mine("latest", one, { once: true }));
  bindAlias(registry, mine("latest", two, { once: true }));
  t.match(bindAlias(registry, mine("latest", one, { once: true })), { made: false, alias: { generation: 1 } });
  t.match(currentAlias(registry, user, "latest"), two);
  t.match(bindAlias(registry, mine("latest", one)), { made: true, alias: { generation: 3 } }, "a person may");
});

t.test("nothing is written in a dry run, nor of what cannot be", async (t) => {
  const registry = registryFor(t, "best");
  t.match(bindAlias(registry, globally("best", one, { dry: true })), { made: true, alias: { generation: 1 } });
  t.equal(aliasHistory(registry, undefined, "best").length, 0);
  t.same(fs.readdirSync(path.join(registry.base, "aliases/by-user")), []);
  for (const bad of ["", "..", "a/b", "a@b", ".x", one.artifact ?? "", "x".repeat(129)])
    t.throws(() => bindAlias(registry, mine(bad, one)), { code: "dataerr" }, bad);
  t.throws(() => bindAlias(registry, globally("best", undefined)), { code: "noinput" });
});

t.test("killed before any write, a name means the old or the new, and the next call goes through", async (t) => {
  for (let killAt = 1; ; killAt += 1) {
    const registry = registryFor(t, "best");
    bindAlias(registry, globally("best", one));
    const killed = child("bind", [registry.base, globally("best", two)], { killAt });
    const current = currentAlias(registry, undefined, "best");
    t.match(current, killed.signal === "SIGKILL" ? one : two, `killed before write ${killAt}`);
    bindAlias(registry, globally("best", two));
    t.match(currentAlias(registry, undefined, "best"), { ...two, generation: 2 });
    t.equal(aliasesOf(registry, two.artifact ?? "").length, 1);
    if (killed.signal !== "SIGKILL") break;
  }
});

t.test("several at once: each generation has one winner, and none is lost", async (t) => {
  const registry = registryFor(t, "best");
  const targets = Array.from({ length: 8 }, (_, i) => ({
    artifact: artifactIdOf(run, `role${i}`),
    run,
    role: `role${i}`,
  }));
  const answers = await atOnce(targets.map((target) => ["bind", [registry.base, globally("best", target)]]));
  t.equal(answers.filter((one) => "value" in one).length, 8, "one user's own race is no race");
  const all = aliasHistory(registry, undefined, "best");
  t.same(
    all.map(({ generation }) => generation),
    [8, 7, 6, 5, 4, 3, 2, 1],
  );
  t.equal(new Set(all.map(({ role }) => role)).size, 8);
});

t.test("who comes between look and link is seen", async (t) => {
  const registry = registryFor(t, "best");
  t.teardown(() => onWrite(undefined));
  onWrite((step, file) => {
    if (step !== "link" || !file.endsWith("best.1.json")) return;
    onWrite(undefined);
    bindAlias(registry, globally("best", two));
  });
  t.match(bindAlias(registry, globally("best", one)), { made: true, alias: { generation: 2 } });
});

t.test("somebody else's name needs --force, in a race too", async (t) => {
  const users = people(t);
  if (!users) return;
  const { alice, bob } = users;
  const registry = registryFor(t, "best");
  const bind = (as: string, target: AliasTarget | undefined, more: Partial<Binding> = {}) =>
    answer("bind", [registry.base, globally("best", target, more)], { as });
  t.match(bind(alice, one), { value: { made: true } });
  const refused = { code: "refused", message: `cannot take the global name 'best': it is ${alice}'s since ${at}` };
  t.match(bind(bob, two), refused);
  t.match(bind(bob, undefined), refused);
  t.match(bind(bob, one), { value: { made: false, alias: { user: alice } } }, "what is so already is nobody's loss");
  t.match(bind(bob, two, { force: true }), { value: { made: true, alias: { user: bob, taken_from: alice } } });
  t.match(bind(alice, one), { code: "refused" });
  t.match(bind(bob, undefined), { value: { made: true } });
  t.match(bind(alice, one), { value: { made: true, alias: { generation: 4 } } }, "what was given back is free");
  t.notOk("taken_from" in (currentAlias(registry, undefined, "best") ?? {}));
  for (let round = 0; round < 4; round += 1) {
    const race = registryFor(t, "best");
    const answers = await atOnce(
      [alice, bob, alice, bob].map((as, i) => [
        "bind",
        [race.base, globally("best", { artifact: artifactIdOf(run, `r${i}`), run, role: `r${i}` })],
        { as },
      ]),
    );
    const winner = currentAlias(race, undefined, "best")?.user;
    const others = answers.filter((_, i) => [alice, bob][i % 2] !== winner);
    t.ok(
      others.every((one) => "code" in one && one.code === "refused"),
      "the one who lost is refused both times",
    );
    t.ok(aliasHistory(race, undefined, "best").every((generation) => generation.user === winner));
  }
});

t.test("a generation by another than it says, or under a false name, counts for nothing and is told of", async (t) => {
  const users = people(t);
  if (!users) return;
  const { alice, bob } = users;
  const registry = registryFor(t, "best", "other");
  answer("bind", [registry.base, globally("best", one)], { as: alice });
  answer("bind", [registry.base, globally("other", one)], { as: bob });
  const uidOf = (name: string) => fs.lstatSync(path.join(registry.base, "aliases/by-user", name)).uid;
  plant(registry, "best", 2, { user: alice }, uidOf(bob));
  plant(registry, "best", 3, { user: alice, name: "other" }, uidOf(alice));
  plant(registry, "best", 4, { user: alice, generation: 9 }, uidOf(alice));
  plant(registry, "best", 5, { user: "lab-nobody" }, uidOf(bob));
  plant(registry, "best", 6, { user: alice, scope: "user" }, uidOf(alice));
  fs.writeFileSync(path.join(aliasDirectory(registry.base, "best"), "best.7.json"), "{");
  fs.symlinkSync("best.1.json", path.join(aliasDirectory(registry.base, "best"), "best.8.json"));
  const said: string[] = [];
  t.match(
    currentAlias(registry, undefined, "best", (message) => said.push(message)),
    { user: alice, generation: 1 },
  );
  t.equal(said.length, 7);
  t.match(said, [
    /symbolic link/,
    /not JSON/,
    /user name 'best'/,
    /nobody here is called lab-nobody/,
    /generation 9/,
    /'other'/,
    /belongs to uid/,
  ]);
  t.match(answer("bind", [registry.base, globally("best", two)], { as: bob }), { code: "refused" });
  const next = answer("bind", [registry.base, globally("best", two)], { as: alice });
  t.match(next, { value: { alias: { generation: 9 } } }, "and stands in nobody's way");
  // In a user's own tree too: a file that is not hers, a record that is about another, a directory that is not hers.
  const own = userAliasPart(registry.base, alice, "mine");
  t.match(answer("bind", [registry.base, mine("mine", one)], { as: alice }), { value: { made: true } });
  const text = fs.readFileSync(path.join(own, "mine.1.json"), "utf8");
  fs.writeFileSync(path.join(own, "mine.2.json"), text.replace('"generation": 1', '"generation": 2'));
  fs.writeFileSync(
    path.join(own, "mine.3.json"),
    text.replace('"generation": 1', '"generation": 3').replace(alice, bob),
  );
  fs.chownSync(path.join(own, "mine.3.json"), uidOf(alice), uidOf(alice));
  t.match(currentAlias(registry, alice, "mine"), { generation: 1 });
});

t.test("a squatter of the highest number ends no name; one who removes hers takes no other's away", async (t) => {
  const registry = registryFor(t, "best");
  bindAlias(registry, globally("best", one));
  plant(registry, "best", 999_999_999, {});
  plant(registry, "best", widestStep + 2, {});
  const said: string[] = [];
  t.match(
    currentAlias(registry, undefined, "best", (message) => said.push(message)),
    { generation: 1 },
  );
  t.match(said, [/best\.1002\.json' does not count: it follows no generation/]);
  t.match(bindAlias(registry, globally("best", two)), { alias: { generation: 2 } });
  t.equal(currentAlias(registry, undefined, "best")?.generation, widestStep + 2, "in reach now, so it counts");
  t.match(bindAlias(registry, globally("best", one)), { alias: { generation: widestStep + 3 } });
  fs.rmSync(path.join(aliasDirectory(registry.base, "best"), "best.2.json"));
  fs.rmSync(path.join(aliasDirectory(registry.base, "best"), "best.999999999.json"));
  plant(registry, "best", 2 * widestStep + 4, {});
  t.same(
    aliasHistory(registry, undefined, "best").map(({ generation }) => generation),
    [1],
    "too wide a gap even where there was none before",
  );
});

t.test("in one's own tree a gap means nothing", async (t) => {
  const registry = registryFor(t);
  bindAlias(registry, mine("m", one));
  const directory = userAliasPart(registry.base, user, "m");
  const text = fs.readFileSync(path.join(directory, "m.1.json"), "utf8");
  fs.writeFileSync(path.join(directory, "m.5000.json"), text.replace('"generation": 1', '"generation": 5000'));
  t.match(bindAlias(registry, mine("m", two)), { alias: { generation: 5001 } });
});

t.test("a false note in the index names nothing", async (t) => {
  const registry = registryFor(t, "best");
  bindAlias(registry, globally("best", one));
  const directory = indexDirectory(registry.base, user, two.artifact ?? "");
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, `${two.artifact}.named.global.best`), "");
  fs.writeFileSync(path.join(directory, `${two.artifact}.named.user.none`), "");
  fs.writeFileSync(path.join(directory, `${two.artifact}.named.world.best`), "");
  t.same(aliasesOf(registry, two.artifact ?? ""), []);
});

t.test("whatever is done in whatever order, a name means what was done last, and all of it is kept", async (t) => {
  const registry = registryFor(t, "a", "b");
  const targets = [one, two, stream, undefined];
  const step = fc.record({ name: fc.constantFrom("a", "b"), own: fc.boolean(), to: fc.nat({ max: 3 }) });
  const last = new Map<string, AliasTarget | undefined>();
  const made = new Map<string, number>();
  const property = fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
    for (const { name, own, to } of steps) {
      const key = `${own}/${name}`;
      const target = targets[to];
      if (target === undefined && !made.has(key)) continue;
      if (bindAlias(registry, own ? mine(name, target) : globally(name, target)).made)
        made.set(key, (made.get(key) ?? 0) + 1);
      last.set(key, target);
    }
    return [...last].every(([key, target]) => {
      const [own, name = ""] = key.split("/");
      const whose = own === "true" ? user : undefined;
      const current = currentAlias(registry, whose, name);
      const same =
        current?.artifact === target?.artifact && current?.run === target?.run && current?.role === target?.role;
      return same && aliasHistory(registry, whose, name).length === made.get(key);
    });
  });
  fc.assert(property, { numRuns: 60 });
});

t.test("junk that bridges a gap and is removed again takes nobody's generation away", async (t) => {
  const registry = registryFor(t, "best");
  bindAlias(registry, globally("best", one));
  const junk = path.join(aliasDirectory(registry.base, "best"), "best.1001.json");
  fs.writeFileSync(junk, "junk");
  t.match(bindAlias(registry, globally("best", two)), { made: true, alias: { generation: 2 } });
  t.match(currentAlias(registry, undefined, "best"), two);
  fs.rmSync(junk);
  t.match(currentAlias(registry, undefined, "best"), two);
  const taken = path.join(aliasDirectory(registry.base, "best"), "best.3.json");
  fs.writeFileSync(taken, "junk");
  t.match(bindAlias(registry, globally("best", one)), { alias: { generation: 4 } }, "it takes no more than its number");
});

t.test("what a generation says of its target must fit together", async (t) => {
  const registry = registryFor(t, "best");
  bindAlias(registry, globally("best", one));
  for (const lie of [
    { artifact: two.artifact, run, role: "model" },
    { run, role: "../model" },
    { run_user: "../../lab-carol" },
    { run, role: undefined },
  ]) {
    const reports: string[] = [];
    const file = plant(registry, "best", 2, lie);
    t.match(
      currentAlias(registry, undefined, "best", (message) => reports.push(message)),
      one,
      JSON.stringify(lie),
    );
    t.match(reports.join(), /does not fit together/);
    fs.rmSync(file);
  }
});
