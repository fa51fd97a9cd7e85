// Fakes of Slurm's programs, for what no real cluster does on demand: to be slow at one instant, or not to answer. What
// Slurm does by itself is tested on a real one (test/slurm).
import fs from "node:fs";
import path from "node:path";

export interface FakeSlurm {
  /** Goes first on PATH. */
  bin: string;
  /** Makes every program fail as with a controller that is down, or answer again. */
  down(is: boolean): void;
  /** Makes sbatch wait until it is let go. */
  slow(is: boolean): void;
  /** How many times sbatch has begun. */
  begun(): number;
}

/** Makes the programs in `directory`. sbatch counts jobs from 1, squeue knows of none. */
export function fakeSlurm(directory: string): FakeSlurm {
  const bin = path.join(directory, "fake-slurm");
  const state = path.join(directory, "fake-slurm-state");
  fs.mkdirSync(bin);
  fs.mkdirSync(state);
  const script = (body: string) => `#!/bin/sh
# A fake for tests.
cd '${state.replaceAll("'", "'\\''")}' || exit
if [ -e down ]; then
  echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2
  exit 1
fi
${body}
`;
  const bodies: Record<string, string> = {
    sbatch: `n=$(($(ls begun-* 2>/dev/null | wc -l) + 1))
: >begun-$n
while [ -e slow ]; do sleep 0.05; done
echo $n`,
    squeue: "exit 0",
    sacct: "echo 'Slurm accounting storage is disabled' >&2; exit 1",
    scancel: "exit 0",
    scontrol: "exit 0",
    sinfo: "exit 0",
  };
  for (const [name, body] of Object.entries(bodies))
    fs.writeFileSync(path.join(bin, name), script(body), { mode: 0o755 });
  const flag = (name: string) => (is: boolean) => {
    if (is) fs.writeFileSync(path.join(state, name), "");
    else fs.rmSync(path.join(state, name), { force: true });
  };
  return {
    bin,
    down: flag("down"),
    slow: flag("slow"),
    begun: () => fs.readdirSync(state).filter((name) => name.startsWith("begun-")).length,
  };
}
