import fs from "node:fs";
import t from "tap";
import { merged } from "../../../lib/recipe/layers.js";
import { readLayers } from "../../../lib/recipe/read.js";
import { written } from "./recipes.js";

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

t.test("what a recipe extends comes before it, each relative to the file that says so", async (t) => {
  const cwd = written(t.testdir(), {
    "r.toml": `extends = "models/vit.toml"\na = 1`,
    "models/vit.toml": `extends = "../base.toml"\na = 2\nb = 2`,
    "base.toml": "a = 3\nb = 3\nc = 3",
  });
  const layers = await readLayers("r.toml", { cwd, set: ["c=4"] });
  t.strictSame(
    layers.map(({ file, dir, flag }) => [file.path, dir, flag]),
    [
      [`${cwd}/base.toml`, cwd, undefined],
      [`${cwd}/models/vit.toml`, `${cwd}/models`, undefined],
      [`${cwd}/r.toml`, cwd, undefined],
      ["--set c=4", cwd, "--set c=4"],
    ],
  );
  t.strictSame(plain(merged(layers)), { a: 1, b: 2, c: 4 });
});

t.test("circles name the chain", async (t) => {
  const cwd = written(t.testdir(), {
    "a.toml": `\nextends = "b.toml"`,
    "b.toml": `x = 1\nextends = "sub/../a.toml"`,
    "self.toml": `extends = "self.toml"`,
    "sub/x": "",
  });
  await t.rejects(readLayers("a.toml", { cwd }), {
    code: "dataerr",
    message: `${cwd}/b.toml:2:11: extends goes in a circle: ${cwd}/a.toml extends ${cwd}/b.toml extends ${cwd}/a.toml`,
  });
  await t.rejects(readLayers("self.toml", { cwd }), { message: /circle/ });
  fs.symlinkSync(".", `${cwd}/loop`);
  fs.writeFileSync(`${cwd}/l.toml`, `extends = "loop/l.toml"`);
  await t.rejects(readLayers("l.toml", { cwd }), { message: /circle/ });
});

t.test("a base that cannot be read is an error of the file that names it", async (t) => {
  const cwd = written(t.testdir(), {
    "r.toml": `name = "x"\nextends = "none.toml"`,
    "bad.toml": `extends = "broken.toml"`,
    "broken.toml": "a = 1\nb =",
    "number.toml": "extends = 5",
    "dir.toml": `extends = "."`,
  });
  await t.rejects(readLayers("r.toml", { cwd }), {
    code: "dataerr",
    message: `${cwd}/r.toml:2:11: cannot read '${cwd}/none.toml': no such file or directory`,
  });
  await t.rejects(readLayers("bad.toml", { cwd }), { code: "dataerr", message: /broken.toml:2:\d+: / });
  await t.rejects(readLayers("number.toml", { cwd }), {
    code: "dataerr",
    message: /number.toml:1:11: extends is no path/,
  });
  await t.rejects(readLayers("dir.toml", { cwd }), {
    code: "dataerr",
    message: /dir.toml:1:11: cannot read .*: is a directory/,
  });
  await t.rejects(readLayers("none.toml", { cwd }), { code: "noinput" });
  await t.rejects(readLayers("r.toml", { cwd, set: ["x"] }), { message: /none.toml/ });
});
