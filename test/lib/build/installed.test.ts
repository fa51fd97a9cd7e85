import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { root } from "../../support/sandbox.js";

const { isInstalled } = (await import(path.join(root, "lib/build/installed.mjs"))) as {
  isInstalled(root: string): boolean;
};
const one = { version: "1.0.0", integrity: "sha512-one" };
const two = { version: "2.0.0", integrity: "sha512-two", optional: true };
const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages });

t.test("what is installed is what the lock file names", async (t) => {
  const dir = t.testdir({
    "package-lock.json": lock({ "": {}, "node_modules/one": one, "node_modules/two": two }),
    node_modules: { one: {} },
  });
  const installed = (packages: object) => {
    fs.writeFileSync(path.join(dir, "node_modules/.package-lock.json"), lock(packages));
    return isInstalled(dir);
  };
  t.notOk(isInstalled(dir), "npm has noted nothing");
  t.ok(installed({ "node_modules/one": one }), "an optional one may be for other machines");
  t.notOk(installed({}));
  t.notOk(installed({ "node_modules/one": { ...one, version: "1.0.1" } }));
  t.notOk(
    installed({ "node_modules/one": { ...one, integrity: "sha512-other" } }),
    "the same version of something else",
  );
  fs.mkdirSync(path.join(dir, "node_modules/two"));
  t.notOk(installed({ "node_modules/one": one, "node_modules/two": { ...two, version: "1.9.0" } }));
  t.ok(installed({ "node_modules/one": one, "node_modules/two": two }));
  fs.rmdirSync(path.join(dir, "node_modules/one"));
  t.notOk(installed({ "node_modules/one": one, "node_modules/two": two }), "it was removed by hand");
});

t.test("here everything is", async (t) => t.ok(isInstalled(root)));
