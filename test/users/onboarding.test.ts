// The walk-through of lab(7), "A registry for a lab", word by word: each block by whom it is for, on the real cluster.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import { literals, page, sections } from "../man/pages.js";
import { userOf } from "../support/cluster.js";
import { asUser, dist, root } from "../support/sandbox.js";

t.setTimeout(600_000);
const blocks = literals(sections(page("lab.7")).get("A REGISTRY FOR A LAB") ?? "");
const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "onboarding-")));
t.teardown(() => fs.rmSync(dir, { recursive: true, force: true }));
const shared = path.join(dir, "shared");
fs.chmodSync(dir, 0o755);
fs.mkdirSync(shared);
fs.chmodSync(shared, 0o777);
// What example.org has: this repository, with the change that is being tested.
spawnSync("git", ["clone", "-q", "--bare", root, path.join(dir, "labkit.git")]);
spawnSync("chmod", ["-R", "a+rX", path.join(dir, "labkit.git")]);

/** A block in the place of the test: its directory, its group, this repository. */
const here = (block: string) =>
  block
    .replaceAll("/shared", shared)
    .replaceAll("--group research", "--group lab-research")
    .replaceAll("https://example.org/labkit.git", `file://${path.join(dir, "labkit.git")}`);

function typed(name: string, block: string): { status: number | null; said: string } {
  const user = userOf(name);
  const home = path.join(dir, name);
  if (!fs.existsSync(home)) {
    fs.mkdirSync(home);
    // Git refuses to read what is another's from this machine's own disk, save where it is told to.
    fs.writeFileSync(path.join(home, ".gitconfig"), "[safe]\n\tdirectory = *\n");
    spawnSync("chown", ["-R", `${user.uid}:${user.gid}`, home]);
  }
  const env = {
    HOME: home,
    PATH: `${path.join(dist(), "bin")}:${process.env["PATH"]}`,
    SLURM_CONF: process.env["SLURM_CONF"],
    LANG: "C.UTF-8",
  };
  const [program = "", ...words] = asUser(user, ["bash", "-eo", "pipefail", "-c", here(block)]);
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: home, env, encoding: "utf8" });
  return { status, said: `${block}${stdout}${stderr}` };
}

t.test("the commands are installed", async (t) => {
  const install = here(blocks[0] ?? "");
  t.match(install, /npm ci/);
  const { status, stdout, stderr } = spawnSync("bash", ["-eo", "pipefail", "-c", install], {
    cwd: dir,
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: undefined, npm_config_prefer_offline: "true" },
  });
  t.equal(status, 0, stderr);
  t.match(stdout, /labkit\) \d+\.\d+/);
});

const walk: [string, string, RegExp][] = [
  ["lab-carol", "the founder makes the registry", /registry.*lab-research/],
  ["lab-alice", "a member joins", /linked to/],
  ["lab-alice", "trains and names", /best-digits/],
  ["lab-bob", "another one evaluates it", /best-digits|digits/],
];

t.test("and everybody gets where the page says", async (t) => {
  t.equal(blocks.length, walk.length + 1, "each block has somebody who types it");
  typed("lab-bob", here("mkdir -p .config"));
  for (const [i, [who, what, wanted]] of walk.entries()) {
    if (who === "lab-bob") t.equal(typed(who, blocks[2] ?? "").status, 0, "the other one has joined, too");
    const { status, said } = typed(who, blocks[i + 1] ?? "");
    t.equal(status, 0, `${what}\n${said}`);
    t.match(said, wanted, what);
  }
  const lineage = typed("lab-alice", "lab lineage --json best-digits").said;
  t.match(lineage, /"from_user":"lab-alice"|lab-alice/);
  t.match(lineage, /lab-bob/, "she sees what he made of hers");
});
