import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { isFault } from "../../../lib/record/fault.js";
import { awaited, renewPatience } from "../../../lib/registry/awaited.js";
import { useDisk } from "../../../lib/registry/disk.js";
import { readText } from "../../../lib/registry/read.js";
import { place } from "./support.js";

t.afterEach(() => {
  useDisk();
  renewPatience();
});

/** The real file system, in which nobody really waits: gives what was slept in all (milliseconds). */
function clock(more: object = {}): () => number {
  let slept = 0;
  useDisk({ fs: { ...fs, ...more }, sleep: (ms) => (slept += ms) });
  return () => slept;
}

t.test("what is there is not waited for, and what is not listed is not there", async (t) => {
  const slept = clock();
  const file = path.join(place(t), "x.json");
  t.equal(
    awaited(file, () => readText(file)),
    undefined,
  );
  fs.writeFileSync(file, "here");
  t.equal(
    awaited(file, () => readText(file)),
    "here",
  );
  t.equal(slept(), 0);
});

t.test("what is listed and cannot be opened yet is looked for again", async (t) => {
  const slept = clock();
  const file = path.join(place(t), "x.json");
  fs.writeFileSync(file, "here");
  let looks = 0;
  const late = () => {
    looks += 1;
    if (looks < 3) return undefined;
    if (looks < 5) throw Object.assign(new Error("ESTALE"), { code: "ESTALE", syscall: "open" });
    return readText(file);
  };
  const told = () => {
    try {
      return late();
    } catch (cause) {
      throw Object.assign(new Error("stale"), { name: "Fault", code: "unavailable", cause });
    }
  };
  t.equal(awaited(file, told), "here");
  t.ok(slept() > 0 && slept() < 1000, `${slept()} ms`);
});

t.test("for a minute, all in all; then it is to be tried later", async (t) => {
  const slept = clock();
  const file = path.join(place(t), "x.json");
  fs.writeFileSync(file, "here");
  const code = () => {
    try {
      return awaited(file, () => undefined);
    } catch (error) {
      return isFault(error) ? error.code : error;
    }
  };
  t.equal(code(), "tempfail");
  const once = slept();
  t.ok(once >= 60_000 && once < 63_000, `${once} ms`);
  t.equal(code(), "tempfail");
  t.equal(slept(), once, "the second one is not waited for as well");
});

t.test("a stale handle is none at the second look, and one that stays is a fault", async (t) => {
  const file = path.join(place(t), "x.json");
  fs.writeFileSync(file, "here");
  let stale = 2;
  const openSync = (...args: Parameters<typeof fs.openSync>) => {
    stale -= 1;
    if (stale >= 0) throw Object.assign(new Error("ESTALE"), { code: "ESTALE", syscall: "open" });
    return fs.openSync(...args);
  };
  clock({ openSync });
  t.equal(readText(file), "here");
  stale = 9;
  t.throws(() => readText(file), { code: "unavailable" });
});
