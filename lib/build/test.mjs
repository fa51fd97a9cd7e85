// Builds the named test files (all, where none is named) into build/ and runs each with plain node: the inner loop.
import { spawn, spawnSync } from "node:child_process";
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

/**
 * Runs built test files, `jobs` at once, each with plain node: tap's own runner puts variables into the environment of
 * every child process, which tests of environments then see. Gives each line to `show(line, file)` when its file has ended.
 */
export async function runTests(built, { jobs = 2, timeout_s = 600, show }) {
  const sum = { pass: 0, fail: 0, skip: 0, todo: 0, bad: [] };
  const queue = built.slice();
  const next = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const { code, output, seconds } = await runFile(file, timeout_s);
      const counts = output.match(/^# \{.*\}$/gm)?.at(-1);
      const count = (word) => Number(new RegExp(`\\b${word}: (\\d+)`).exec(counts ?? "")?.[1] ?? 0);
      for (const word of ["pass", "fail", "skip", "todo"]) sum[word] += count(word);
      const good = code === 0 && counts !== undefined && count("pass") > 0 && count("fail") === 0;
      if (!good) sum.bad.push(file);
      show(
        `${good ? "ok" : "not ok"} - ${file} (${count("pass")} passed, ${seconds.toFixed(1)} s)`,
        file,
        output,
        good,
      );
    }
  };
  await Promise.all(Array.from({ length: jobs }, next));
  return sum;
}

function runFile(file, timeout_s) {
  const began = Date.now();
  const child = spawn(process.execPath, ["--enable-source-maps", file], {
    cwd: root,
    env: { ...process.env, TAP_TIMEOUT: String(timeout_s) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const timer = setTimeout(() => child.kill("SIGKILL"), timeout_s * 1000);
  return new Promise((resolve) =>
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output, seconds: (Date.now() - began) / 1000 });
    }),
  );
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
      env: { TAP_TIMEOUT: "600", ...process.env },
      stdio: "inherit",
    });
    status = Math.max(status, code ?? 1);
  }
  process.exitCode = status;
}
