// Builds everything a person installs into dist/: one small CommonJS file per command, the large packages as files
// beside them that are read only where they are used, the sh wrappers, the JSON Schemas and the completions.
// Why this shape: a command starts in the time of a bare Node only if V8 needn't scan what it does not run.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import v8 from "node:v8";
import vm from "node:vm";

const { default: esbuild } = await import("esbuild").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  process.stderr.write(
    "build: cannot build without esbuild (npm ci --include=dev installs what the build needs, also where NODE_ENV is production)\n",
  );
  process.exit(69);
});

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const vendored = ["execa", "globby", "tar-stream", "toml-eslint-parser"];
/** Taken as it is, since it looks for a file beside itself. */
const sqlite = "node-sqlite3-wasm";
const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));

/** Options that commands and tests are bundled with alike. */
export const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  logLevel: "warning",
  loader: { ".sh": "text", ".py": "text" },
  define: { LAB_VERSION: JSON.stringify(version) },
};

const vendorBeside = {
  name: "vendor-beside",
  setup(build) {
    const pattern = new RegExp(`^(${[...vendored, sqlite].join("|")})$`);
    build.onResolve({ filter: pattern }, ({ path: name }) => ({ path: `../vendor/${name}.cjs`, external: true }));
  },
};

/** `await import()` of a file of ours becomes a require of a file beside, and the name is noted. */
const partsBeside = (found) => ({
  name: "parts-beside",
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, ({ kind, path: to, resolveDir }) => {
      if (kind !== "dynamic-import") return undefined;
      const name = path.relative(path.join(root, "lib"), path.resolve(resolveDir, to)).replace(/\.js$/, "");
      found.add(name);
      return { path: `../part/${name.replaceAll("/", "-")}.cjs`, external: true };
    });
  },
});

const lean = {
  ...common,
  absWorkingDir: root,
  format: "cjs",
  // White space goes, names stay for the stack of a bug report.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  supported: { "dynamic-import": false },
  // What is left of ndjson is small, and every command streams: a file of its own would cost more than it saves. Node's own
  // streams are what its old copy was made from.
  alias: { "readable-stream": "node:stream", "json-stringify-safe": path.join(root, "lib/build/stringify.cjs") },
  outExtension: { ".js": ".cjs" },
};

/**
 * Builds and writes; the interop that esbuild wraps around Node's own modules, which copies each of their properties, is
 * replaced by one that inherits them. Says of which sources it is made.
 */
async function buildLean(options) {
  const { outputFiles, metafile } = await esbuild.build({ ...lean, ...options, write: false, metafile: true });
  for (const { path: file, text } of outputFiles) {
    const wrapped = text.replace(/__toESM\((require\("node:[a-z_/]+"\))(?:, ?1)?\)/g, "__builtin($1)");
    const helper = "const __builtin=(m)=>Object.create(m,{default:{value:m}});";
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, wrapped.replace(/^"use strict";/m, `"use strict";${helper}`));
  }
  return { inputs: new Set(Object.keys(metafile.inputs)) };
}

/** Each command as `command/lab-x.cjs`, and what it reads only when it gets there as `part/….cjs`. */
async function buildCommands(out) {
  const found = new Set();
  const plugins = [vendorBeside, partsBeside(found)];
  const names = fs.readdirSync(path.join(root, "bin")).filter((name) => name.endsWith(".ts"));
  await buildLean({
    entryPoints: names.map((name) => ({ in: path.join(root, "bin", name), out: name.replace(/\.ts$/, "") })),
    outdir: path.join(out, "command"),
    plugins,
    footer: { js: "module.exports.default.start();" },
  });
  const built = new Set();
  for (let next = [...found]; next.length > 0; next = [...found].filter((name) => !built.has(name))) {
    for (const name of next) built.add(name);
    const { inputs } = await buildLean({
      entryPoints: next.map((name) => ({ in: path.join(root, "lib", `${name}.ts`), out: name.replaceAll("/", "-") })),
      outdir: path.join(out, "part"),
      plugins,
    });
    // What the harness remembers would be there twice, and each would know half of it.
    if (inputs.has("lib/command/command.ts"))
      throw new Error(`a part has a harness of its own: one of ${next.join(", ")}`);
  }
}

/** What is on PATH: --help and --version are answered at once, the rest is read only when there is work. */
function writeFront(out, name, help) {
  const text = `#!/usr/bin/env node
"use strict";
const start = () => require("../load.cjs")(require("node:path").join(__dirname, "../command/${name}.cjs"));
const say = { "--version": ${JSON.stringify(`${name} (labkit) ${version}\n`)}, "--help": ${JSON.stringify(help)} };
say["-h"] = say["--help"];
if (process.argv.length === 3 && Object.hasOwn(say, process.argv[2])) {
  try {
    require("node:fs").writeSync(1, say[process.argv[2]]);
  } catch {
    start(); // It knows what to say when nobody reads.
  }
} else {
  start();
}
`;
  fs.writeFileSync(path.join(out, "bin", name), text, { mode: 0o755 });
}

/**
 * What V8 makes of each file below a directory, all functions compiled, beside it for load.cjs; stacks then name the
 * files `as` that directory's. V8 takes such a thing only from a process with the same flags, so the flag is back before it
 * is written.
 */
export function compileAhead(below, as) {
  const { wrapped } = createRequire(import.meta.url)("./load.cjs");
  fs.copyFileSync(path.join(root, "lib/build/load.cjs"), path.join(below, "load.cjs"));
  v8.setFlagsFromString("--no-lazy");
  const files = fs.readdirSync(below, { recursive: true }).filter((name) => /\/.*\.cjs$/.test(name));
  const scripts = files.map((name) => {
    const source = wrapped(fs.readFileSync(path.join(below, name), "utf8"));
    return [name, new vm.Script(source, { filename: path.join(as, name) })];
  });
  v8.setFlagsFromString("--lazy");
  for (const [name, script] of scripts) fs.writeFileSync(path.join(below, `${name}.v8`), script.createCachedData());
}

async function buildVendor(out) {
  const from = path.join(root, "node_modules", sqlite, "dist");
  fs.mkdirSync(path.join(out, "vendor"), { recursive: true });
  fs.copyFileSync(path.join(from, `${sqlite}.js`), path.join(out, "vendor", `${sqlite}.cjs`));
  fs.copyFileSync(path.join(from, `${sqlite}.wasm`), path.join(out, "vendor", `${sqlite}.wasm`));
  await Promise.all(
    vendored.map((name) =>
      esbuild.build({
        ...common,
        stdin: { contents: `export * from "${name}"`, resolveDir: root, loader: "js" },
        outfile: path.join(out, "vendor", `${name}.cjs`),
        format: "cjs",
        minify: true,
      }),
    ),
  );
}

/**
 * What lab-serve gives to browsers: app.js, the chunks that it loads (their names change with their content, so that they may be
 * kept for ever), one style sheet. page.html names at once what app.js will ask for.
 */
async function buildWeb(out) {
  const from = (name) => path.join(root, "lib/web", name);
  const { metafile } = await esbuild.build({
    entryPoints: { app: from("app.tsx"), page: from("css/page.css"), theme: from("theme.ts") },
    outdir: path.join(out, "web"),
    chunkNames: "chunk/[name]-[hash]",
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    absWorkingDir: root,
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "preact",
    target: ["chrome123", "firefox120", "safari17.5"],
    logLevel: "warning",
  });
  const [, app] = Object.entries(metafile.outputs).find(([name]) => name.endsWith("web/app.js"));
  const soon = app.imports
    .filter(({ kind }) => kind === "import-statement")
    .map(({ path: name }) => path.basename(name));
  const links = soon.map((name) => `    <link rel="modulepreload" href="/chunk/${name}" />\n`);
  const page = fs.readFileSync(from("page.html"), "utf8").replace("  </head>", `${links.join("")}  </head>`);
  fs.writeFileSync(path.join(out, "web/page.html"), page);
  fs.copyFileSync(from("favicon.svg"), path.join(out, "web/favicon.svg"));
}

/** What lab-new shows, and makes projects of. */
function copyExamples(out) {
  for (const name of ["new", "recipes", "policies", "clusters"])
    fs.cpSync(path.join(root, "examples", name), path.join(out, "examples", name), { recursive: true });
}

function copyWrappers(out) {
  for (const name of fs.readdirSync(path.join(root, "bin"))) {
    if (name.includes(".")) continue;
    const file = path.join(out, "bin", name);
    const text = fs.readFileSync(path.join(root, "bin", name), "utf8");
    const included = (_, part) => fs.readFileSync(path.join(root, part), "utf8");
    fs.writeFileSync(file, text.replace(/^# include (\S+)\n/gm, included), { mode: 0o755 });
    fs.chmodSync(file, 0o755);
  }
}

/** Bundles the lists that are made from the code itself (schemas, completions, the table of commands) and runs it. */
async function writeDerived(out) {
  const specs = fs.readdirSync(path.join(root, "bin")).filter((name) => name.endsWith(".ts"));
  const lines = specs.map((name, i) => `import c${i} from ${JSON.stringify(path.join(root, "bin", name))};`);
  const file = path.join(out, "derive.mjs");
  await esbuild.build({
    ...common,
    stdin: {
      contents: `${lines.join("\n")}\nexport const specs = [${specs.map((_, i) => `c${i}.spec`).join(", ")}];\nexport * from "./lib/build/derive.ts";`,
      resolveDir: root,
      loader: "ts",
    },
    outfile: file,
    format: "esm",
    packages: "external",
  });
  const { derive, helpText, specs: all } = await import(pathToFileURL(file).href);
  for (const spec of all) writeFront(out, spec.name, helpText(spec));
  for (const [name, text] of Object.entries(derive(all))) {
    fs.mkdirSync(path.dirname(path.join(out, name)), { recursive: true });
    fs.writeFileSync(path.join(out, name), text);
  }
  fs.rmSync(file);
}

/** What builds that were killed left behind. */
function removeLeftovers() {
  for (const name of fs.readdirSync(root).filter((entry) => entry.startsWith(".dist-"))) {
    const stat = fs.statSync(path.join(root, name), { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs > 3_600_000)
      fs.rmSync(path.join(root, name), { recursive: true, force: true });
  }
}

export async function build(final = path.join(root, "dist")) {
  // Built beside and moved over, so that a command that runs meanwhile never meets half a file.
  removeLeftovers();
  const out = fs.mkdtempSync(path.join(root, ".dist-"));
  try {
    fs.writeFileSync(path.join(out, "package.json"), `${JSON.stringify({ type: "commonjs", version })}\n`);
    fs.mkdirSync(path.join(out, "bin"));
    await Promise.all([buildCommands(out), buildVendor(out), buildWeb(out)]);
    copyExamples(out);
    copyWrappers(out);
    await writeDerived(out);
    compileAhead(out, "dist");
    const old = fs.existsSync(final) ? fs.mkdtempSync(path.join(root, ".dist-old-")) : undefined;
    if (old) fs.renameSync(final, path.join(old, "dist"));
    fs.chmodSync(out, 0o755);
    fs.renameSync(out, final);
    if (old) fs.rmSync(old, { recursive: true });
  } finally {
    fs.rmSync(out, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1] ?? "")).href) await build();
