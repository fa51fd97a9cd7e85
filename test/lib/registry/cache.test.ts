import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { cacheDirectory, cachePath, recall, remember } from "../../../lib/registry/cache.js";
import { modeOf, place } from "./support.js";

t.test("each registry has a directory of its own, for nobody else", async (t) => {
  const home = place(t);
  t.equal(cachePath({ id: "r-1" }, {}, home), path.join(home, ".cache/lab/r-1"));
  t.notOk(fs.existsSync(path.join(home, ".cache")), "who only reads makes none");
  const directory = cacheDirectory({ id: "r-1" }, {}, home);
  t.equal(directory, path.join(home, ".cache/lab/r-1"));
  t.equal(modeOf(directory), "700");
  const cache = place(t);
  t.equal(cacheDirectory({ id: "r-1" }, { XDG_CACHE_HOME: cache }, home), path.join(cache, "lab/r-1"));
  for (const given of ["", "relative/cache"])
    t.equal(cacheDirectory({ id: "r-1" }, { XDG_CACHE_HOME: given }, home), directory, "a relative one is none");
});

t.test("what was remembered comes back, of the same form only", async (t) => {
  const file = path.join(place(t), "memory.json");
  t.equal(recall(file, "x/1"), undefined);
  remember(file, "x/1", { a: [1] });
  t.same(recall(file, "x/1"), { a: [1] });
  t.equal(recall(file, "x/2"), undefined);
  t.equal(modeOf(file), "600");
  for (const text of ["", "{", "null", "7", '"x/1"', "[]", '{"form":"x/1"}']) {
    fs.writeFileSync(file, text);
    t.equal(recall(file, "x/1"), undefined, text);
  }
  remember(file, "x/1", 7);
  t.equal(recall(file, "x/1"), 7);
  t.same(fs.readdirSync(path.dirname(file)), ["memory.json"]);
});

t.test("where nothing can be remembered, nothing fails", async (t) => {
  const home = place(t);
  fs.writeFileSync(path.join(home, ".cache"), "");
  const directory = cacheDirectory({ id: "r-1" }, {}, home);
  remember(path.join(directory, "memory.json"), "x/1", 7);
  t.equal(recall(path.join(directory, "memory.json"), "x/1"), undefined);
  const file = path.join(place(t), "memory.json");
  fs.mkdirSync(file);
  remember(file, "x/1", 7);
  t.equal(recall(file, "x/1"), undefined);
  t.same(fs.readdirSync(path.dirname(file)), ["memory.json"], "and nothing is left");
});
