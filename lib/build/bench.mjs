// Builds everything and the benches, and runs them: what is measured is what a person would install.
import { spawnSync } from "node:child_process";
import path from "node:path";
import esbuild from "esbuild";
import { build, common, root } from "./build.mjs";

await build();
const outfile = path.join(root, "build/test/bench/main.mjs");
await esbuild.build({
  ...common,
  entryPoints: [path.join(root, "test/bench/main.ts")],
  outfile,
  format: "esm",
  packages: "external",
  sourcemap: "inline",
});
const { status } = spawnSync(process.execPath, ["--enable-source-maps", outfile, ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;
