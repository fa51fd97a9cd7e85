// What a browser must load before it draws anything is small; the rest is loaded when it is wanted.
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import t from "tap";
import { dist } from "../../support/sandbox.js";

const web = path.join(dist(), "web");
const most_bytes = 100_000;

/** A script and what it imports before it runs. */
function withImports(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = fs.readFileSync(file, "utf8");
  for (const [, to = ""] of text.matchAll(/(?:\bfrom|\bimport)\s*"(\.[^"]+)"/g))
    withImports(path.resolve(path.dirname(file), to), found);
  return found;
}

const compressed = (file: string) => zlib.gzipSync(fs.readFileSync(file)).length;

t.test("the first paint takes less than 100 kB", async (t) => {
  const scripts = [...withImports(path.join(web, "app.js"))];
  t.ok(scripts.length > 1, "app.js is split");
  const sum = [...scripts, path.join(web, "page.css"), path.join(web, "theme.js")].reduce(
    (n, file) => n + compressed(file),
    0,
  );
  t.ok(sum < most_bytes, `${sum} bytes`);
  const page = fs.readFileSync(path.join(web, "page.html"), "utf8");
  for (const script of scripts.slice(1))
    t.match(page, `rel="modulepreload" href="/chunk/${path.basename(script)}"`, "and none of it waits for another");
});

t.test("and no other page needs much more, its charts aside", async (t) => {
  const names = fs.readdirSync(path.join(web, "chunk"));
  t.ok(names.length > 10, "each page is a chunk of its own");
  for (const name of names) t.ok(compressed(path.join(web, "chunk", name)) < most_bytes, name);
});

t.test("nothing comes from elsewhere, and nothing stands in the HTML that the policy forbids", async (t) => {
  const page = fs.readFileSync(path.join(web, "page.html"), "utf8");
  t.notMatch(page, /https?:|<style|style=|<script>|onclick/);
  t.notMatch(fs.readFileSync(path.join(web, "page.css"), "utf8"), /@import|url\(["']?(?!data:)/);
});
