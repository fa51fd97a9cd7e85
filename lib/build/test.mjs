// Builds the named test files (all, where none is named) into build/ and runs each with plain node: the inner loop.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import esbuild from "esbuild";
import { common, root } from "./build.mjs";

/** Every test file below test/, relative to the root. */
export function testFiles() {
  return fs
    .readdirSync(path.join(root, "test"), { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => path.join("test", name))
    .sort();
}

/** Builds tests so that build/test/x.test.mjs stands for test/x.test.ts; returns the built files in order. */
export async function buildTests(files) {
  await esbuild.build({
    ...common,
    entryPoints: files.map((file) => ({ in: path.resolve(root, file), out: file.replace(/\.ts$/, "") })),
    outdir: path.join(root, "build"),
    outExtension: { ".js": ".mjs" },
    format: "esm",
    packages: "external",
    sourcemap: "inline",
  });
  return files.map((file) => path.join("build", file.replace(/\.ts$/, ".mjs")));
}

if (import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1] ?? "")).href) {
  const named = process.argv.slice(2);
  const built = await buildTests(
    named.length > 0 ? named.map((file) => path.relative(root, path.resolve(file))) : testFiles(),
  );
  let status = 0;
  for (const file of built) {
    const { status: code } = spawnSync(process.execPath, ["--enable-source-maps", file], {
      cwd: root,
      stdio: "inherit",
    });
    status = Math.max(status, code ?? 1);
  }
  process.exitCode = status;
}
