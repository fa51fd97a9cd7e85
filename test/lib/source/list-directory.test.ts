import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { listDirectory } from "../../../lib/source/list-directory.js";
import { temporary, write } from "./fixture.js";

t.test("all files, whatever .gitignore says, but nothing of git's", (t) => {
  const root = write(temporary(t), {
    ".gitignore": "*\n",
    a: "1",
    "b/c/d": "2",
    "b/.git/config": "x",
    "w/.git": "gitdir: elsewhere",
    "w/x": "3",
    up: "-> ..",
  });
  fs.writeFileSync(Buffer.from(`${root}/b/\xff`, "latin1"), "");
  fs.mkdirSync(path.join(root, "empty"));
  t.same(listDirectory(root).sort(), [".gitignore", "a", "b/c/d", "b/\xff", "up", "w/x"]);
  t.same(listDirectory(root, (name) => name === "b/c" || name === "w").sort(), [".gitignore", "a", "b/\xff", "up"]);
  t.throws(() => listDirectory(path.join(root, "none")), { code: "noinput", message: /cannot list '.*none'/ });
  t.end();
});
