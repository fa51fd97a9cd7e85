import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { textOf } from "../../../lib/source/text-of.js";
import { temporary } from "./fixture.js";

t.test("a file, and what is none", (t) => {
  const dir = temporary(t);
  fs.writeFileSync(path.join(dir, "f"), Buffer.from([0x61, 0xff, 0x0a]));
  t.equal(textOf(path.join(dir, "f")), "a\xff\n");
  execFileSync("mkfifo", [path.join(dir, "pipe")]);
  for (const none of ["pipe", "none", "."]) t.equal(textOf(path.join(dir, none)), "", none);
  t.end();
});
