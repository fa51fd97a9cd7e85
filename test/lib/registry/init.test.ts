import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { initRegistry, initUser } from "../../../lib/registry/init.js";
import { fanOut, otherAreas, registryFile, userAreas } from "../../../lib/registry/layout.js";
import { onWrite } from "../../../lib/registry/write.js";
import { answer, child, isRoot, modeOf, people, place, possible, uid, user } from "./support.js";

t.setTimeout(300_000);
t.afterEach(() => onWrite(undefined));

const now = Date.parse("2026-11-20T12:00:00Z");
const areas = [...userAreas, ...otherAreas];
const all = [...areas, ...["claims", "aliases"].flatMap((area) => fanOut().map((part) => `${area}/${part}`))];

/** Every directory that there must be, each with its mode. */
function checkWhole(
  t: Pick<Test, "same" | "equal">,
  base: string,
  modes: { base: string; shared: string; file: string },
  what = "",
): void {
  t.equal(modeOf(base), modes.base, `${what} base`);
  t.same(
    all.filter((name) => modeOf(path.join(base, name)) !== modes.shared),
    [],
    `${what} modes`,
  );
  t.same(fs.readdirSync(base).sort(), ["REGISTRY.json", ...areas.filter((area) => !area.includes("/"))].sort(), what);
  t.equal(modeOf(registryFile(base)), modes.file, what);
}

const open = { base: "755", shared: "1777", file: "644" };

t.test("an open registry: sticky directories for all, by one founder", async (t) => {
  const base = path.join(place(t), "deep/er/registry");
  const before = process.umask(0o077);
  t.teardown(() => process.umask(before));
  const { registry, made } = initRegistry({ base, uid, now });
  process.umask(before);
  checkWhole(t, base, open);
  t.equal(made.length, 1 + all.length);
  t.match(registry, { base, founder: uid, user });
  const record = JSON.parse(fs.readFileSync(registryFile(base), "utf8"));
  t.match(record, {
    format: "lab-registry",
    version: 1,
    founder: uid,
    created_at: "2026-11-20T12:00:00.000Z",
    id: /^[0-9a-f-]{36}$/,
  });
  t.notOk("shared_group" in record);
  const again = initRegistry({ base, uid, now: now + 1 });
  t.same(again.made, [], "made once");
  t.equal(again.registry.id, registry.id);
  initUser(registry);
  initUser(registry);
  t.same(
    userAreas.filter((area) => modeOf(path.join(base, area, user)) !== "755"),
    [],
  );
});

t.test("interrupted anywhere, it is completed by the next call, and does not exist before", async (t) => {
  const parent = place(t);
  const total = 1 + all.length + 2;
  const stops = [1, 2, 9, 21, 22, 23, 300, total - 1, total];
  for (const stop of stops) {
    const base = path.join(parent, String(stop));
    let writes = 0;
    onWrite(() => {
      writes += 1;
      if (writes === stop) throw new Error("interrupted");
    });
    t.throws(() => initRegistry({ base, uid, now }), { message: "interrupted" }, `at write ${stop}`);
    t.notOk(fs.existsSync(registryFile(base)), "REGISTRY.json comes last");
    onWrite(undefined);
    initRegistry({ base, uid, now });
    checkWhole(t, base, open, `after write ${stop}:`);
    fs.rmSync(base, { recursive: true });
  }
});

t.test("killed, it is completed too", async (t) => {
  const base = path.join(place(t), "registry");
  t.equal(child("init", [{ base }], { killAt: 9, umask: 0o077 }).signal, "SIGKILL");
  t.equal(child("init", [{ base }], { killAt: 200 }).signal, "SIGKILL");
  t.equal(
    child("init", [{ base }], { killAt: 1 + all.length + 2 }).signal,
    "SIGKILL",
    "right before REGISTRY.json is linked",
  );
  t.ok(fs.readdirSync(base).some((name) => name.startsWith(".tmp-")));
  t.match(answer("init", [{ base }]), { value: 0 });
  t.same(
    all.filter((name) => modeOf(path.join(base, name)) !== "1777"),
    [],
  );
});

t.test("what is somebody's data is left alone", async (t) => {
  const parent = place(t);
  const foreign = (name: string, make: (base: string) => void) => {
    const base = path.join(parent, name);
    fs.mkdirSync(base, { mode: 0o700 });
    fs.chmodSync(base, 0o700);
    make(base);
    const before = fs.readdirSync(base, { recursive: true }).sort();
    t.throws(
      () => initRegistry({ base, uid, now }),
      { code: "cantcreat", message: /^cannot make a registry in '.*': it already holds '/, hint: /empty or a new/ },
      name,
    );
    t.same(fs.readdirSync(base, { recursive: true }).sort(), before, "nothing was made");
    t.equal(modeOf(base), "700", "nor opened to others");
  };
  foreign("file", (base) => fs.writeFileSync(path.join(base, "thesis.tex"), ""));
  foreign("runs", (base) => fs.mkdirSync(path.join(base, "runs/tensorboard"), { recursive: true }));
  foreign("events", (base) => {
    fs.mkdirSync(path.join(base, "events"));
    fs.writeFileSync(path.join(base, "events/out.tfevents"), "");
  });
  foreign("claims", (base) => fs.mkdirSync(path.join(base, "claims/other"), { recursive: true }));
});

t.test("a link, a file, or another's directory is no place for one", async (t) => {
  const parent = place(t);
  fs.mkdirSync(path.join(parent, "real"));
  fs.symlinkSync("real", path.join(parent, "link"));
  fs.writeFileSync(path.join(parent, "file"), "");
  for (const name of ["link", "file"])
    t.throws(
      () => initRegistry({ base: path.join(parent, name), uid, now }),
      { code: "noperm", message: /not a directory/ },
      name,
    );
  t.same(fs.readdirSync(path.join(parent, "real")), []);
  t.throws(() => initRegistry({ base: path.join(parent, "file/below"), uid, now }), {
    message: /^cannot make the directory '/,
  });
  if (!possible(t, isRoot, "another's directory (chown needs root)")) return;
  fs.chownSync(path.join(parent, "real"), 12_345, -1);
  t.throws(() => initRegistry({ base: path.join(parent, "real"), uid, now }), {
    code: "noperm",
    message: /belongs to uid 12345/,
  });
  t.same(fs.readdirSync(path.join(parent, "real")), []);
});

t.test("an area that another put there meanwhile stops it", async (t) => {
  if (!possible(t, isRoot, "another's area (chown needs root)")) return;
  const base = path.join(place(t), "registry");
  fs.mkdirSync(path.join(base, "claims"), { recursive: true });
  fs.chownSync(path.join(base, "claims"), 12_345, -1);
  t.throws(() => initRegistry({ base, uid, now }), { code: "noperm", message: /claims': it belongs to uid 12345/ });
  t.notOk(fs.existsSync(registryFile(base)));
});

t.test("a newer registry, or no registry, is not touched", async (t) => {
  const base = place(t);
  fs.chmodSync(base, 0o700);
  for (const [text, code] of [
    [JSON.stringify({ format: "lab-registry", version: 2 }), "dataerr"],
    ["{}", "config"],
  ] as const) {
    fs.writeFileSync(registryFile(base), text);
    t.throws(() => initRegistry({ base, uid, now }), { code });
    t.same(fs.readdirSync(base), ["REGISTRY.json"]);
    t.equal(modeOf(base), "700");
  }
});

t.test("a registry of a group: setgid, sticky, closed to all others, whoever starts it again", async (t) => {
  if (!possible(t, isRoot, "a registry of another group (chgrp needs root, or a member)")) return;
  const base = path.join(place(t), "registry");
  const group = { gid: 12_346, name: "lab" };
  const { registry } = initRegistry({ base, uid, now, group });
  checkWhole(t, base, { base: "2750", shared: "3770", file: "640" });
  t.same(
    ["", ...all, "REGISTRY.json"].filter((name) => fs.lstatSync(path.join(base, name)).gid !== 12_346),
    [],
  );
  t.match(registry.modes, { directory: 0o2750, file: 0o640 });
  for (const other of [undefined, { gid: 12_347, name: "other" }]) {
    const asked = { base, uid, now, ...(other ? { group: other } : {}) };
    t.throws(() => initRegistry(asked), { code: "config", message: /it belongs to the group lab$/ });
  }
  checkWhole(t, base, { base: "2750", shared: "3770", file: "640" }, "afterwards:");
  const openBase = path.join(place(t), "registry");
  initRegistry({ base: openBase, uid, now });
  t.throws(() => initRegistry({ base: openBase, uid, now, group }), { code: "config", message: /it is open to all$/ });
  checkWhole(t, openBase, open, "the open one:");
});

t.test("made by a member of the lab, used by the others, closed to strangers", async (t) => {
  const lab = people(t);
  if (!lab) return;
  const parent = place(t);
  fs.chmodSync(parent, 0o1777);
  const base = path.join(parent, "registry");
  const group = { gid: lab.gid, name: "lab-research" };
  t.match(answer("init", [{ base, group }], { as: lab.alice, umask: 0o077 }), { value: 1 + all.length });
  t.equal(modeOf(path.join(base, "claims/ff")), "3770");
  t.equal(fs.lstatSync(path.join(base, "runs")).gid, lab.gid);
  t.match(answer("own", [base], { as: lab.bob }), { value: `${base}/runs/${lab.bob}` });
  const his = fs.lstatSync(path.join(base, "runs", lab.bob));
  t.equal(his.gid, lab.gid, "so that the lab can read it");
  t.match(answer("init", [{ base, group }], { as: lab.bob }), {
    code: "noperm",
    message: /belongs to uid \d+, not to you/,
  });
  t.match(answer("open", [base], { as: "nobody" }), { code: "noperm" });
  t.match(answer("makeDirectory", [path.join(base, "claims/zz"), 0o755], { as: "nobody" }), { code: "noperm" });
});

t.test("a group that one is no member of", async (t) => {
  const lab = people(t);
  if (!lab) return;
  const parent = place(t);
  fs.chmodSync(parent, 0o1777);
  const base = path.join(parent, "registry");
  const given = answer("init", [{ base, group: { gid: 0, name: "root" } }], { as: lab.alice });
  t.match(given, {
    code: "noperm",
    message: `cannot give '${base}' to the group: operation not permitted`,
    hint: /member of the group/,
  });
  t.notOk(fs.existsSync(base), "nothing stays");
});
