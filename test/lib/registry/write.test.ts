import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import {
  append,
  makeDirectory,
  mark,
  onWrite,
  recordText,
  replace,
  unmark,
  writeOnce,
} from "../../../lib/registry/write.js";
import { answer, atOnce, child, isRoot, modeOf, namesIn, people, place, possible } from "./support.js";

t.setTimeout(300_000);
t.afterEach(() => onWrite(undefined));

t.test("of 64 processes that link one name exactly one makes it, and all others find it whole", async (t) => {
  const directory = place(t);
  const file = path.join(directory, "claim.json");
  const answers = await atOnce(Array.from({ length: 64 }, (_, i) => ["writeOnce", [file, `{"by":${i}}\n`]]));
  const made = answers.flatMap((answer, i) => ("value" in answer && answer.value === "made" ? [i] : []));
  t.equal(made.length, 1);
  t.equal(answers.filter((answer) => "value" in answer && answer.value === "exists").length, 63);
  t.equal(fs.readFileSync(file, "utf8"), `{"by":${made[0]}}\n`);
  t.same(fs.readdirSync(directory), ["claim.json"], "no temp file stays");
});

t.test("what is there stays", async (t) => {
  const file = path.join(place(t), "x.json");
  t.equal(writeOnce(file, "first"), "made");
  t.equal(writeOnce(file, "second"), "exists");
  t.equal(fs.readFileSync(file, "utf8"), "first");
  t.equal(fs.lstatSync(file).nlink, 1);
});

t.test("a server that repeats our link says EEXIST: ours is ours all the same", async (t) => {
  const directory = place(t);
  const file = path.join(directory, "x.json");
  onWrite((step) => {
    if (step !== "link") return;
    const [temp] = fs.readdirSync(directory);
    fs.linkSync(path.join(directory, temp ?? ""), file);
  });
  t.equal(writeOnce(file, "ours"), "made");
  t.same(fs.readdirSync(directory), ["x.json"]);
  onWrite((step) => {
    if (step === "link") fs.writeFileSync(path.join(directory, "y.json"), "ours");
  });
  t.equal(writeOnce(path.join(directory, "y.json"), "ours"), "exists", "the same text by another is another's");
});

t.test("bytes and modes are exactly as asked, whatever the umask", async (t) => {
  const directory = place(t);
  const before = process.umask();
  t.teardown(() => process.umask(before));
  for (const umask of [0, 0o022, 0o077, 0o777]) {
    process.umask(umask);
    const at = (name: string) => path.join(directory, `${name}-${umask.toString(8)}`);
    const bytes = new Uint8Array([0, 255, 10, 13]);
    writeOnce(at("once"), bytes);
    writeOnce(at("script"), "x", 0o750);
    replace(at("replaced"), "x", 0o600);
    append(at("log"), "x", 0o644);
    mark(at("marker"));
    makeDirectory(at("closed"), 0o2750);
    makeDirectory(at("open"), 0o1777);
    process.umask(before);
    t.same(fs.readFileSync(at("once")), Buffer.from(bytes));
    const modes = ["once", "script", "replaced", "log", "marker", "closed", "open"].map((name) => modeOf(at(name)));
    t.same(modes, ["640", "750", "600", "644", "640", "2750", "1777"], `umask ${umask.toString(8)}`);
  }
});

t.test("a reader of what is being replaced sees one version or the other, whole", async (t) => {
  const file = path.join(place(t), "scheduler.json");
  replace(file, "{}");
  let over = false;
  const writing = atOnce([["replaceOften", [file, 150]]]).finally(() => {
    over = true;
  });
  const seen = new Set<unknown>();
  while (!over) {
    const { i, filler = "" } = JSON.parse(fs.readFileSync(file, "utf8"));
    if (i !== undefined && filler.length !== 20_000) t.fail("half a file");
    seen.add(i);
    await new Promise(setImmediate);
  }
  t.same(await writing, [{ value: null }]);
  t.ok(seen.size > 1, "it looked while it was replaced");
});

t.test(
  "killed before any of its writes, a writer leaves the old file or the new one, and nothing half-written",
  async (t) => {
    const directory = place(t);
    const file = path.join(directory, "fact.json");
    const text = `${"x".repeat(50_000)}\n`;
    for (const killAt of [1, 2]) {
      t.equal(child("writeOnce", [file, text], { killAt }).signal, "SIGKILL");
      t.same(namesIn(directory), [], `write once, killed before write ${killAt}`);
    }
    fs.writeFileSync(file, "old");
    for (const killAt of [1, 2]) {
      t.equal(child("replace", [file, text], { killAt }).signal, "SIGKILL");
      t.equal(fs.readFileSync(file, "utf8"), "old", `replace, killed before write ${killAt}`);
    }
    for (const [act, name] of [
      ["append", "log"],
      ["mark", "marker"],
      ["makeDirectory", "sub"],
    ] as const) {
      const args = act === "append" ? [path.join(directory, name), "line"] : [path.join(directory, name), 0o750];
      t.equal(child(act, args, { killAt: 1 }).signal, "SIGKILL");
      t.notOk(fs.existsSync(path.join(directory, name)), act);
    }
    t.match(answer("replace", [file, text]), { value: null });
    t.match(
      answer("writeOnce", [path.join(directory, "other.json"), text]),
      { value: "made" },
      "what was left is in nobody's way",
    );
  },
);

t.test("a full disk", async (t) => {
  if (!possible(t, isRoot, "a full disk (a small tmpfs needs root)")) return;
  const directory = place(t);
  const mount = `mount -t tmpfs -o size=64k tmpfs '${directory}'`;
  const full = {
    code: "ioerr",
    message: /^cannot (write|append to) '.*': (no space left on the device|the line was cut short)$/,
    hint: /df -h/,
  };
  const { value } = answer("writeWhereFull", [directory], { mount }) as {
    value: { faults: object[]; names: string[]; kept: string };
  };
  t.match(value.faults, [full, full, full]);
  t.same(value.names, ["filler", "kept.json", "log"], "neither half a file nor a temp file stays");
  t.equal(value.kept, '{"old":1}\n', "what was to be replaced is as it was");
});

t.test("a file system that is mounted read-only", async (t) => {
  if (!possible(t, isRoot, "a read-only file system (mounting needs root)")) return;
  const directory = place(t);
  fs.writeFileSync(path.join(directory, "old.json"), "old\n");
  const mount = `mount --bind '${directory}' '${directory}' && mount -o remount,ro,bind '${directory}'`;
  const { value } = answer("writeWhereReadOnly", [directory], { mount }) as { value: object[] };
  t.equal(value.length, 6);
  for (const fault of value) t.match(fault, { code: "cantcreat", message: /read-only file system$/ });
  t.same(fs.readdirSync(directory), ["old.json"]);
});

t.test("where one may not write", async (t) => {
  const lab = people(t);
  if (!lab) return;
  const directory = place(t);
  fs.writeFileSync(path.join(directory, "old.json"), "old\n");
  const { value } = answer("writeWhereReadOnly", [directory], { as: lab.alice }) as { value: object[] };
  t.equal(value.length, 6);
  for (const fault of value) t.match(fault, { code: "noperm", message: /permission denied$/ });
});

t.test("where there is no directory, or no such name", async (t) => {
  const directory = place(t);
  fs.writeFileSync(path.join(directory, "file"), "");
  t.throws(() => writeOnce(path.join(directory, "no/x"), ""), {
    code: "noinput",
    message: /cannot write '.*no\/x': no such file/,
  });
  t.throws(() => writeOnce(path.join(directory, "file/x"), ""), { code: "noinput" });
  t.throws(() => writeOnce(path.join(directory, "x".repeat(300)), ""), {
    code: "cantcreat",
    message: /name is too long/,
  });
  t.throws(() => replace(path.join(directory, "no/x"), ""), { code: "noinput" });
  t.throws(() => append(path.join(directory, "no/x"), ""), { code: "noinput" });
  t.throws(() => makeDirectory(path.join(directory, "no/x")), { code: "noinput" });
  t.throws(() => mark(path.join(directory, "no/x")), { code: "noinput" });
  t.same(fs.readdirSync(directory), ["file"]);
});

t.test("in the place of a file a link, a directory, a pipe or a device", async (t) => {
  const directory = place(t);
  const at = (name: string) => path.join(directory, name);
  fs.writeFileSync(at("secret"), "secret\n");
  fs.symlinkSync("secret", at("link"));
  fs.symlinkSync("nowhere", at("dangling"));
  fs.mkdirSync(at("directory"));
  spawnSync("mkfifo", [at("pipe")]);
  for (const name of ["link", "dangling", "directory", "pipe"]) {
    t.equal(writeOnce(at(name), "x"), "exists", name);
    t.equal(mark(at(name)), "exists", name);
    t.equal(makeDirectory(at(name)), "exists", name);
  }
  for (const name of ["link", "dangling"])
    t.throws(() => append(at(name), "x"), { code: "dataerr", message: /symbolic link/ });
  t.throws(() => append(at("directory"), "x"), { code: "dataerr" });
  t.throws(
    () => append(at("pipe"), "x"),
    { code: "dataerr", message: /not a regular file/ },
    "and without waiting for a reader",
  );
  t.throws(() => append("/dev/null", "x"), { code: "dataerr", message: /not a regular file/ });
  t.throws(() => replace(at("directory"), "x"), { code: "dataerr", message: /is a directory/ });
  replace(at("link"), "new");
  t.equal(fs.readFileSync(at("secret"), "utf8"), "secret\n", "a link is replaced, not followed");
  t.ok(fs.lstatSync(at("link")).isFile());
  t.notOk(fs.existsSync(at("nowhere")));
  t.same(
    fs.readdirSync(directory).filter((name) => name.startsWith(".tmp-")),
    [],
  );
});

t.test("lines are appended whole, one after the other", async (t) => {
  const file = path.join(place(t), "log");
  append(file, "one");
  append(file, "two\n");
  append(file, "three\nfour");
  t.equal(fs.readFileSync(file, "utf8"), "one\ntwo\nthree\nfour\n");
  fs.appendFileSync(file, "a killed writer's li");
  append(file, "five");
  t.equal(
    fs.readFileSync(file, "utf8"),
    "one\ntwo\nthree\nfour\na killed writer's li\nfive\n",
    "the next line is not spoiled",
  );
});

t.test("lines of several processes are never mixed", async (t) => {
  const file = path.join(place(t), "log");
  const line = (i: number) => `${i}:#:${String(i).repeat(3000)}`;
  const answers = await atOnce([1, 2, 3, 4].map((i) => ["append", [file, line(i), 200]]));
  t.same(
    answers,
    [1, 2, 3, 4].map(() => ({ value: null })),
  );
  const lines = fs
    .readFileSync(file, "utf8")
    .split("\n")
    .filter((text) => text !== "");
  const expected = [1, 2, 3, 4].flatMap((i) => Array.from({ length: 200 }, (_, n) => line(i).replace("#", String(n))));
  t.same(lines.sort(), expected.sort());
});

t.test("markers come and go", async (t) => {
  const file = path.join(place(t), "marker");
  t.equal(mark(file), "made");
  t.equal(mark(file), "exists");
  unmark(file);
  unmark(file);
  t.notOk(fs.existsSync(file));
  fs.mkdirSync(file);
  t.throws(() => unmark(file), { message: /^cannot remove '/ });
});

t.test("a record's file is JSON that a person can read, and ends in a newline", async (t) => {
  t.equal(recordText({ type: "x", v: 1 }), '{\n  "type": "x",\n  "v": 1\n}\n');
});
