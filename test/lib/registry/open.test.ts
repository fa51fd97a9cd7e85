import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { registryFile } from "../../../lib/registry/layout.js";
import { checkOwner, openRegistry, ownDirectory, ownerOf, userOf } from "../../../lib/registry/open.js";
import { answer, isRoot, modeOf, people, place, possible, smallRegistry, uid, user } from "./support.js";

const good = { format: "lab-registry", version: 1, id: "r-1", founder: 0, created_at: "2026-11-20T12:00:00Z" };

t.test("a registry is what REGISTRY.json says", async (t) => {
  const base = place(t);
  const write = (text: string) => fs.writeFileSync(registryFile(base), text);
  t.throws(() => openRegistry(base, uid), {
    code: "noinput",
    message: `cannot open the registry '${base}': no REGISTRY.json there`,
    hint: /lab init/,
  });
  write(JSON.stringify(good));
  t.match(openRegistry(base, uid), {
    base,
    id: "r-1",
    founder: 0,
    user,
    uid,
    modes: { directory: 0o755, file: 0o644 },
  });
  write(JSON.stringify({ ...good, shared_group: "lab", more: 1 }));
  t.match(openRegistry(base, uid), { modes: { directory: 0o2750, file: 0o640 } });
  for (const text of [
    "",
    "{",
    "[]",
    "null",
    JSON.stringify({ ...good, format: "other" }),
    JSON.stringify({ ...good, version: "1" }),
    JSON.stringify({ ...good, version: 0 }),
    JSON.stringify({ ...good, id: undefined }),
  ]) {
    write(text);
    t.throws(
      () => openRegistry(base, uid),
      { code: "config", message: /^cannot read '.*REGISTRY.json': it (is not JSON|does not describe a registry)$/ },
      text,
    );
  }
});

t.test("a newer one is refused by that, whatever else it says", async (t) => {
  const base = place(t);
  const newer = { code: "dataerr", message: /its format is version 2, this toolkit knows 1/, hint: /newer labkit/ };
  for (const record of [
    { ...good, version: 2 },
    { format: "lab-registry", version: 2, founder: "alice" },
  ]) {
    fs.writeFileSync(registryFile(base), JSON.stringify(record));
    t.throws(() => openRegistry(base, uid), newer);
  }
});

t.test("an id that would become a path elsewhere is none", async (t) => {
  const base = place(t);
  for (const id of ["../../x", "", "a b", "a\nb"]) {
    fs.writeFileSync(registryFile(base), JSON.stringify({ ...good, id }));
    t.throws(() => openRegistry(base, uid), { code: "config" }, id);
  }
});

t.test("REGISTRY.json is never a link, nor anything but a file", async (t) => {
  const base = place(t);
  fs.writeFileSync(path.join(base, "other"), JSON.stringify(good));
  fs.symlinkSync("other", registryFile(base));
  t.throws(() => openRegistry(base, uid), { code: "dataerr" });
  fs.unlinkSync(registryFile(base));
  fs.mkdirSync(registryFile(base));
  t.throws(() => openRegistry(base, uid), { code: "dataerr" });
});

t.test("who one is says the system, not the environment", async (t) => {
  const before = process.env["USER"];
  t.teardown(() => {
    process.env["USER"] = before ?? "";
  });
  process.env["USER"] = "somebody-else";
  t.equal(userOf(uid), user);
});

t.test("one's own directory is made once, readable as the registry is", async (t) => {
  for (const [more, mode] of [
    [{}, "755"],
    [{ shared_group: "lab" }, "2750"],
  ] as const) {
    const registry = smallRegistry(t, more);
    const directory = ownDirectory(registry, "runs");
    t.equal(directory, path.join(registry.base, "runs", user));
    t.equal(modeOf(directory), mode);
    fs.chmodSync(directory, 0o700);
    t.equal(ownDirectory(registry, "runs"), directory);
    t.equal(modeOf(directory), "700", "what its owner made of it stays");
  }
});

t.test("a directory of mine that another made, or that is none, is refused", async (t) => {
  const registry = smallRegistry(t);
  const directory = path.join(registry.base, "runs", user);
  fs.writeFileSync(directory, "");
  t.throws(() => ownDirectory(registry, "runs"), {
    code: "noperm",
    message: `cannot use '${directory}': not a directory`,
  });
  t.equal(ownerOf(directory), undefined);
  fs.unlinkSync(directory);
  fs.mkdirSync(path.join(registry.base, "elsewhere"));
  fs.symlinkSync("../elsewhere", directory);
  t.throws(() => ownDirectory(registry, "runs"), { code: "noperm" }, "a link");
  t.equal(ownerOf(directory), undefined);
  fs.unlinkSync(directory);
  t.equal(ownerOf(directory), undefined);
  t.throws(() => checkOwner(directory, uid), { code: "noinput" });
  if (!possible(t, isRoot, "a directory of another user (chown needs root)")) return;
  fs.mkdirSync(directory);
  fs.chownSync(directory, 12_345, -1);
  t.throws(() => ownDirectory(registry, "runs"), { code: "noperm", message: /it belongs to uid 12345, not to you/ });
  t.equal(ownerOf(directory), 12_345);
});

t.test("users have directories of their own, and cannot make another's", async (t) => {
  const lab = people(t);
  if (!lab) return;
  const registry = smallRegistry(t);
  const hers = path.join(registry.base, "runs", lab.alice);
  t.match(answer("open", [registry.base], { as: lab.alice }), { value: { user: lab.alice, founder: 0 } });
  t.match(answer("own", [registry.base], { as: lab.alice, umask: 0o077 }), { value: hers });
  t.equal(modeOf(hers), "755");
  fs.rmdirSync(hers);
  t.match(answer("makeDirectory", [hers, 0o755], { as: lab.bob }), { value: "made" }, "bob comes first");
  t.match(answer("own", [registry.base], { as: lab.alice }), {
    code: "noperm",
    message: /belongs to uid \d+, not to you/,
  });
});
