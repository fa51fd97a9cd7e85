import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { statFingerprint } from "../../../../lib/record/fingerprint.js";
import { surveyed } from "../../../../lib/verb/fetch/survey.js";

const format = "%y\\0%s\\0%Ts\\0%P\\0%l\\0";
const list = (...entries: string[][]) => Buffer.from(`${[["d", "0", "0", "", ""], ...entries].flat().join("\0")}\0`);

t.test("what find lists has the fingerprint of what is there", async (t) => {
  const dir = t.testdir({ a: "1", "sub dir": { "it's": "22", link: t.fixture("symlink", "../a") } });
  fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0xe4, 0x62])]), "no UTF-8");
  for (const place of [dir, path.join(dir, "a")])
    t.strictSame(surveyed(execFileSync("find", ["-H", place, "-printf", format]), place), statFingerprint(place));
});

t.test("what would lead out of it is refused", async (t) => {
  const link = (name: string, target: string) => () => surveyed(list(["l", "3", "0", name, target]), "/x");
  for (const [name, target] of [
    ["a", "/etc/passwd"],
    ["a", ".."],
    ["a", "../b"],
    ["s/a", "../../b"],
    ["s/a", ".././../b"],
    ["a", "s/../../b"],
    ["a", "s/../b"],
    ["a", ""],
    ["a", "b\nc"],
  ] as const)
    t.throws(link(name, target), { code: "dataerr", message: /leads out of it/ }, `${name} -> ${target}`);
  for (const [name, target] of [
    ["a", "b"],
    ["s/a", "../b"],
    ["s/a", "./..//b/c"],
    ["a", "..b"],
    ["a", "."],
  ] as const)
    t.doesNotThrow(link(name, target), `${name} -> ${target}`);
  for (const name of ["../a", "a/../../b", "/etc/passwd", "a\nb", "a//b", "", "a\u001bb"])
    t.throws(() => surveyed(list(["f", "1", "0", name, ""]), "/x"), { code: "dataerr" }, JSON.stringify(name));
});

t.test("half a list is none, and a device is nothing to copy", async (t) => {
  t.throws(() => surveyed(Buffer.from("d\x000\x000\0"), "/x"), { message: /cannot read what is at/ });
  t.throws(() => surveyed(Buffer.from("c\x000\x000\0\0\0"), "/dev/x"), { message: /is no file there/ });
  t.equal(surveyed(list(["p", "0", "0", "fifo", ""]), "/x").files, 0);
});
