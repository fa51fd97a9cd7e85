import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { root } from "../support/sandbox.js";

// A simulated file server stands in the place of lib/registry/disk.ts; what goes past it would be tested on the wrong one.
const past: Record<string, string> = {
  "disk.ts": "it is the place that a test takes",
};

t.test("lib/registry reaches files by disk.ts only", async (t) => {
  const directory = path.join(root, "lib/registry");
  const found = fs.readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => {
    if (!name.endsWith(".ts")) return false;
    const text = fs.readFileSync(path.join(directory, name), "utf8");
    return /["'](node:)?fs(\/promises)?["']/.test(text);
  });
  t.strictSame(found.sort(), Object.keys(past).sort(), 'import { fs } from "./disk.js"');
});

t.test("and keeps none of its functions", async (t) => {
  const directory = path.join(root, "lib/registry");
  for (const name of fs.readdirSync(directory).filter((name) => name.endsWith(".ts") && name !== "disk.ts")) {
    const text = fs.readFileSync(path.join(directory, name), "utf8");
    t.notMatch(text, /(?<![\w.])(=|\() *fs(\.\w+Sync)?[;,)]|\{[^}]*\} = fs;/, name);
  }
});
