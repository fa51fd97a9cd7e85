// A run directory made by hand, with a script rendered for it: what a job sees, without the commands around it.
import { spawn, spawnSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { renderScript, type ScriptInput } from "../../lib/job/render.js";
import type { JobContext } from "../../lib/record/facts.js";
import { drawRunId } from "../../lib/record/run-id.js";

export interface JobHow {
  command?: string[];
  files?: Record<string, string>;
  context?: Partial<JobContext>;
  input?: Partial<ScriptInput>;
  parent?: string;
}

export interface JobPlace {
  run: string;
  dir: string;
  lab: string;
  source: string;
  script: string;
  tar: string;
  /** What attempt n left in a file, or undefined. */
  left(file: string): Record<string, never> | undefined;
  text(file: string): string;
  /** Whether any process of the script is there. */
  runs(): boolean;
  start(
    env?: Record<string, string>,
    argv?: string[],
  ): Promise<{ code: number | null; stdout: string; stderr: string; pid: number }>;
}

/** The tree digest of a directory, computed the slow way. */
export function treeDigestOf(dir: string): string {
  const hash = crypto.createHash("sha256").update("lab-tree/1\0");
  const names = (fs.readdirSync(dir, { recursive: true }) as string[]).sort((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  const stats = names.map((name) => ({ name, stat: fs.lstatSync(path.join(dir, name)) }));
  for (const executable of [false, true]) {
    hash.update(executable ? "100755\0" : "100644\0");
    for (const { name, stat } of stats) {
      if (!stat.isFile() || ((stat.mode & 0o100) !== 0) !== executable) continue;
      hash.update(
        `${crypto
          .createHash("sha256")
          .update(fs.readFileSync(path.join(dir, name)))
          .digest("hex")}  ${name}\0`,
      );
    }
  }
  hash.update("120000\0");
  for (const { name, stat } of stats)
    if (stat.isSymbolicLink()) hash.update(`${fs.readlinkSync(path.join(dir, name))}\0${name}\0`);
  return `sha256:${hash.digest("hex")}`;
}

/** Makes the directories and files of one submission. */
export function jobPlace({
  command = ["true"],
  files = { "a.txt": "a\n" },
  context = {},
  input = {},
  parent,
}: JobHow = {}): JobPlace {
  const base = parent ?? fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "lab job 100% 'é "));
  const run = drawRunId(Date.now());
  const dir = path.join(base, "runs", run);
  const lab = path.join(dir, ".lab");
  const submit = path.join(lab, "submit-1");
  fs.mkdirSync(submit, { recursive: true });
  const source = path.join(base, `source-${run}`);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(source, name)), { recursive: true });
    fs.writeFileSync(path.join(source, name), text, { mode: name.endsWith(".sh") ? 0o755 : 0o644 });
  }
  const tar = path.join(base, `${run}.tar`);
  spawnSync("tar", ["-C", source, "-cf", tar, "."]);
  const about: JobContext = {
    type: "context",
    v: 1,
    run,
    submission: 1,
    registry: "test",
    run_dir: dir,
    name: "test",
    user: os.userInfo().username,
    snapshot: { digest: treeDigestOf(source), tar },
    workdir: ".",
    command,
    env: {},
    pass: [],
    params: path.join(submit, "params.json"),
    inputs: [],
    outputs: [],
    at: new Date().toISOString(),
    ...context,
  };
  fs.writeFileSync(about.params, JSON.stringify({ params: {}, args: {} }));
  fs.writeFileSync(path.join(submit, "context.json"), JSON.stringify(about));
  const script = path.join(submit, "script.sh");
  fs.writeFileSync(
    script,
    renderScript({ directives: [], siteEnv: {}, modules: [], fingerprints: {}, ...input, context: about }),
    { mode: 0o750 },
  );
  const text = (file: string) => fs.readFileSync(path.join(lab, file), "utf8");
  return {
    run,
    dir,
    lab,
    source,
    script,
    tar,
    text,
    runs: () => commandLines().some((words) => words.includes(script)),
    left: (file) => (fs.existsSync(path.join(lab, file)) ? JSON.parse(text(file)) : undefined),
    start: (env = {}, argv = ["bash", script]) =>
      started(argv, {
        PATH: process.env["PATH"] ?? "",
        TMPDIR: os.tmpdir(),
        LAB_GATE_WAIT_S: "0",
        LAB_LOCAL_JOB_ID: `local-${run.slice(-6)}-1`,
        ...env,
      }),
  };
}

/** The words of all processes, as far as they can be seen. */
function commandLines(): string[][] {
  return fs.readdirSync("/proc").flatMap((pid) => {
    try {
      return /^[0-9]+$/.test(pid) ? [fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")] : [];
    } catch {
      return [];
    }
  });
}

function started(argv: string[], env: Record<string, string>): ReturnType<JobPlace["start"]> & { child?: unknown } {
  const child = spawn(argv[0] ?? "", argv.slice(1), { env, cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return Object.assign(
    new Promise<{ code: number | null; stdout: string; stderr: string; pid: number }>((resolve) =>
      child.on("close", (code) => resolve({ code, stdout, stderr, pid: child.pid ?? 0 })),
    ),
    { child },
  );
}
