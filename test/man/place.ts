// Where examples run: a registry, a small project in git, and for each page a copy of the project and a home of its own.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { type Result, root, type Sandbox, sandbox } from "../support/sandbox.js";

export interface Place {
  run: Sandbox["run"];
  /** A home and a project that nobody has used, in the same registry; the cluster file is where a person's is. */
  fresh(name: string, options?: { configured: boolean }): Fresh;
  /** Waits until nothing runs any more, and removes everything. */
  remove(): Promise<void>;
}

export interface Fresh {
  dir: string;
  /** Runs a script as a person would in bash, up to the first command that fails, in pipes too. */
  script(text: string): Promise<Result>;
}

export async function place(name: string): Promise<Place> {
  const box = await sandbox({ name });
  const project = path.join(box.dir, "project");
  makeProject(project);
  // Workers leave soon after the last job, so that none outlives the test; PAGER is for examples that show something.
  const env = { LAB_LOCAL_IDLE: "3s", LAB_SCHEDULER_KIND: "local", PAGER: "cat", TERM: "dumb" };
  return {
    run: (argv, how) => box.run(argv, { cwd: project, ...how, env: { ...env, ...how?.env } }),
    fresh(page, { configured } = { configured: true }) {
      const home = path.join(box.dir, `home of ${page}`);
      const dir = path.join(home, "project");
      fs.cpSync(project, dir, { recursive: true });
      if (configured) {
        fs.mkdirSync(path.join(home, ".config/lab"), { recursive: true });
        fs.copyFileSync(box.cluster, path.join(home, ".config/lab/cluster.toml"));
      }
      const PATH = `${path.join(root, "test/fixtures/near")}:${box.env["PATH"]}`;
      const own = { ...env, PATH, HOME: home, XDG_CACHE_HOME: path.join(home, ".cache"), LAB_CLUSTER: undefined };
      return { dir, script: (text) => box.run(["bash", "-eo", "pipefail"], { cwd: dir, env: own, input: text }) };
    },
    async remove() {
      await box.run(
        ["sh", "-c", "lab ls --json --state submitted --state queued --state running | lab wait --timeout 1m"],
        { env },
      );
      box.remove();
    },
  };
}

const train = `import argparse
import sys
from pathlib import Path

try:
    import lab
except ImportError:
    lab = None

p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=0.1)
p.add_argument("--epochs", type=int, default=3)
p.add_argument("--out", type=Path, default=Path("out"))
opts = p.parse_args()
loss = 1.0
for epoch in range(1, opts.epochs + 1):
    loss *= 1 - opts.lr / 2
    if loss > 1:
        sys.exit(f"error: the loss grows: {loss}")
    print(f"epoch {epoch}: loss {loss:.3f}", flush=True)
    if lab:
        lab.log_metric("loss", loss, step=epoch)
opts.out.mkdir(exist_ok=True)
(opts.out / "weights.txt").write_text(str(loss))
(opts.out / "_DONE").touch()
`;

const recipe = `name = "train"
command = ["python3", "train.py"]
seed = 0
tags = ["example"]

[params]
lr = 0.1
epochs = 3

[args]
lr = "{params.lr}"
epochs = "{params.epochs}"
out = "{outputs.model.path}"

[resources]
mem = "200MB"
time = "5m"

[outputs.model]
type = "model"
marker = "_DONE"
`;

/** A project like many: a script, a recipe, git. */
function makeProject(dir: string): void {
  fs.mkdirSync(dir);
  fs.writeFileSync(path.join(dir, "train.py"), train);
  fs.writeFileSync(path.join(dir, "train.toml"), recipe);
  const who = ["-c", "user.name=A Person", "-c", "user.email=person@example.org"];
  for (const argv of [
    ["init", "-q"],
    ["add", "."],
    [...who, "commit", "-q", "-m", "A model"],
  ]) {
    const { status, stderr } = spawnSync("git", argv, { cwd: dir, encoding: "utf8" });
    if (status !== 0) throw new Error(`git ${argv.join(" ")}: ${stderr}`);
  }
}
