// What V8 made of the commands when they were built: it is taken, and where it can't be the commands work all the same.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";
import t from "tap";
import { dist } from "../../support/sandbox.js";

const load = createRequire(import.meta.url)(path.join(dist(), "load.cjs"));

t.test("V8 takes what it made of each file when it was built", async (t) => {
  for (const directory of ["command", "part", "vendor"]) {
    const files = fs.readdirSync(path.join(dist(), directory)).filter((name) => name.endsWith(".cjs"));
    t.not(files.length, 0, directory);
    for (const file of files.map((name) => path.join(dist(), directory, name))) {
      const cachedData = fs.readFileSync(`${file}.v8`);
      const script = new vm.Script(load.wrapped(fs.readFileSync(file, "utf8")), { filename: file, cachedData });
      if (script.cachedDataRejected !== false) t.fail(file);
    }
  }
});

t.test("a file is read once, with or without what V8 made of it, or with what is none", async (t) => {
  const dir = t.testdir({
    part: { "one.cjs": "#!/usr/bin/env node\nexports.all = [require('../part/two.cjs'), require('../part/two.cjs')];" },
  });
  const [one, two] = ["one", "two"].map((name) => path.join(dir, "part", `${name}.cjs`)) as [string, string];
  fs.writeFileSync(two, "exports.name = require('node:path').basename(__filename);");
  fs.writeFileSync(`${two}.v8`, "not of V8");
  const [first, second] = load(one).all;
  t.equal(first.name, "two.cjs");
  t.equal(first, second);
});
