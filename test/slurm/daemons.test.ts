import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { root } from "../support/sandbox.js";

// What test/slurm/cluster does between starting a daemon and asking it.
const here = path.join(root, "test/slurm");

/** Runs lines of bash with the functions of daemons.sh and a program `munged` that is no more than a sleep. */
function bash(t: Pick<typeof import("tap").default, "testdir">, lines: string): string {
  const dir = t.testdir({ log: {}, run: {} });
  fs.copyFileSync("/bin/sleep", path.join(dir, "munged"));
  const script = `set -u
here=$1 dir=$2
export SLURM_CONF=$dir/slurm.conf
source <(sed -n '/^within()/,/^}/p' "$here/cluster")
source "$here/daemons.sh"
${lines}`;
  const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", here, dir], { encoding: "utf8" });
  if (stderr !== "") throw new Error(stderr);
  return stdout;
}

t.test("a daemon that was just started is known to be there, however slowly it begins", async (t) => {
  const said = bash(
    t,
    `spawn munged sh -c 'sleep 1; exec "$0" 60' "$dir/munged"
alive munged && echo there
kill "$(pid_of munged)"`,
  );
  t.equal(said, "there\n", "or it would be started a second time");
});

t.test("one that ends at once is not waited for", async (t) => {
  const said = bash(
    t,
    `spawn munged sh -c 'exit 3'
alive munged || echo "gone after $SECONDS s"`,
  );
  t.match(said, /^gone after [0-5] s\n$/);
});
