import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { root } from "../support/sandbox.js";

const json = (file: string) => JSON.parse(fs.readFileSync(path.join(root, file), "utf8"));

t.test("a global install brings every page of the manual", async (t) => {
  const pages = fs
    .readdirSync(path.join(root, "man"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.\d$/.test(name));
  t.same([...json("package.json").man].sort(), pages.map((name) => `./man/${name}`).sort());
});

t.test("the lock file names all that npm ci wants, and no host", async (t) => {
  const { packages } = json("package-lock.json") as {
    packages: Record<string, { optionalDependencies?: Record<string, string>; resolved?: string }>;
  };
  for (const [name, { optionalDependencies = {}, resolved }] of Object.entries(packages)) {
    t.equal(resolved, undefined, name);
    for (const optional of Object.keys(optionalDependencies)) {
      t.ok(
        `node_modules/${optional}` in packages || `${name}/node_modules/${optional}` in packages,
        `${optional} of ${name}`,
      );
    }
  }
});
