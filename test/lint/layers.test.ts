// The arrows between the layers: biome's rule fails on every import against them, and lets the others be.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { root } from "../support/sandbox.js";

// Which layers of lib/ each may import; design: bin -> lib, and recipe, registry, source, scheduler, job, graph do not know each other.
const may: Record<string, readonly string[] | "all"> = {
  record: [],
  toml: ["record"],
  config: ["record", "toml"],
  recipe: ["record", "toml"],
  registry: ["record"],
  source: ["record"],
  scheduler: ["record"],
  job: ["record"],
  graph: ["record"],
  serve: ["record"],
  where: ["record"],
  // Types only: the test of types below.
  web: ["record", "serve", "graph"],
  pass: ["record", "registry", "scheduler"],
  command: [
    "record",
    "toml",
    "config",
    "recipe",
    "registry",
    "source",
    "scheduler",
    "job",
    "graph",
    "serve",
    "where",
    "pass",
  ],
  verb: [
    "record",
    "toml",
    "config",
    "recipe",
    "registry",
    "source",
    "scheduler",
    "job",
    "graph",
    "serve",
    "where",
    "pass",
    "command",
  ],
};
const layers = Object.keys(may);
const allowed = (from: string, to: string) => from === to || may[from] === "all" || (may[from] ?? []).includes(to);

interface Arrow {
  file: string;
  from: string;
  to: string;
  good: boolean;
}

/** A tree of files of one import each: static and dynamic, from the layer's directory and from one below it. */
function tree(directory: string): Arrow[] {
  const arrows: Arrow[] = [];
  const add = (from: string, to: string, file: string, specifier: string, good: boolean) => {
    const statically = file.replace(".ts", "-static.ts");
    const lazily = file.replace(".ts", "-dynamic.ts");
    fs.mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    fs.writeFileSync(path.join(directory, statically), `import { x } from "${specifier}";\n\nexport const y = x;\n`);
    fs.writeFileSync(path.join(directory, lazily), `export const y = () => import("${specifier}");\n`);
    arrows.push({ file: statically, from, to, good }, { file: lazily, from, to, good });
  };
  for (const from of layers) {
    for (const to of layers) {
      add(from, to, `lib/${from}/to-${to}.ts`, from === to ? "./x.js" : `../${to}/x.js`, allowed(from, to));
      add(from, to, `lib/${from}/deep/to-${to}.ts`, from === to ? "../x.js" : `../../${to}/x.js`, allowed(from, to));
    }
    for (const to of ["build", "bin"])
      add(from, to, `lib/${from}/to-${to}.ts`, to === "bin" ? "../../bin/lab-x.js" : "../build/x.js", false);
  }
  for (const to of layers) add("bin", to, `bin/to-${to}.ts`, `../lib/${to}/x.js`, true);
  add("bin", "bin", "bin/to-bin.ts", "./lab-ls.js", false);
  return arrows;
}

t.test("every layer of lib/ has its arrows here", async (t) => {
  const there = fs.readdirSync(path.join(root, "lib"));
  t.strictSame(there.filter((name) => name !== "build").sort(), layers.slice().sort());
});

t.test("the lint rule fails on each forbidden arrow, and only on those", async (t) => {
  const directory = t.testdir();
  const arrows = tree(directory);
  const config = JSON.parse(fs.readFileSync(path.join(root, "biome.json"), "utf8"));
  config.vcs = { enabled: false };
  delete config.$schema;
  config.root = true;
  fs.writeFileSync(path.join(directory, "biome.json"), JSON.stringify(config));
  const biome = path.join(root, "node_modules/.bin/biome");
  const { stdout, stderr } = spawnSync(
    biome,
    ["lint", "--only=style/noRestrictedImports", "--max-diagnostics=none", "--reporter=json", "."],
    { cwd: directory, encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  const { diagnostics } = JSON.parse(stdout || `{"diagnostics":[{"${stderr}":0}]}`) as {
    diagnostics: { category: string; location: { path: string | { file: string } } }[];
  };
  const refused = new Set(
    diagnostics.map(({ category, location }) => {
      t.equal(category, "lint/style/noRestrictedImports");
      return typeof location.path === "string" ? location.path : location.path.file;
    }),
  );
  t.ok(arrows.length > 400);
  for (const { file, from, to, good } of arrows)
    t.equal(refused.has(file), !good, `${file}: ${from} ${good ? "may" : "must not"} import ${to}`);
});

t.test("and the tree has none", async (t) => {
  const found: string[] = [];
  for (const from of [...layers, "../bin"]) {
    for (const name of fs.readdirSync(path.join(root, "lib", from), { recursive: true, encoding: "utf8" })) {
      if (!/\.tsx?$/.test(name)) continue;
      const file = path.join(root, "lib", from, name);
      for (const [, specifier = ""] of fs.readFileSync(file, "utf8").matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)) {
        const [top, to = ""] = path.relative(root, path.resolve(path.dirname(file), specifier)).split(path.sep);
        const good = from === "../bin" ? top === "lib" && to !== "build" : top === "lib" && allowed(from, to);
        if (!good) found.push(`${path.relative(root, file)} imports ${specifier}`);
      }
    }
  }
  t.strictSame(found, []);
});

t.test("the page takes types of the others, and code of lib/graph and of what a path is alone", async (t) => {
  const directory = path.join(root, "lib/web");
  const found: string[] = [];
  for (const name of fs.readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    if (!/\.tsx?$/.test(name)) continue;
    const file = path.join(directory, name);
    for (const [all, kind = "", specifier = ""] of fs
      .readFileSync(file, "utf8")
      .matchAll(/\b(import type|import|export)\b[^;]*?(?:from |\()"(\.[^"]+)"/g)) {
      const place = path.relative(directory, path.resolve(path.dirname(file), specifier));
      const outside = place.startsWith("..") && !/^\.\.\/(graph\/|record\/path-pattern\.js$)/.test(place);
      if (outside && kind !== "import type") found.push(`${name}: ${all}`);
    }
  }
  t.strictSame(found, []);
});
