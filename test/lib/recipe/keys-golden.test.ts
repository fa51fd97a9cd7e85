// Keys that are out in the world: a change of any means that what has been computed is not found, or that something else
// is. It takes a new keyVersion. Then LAB_GOLDEN=write writes them anew; without one it only fills in what is new.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { cacheKey, keyVersion } from "../../../lib/recipe/key.js";
import type { Run } from "../../../lib/record/run.js";
import { root } from "../../support/sandbox.js";
import { planned } from "./recipes.js";

const file = path.join(root, "test/lib/recipe/keys.golden.json");
const golden = JSON.parse(fs.readFileSync(file, "utf8")) as {
  version: string;
  keys: Record<string, { recipe: string[]; key: string }>;
};

const digest = (text: string) => `sha256:${crypto.createHash("sha256").update(text).digest("hex")}`;

/** The run as it is resolved in a world in which every digest is that of a word. */
async function keyOf(dir: string, recipe: string): Promise<string> {
  const run = await planned(dir, recipe);
  const inputs = Object.fromEntries(Object.entries(run.inputs).map(([role, input]) => [role, known(role, input)]));
  const source = { ...run.source, digest: digest("tree"), paths_digest: digest("paths") };
  return cacheKey({ ...run, inputs, source }).digest;
}

function known(role: string, input: Run["inputs"][string]): Run["inputs"][string] {
  if (input.type === "external") return { ...input, recorded: { kind: "file", digest: digest(role) } };
  if (input.artifact === "outside") return { ...input, digest: digest("outside") };
  const [, step] = input.artifact.split("@");
  const maker = { run: "20261120-201455-aaaaaa", role: "model", key: digest("maker"), epoch: "1" };
  return { ...input, ...maker, ...(step === undefined ? {} : { step: Number(step) }) };
}

t.test("keys are what they were", async (t) => {
  const now: typeof golden = { version: keyVersion, keys: {} };
  for (const [name, { recipe }] of Object.entries(golden.keys))
    now.keys[name] = { recipe, key: await keyOf(t.testdir(), `${recipe.join("\n")}\n`) };
  if (process.env["LAB_GOLDEN"] === "write") {
    for (const [name, { key }] of Object.entries(golden.keys))
      if (golden.version === keyVersion && key !== "" && now.keys[name]) now.keys[name].key = key;
    fs.writeFileSync(file, `${JSON.stringify(now, undefined, 2)}\n`);
  }
  const kept = JSON.parse(fs.readFileSync(file, "utf8")) as typeof golden;
  for (const [name, { recipe }] of Object.entries(kept.keys))
    t.equal(await keyOf(t.testdir(), `${recipe.join("\n")}\n`), kept.keys[name]?.key, name);
  t.equal(kept.version, keyVersion);
});

t.test("and each is another, but for what does not count", async (t) => {
  const { "all that does not count": same, "the least a recipe can say": least, ...others } = golden.keys;
  t.equal(same?.key, least?.key);
  const all = [least, ...Object.values(others)].map((one) => one?.key);
  t.equal(new Set(all).size, all.length);
  t.ok(all.length >= 25);
});

t.test("the digest can be made by hand", async (t) => {
  const least = `{"args":{},"command":["true"],"env":{},"environment":{},"floats":[],"inputs":{},"key":"lab-key/1","outputs":{},"params":{},"pass":[],"source":"${digest("tree")}","topology":{"gpus":0,"nodes":1},"workdir":"."}`;
  t.equal(golden.keys["the least a recipe can say"]?.key, digest(least));
});

t.test("objects are written as RFC 8785 does it", async (t) => {
  const run = await planned(t.testdir(), 'name = "a"\ncommand = ["true"]\n');
  const source = { ...run.source, digest: digest("tree") };
  // Section 3.2.2 and 3.2.3 of the RFC: numbers as ECMAScript writes them, keys sorted by UTF-16 units.
  const params = {
    numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\u002f",
    literals: [true, false],
    "\u20ac": 1,
    "\r": 2,
    "\ufb33": 3,
    "1": 4,
    "\ud83d\ude00": 5,
    "\u0080": 6,
    "\u00f6": 7,
  };
  const written =
    String.raw`{"\r":2,"1":4,"literals":[true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/","` +
    `\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}`;
  const least = `{"args":{},"command":["true"],"env":{},"environment":{},"floats":[],"inputs":{},"key":"lab-key/1","outputs":{},"params":${written},"pass":[],"source":"${digest("tree")}","topology":{"gpus":0,"nodes":1},"workdir":"."}`;
  t.equal(cacheKey({ ...run, source, params }).digest, digest(least));
});
