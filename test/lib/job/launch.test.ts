// What the launcher makes of a command, shape by shape. srun, scontrol, apptainer and torchrun are stand-ins: srun starts
// its tasks one after the other here, and torchrun says what it was given.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import t from "tap";
import type { JobLauncher } from "../../../lib/job/launcher-values.js";
import { jobPlace } from "../../support/job.js";
import { root } from "../../support/sandbox.js";

const standIns: Record<string, string> = {
  // Every task of a node but the first has a scratch directory elsewhere, as on another machine.
  srun: `printf 'srun'; for w; do case $w in /bin/bash) break ;; esac; printf ' %s' "$w"; done; echo
for w; do case $w in --nodes=*) n=\${w#*=} ;; --ntasks=*) t=\${w#*=} ;; esac; done
while [[ $1 != /bin/bash ]]; do shift; done
for ((i = 0; i < t; i++)); do
  node=$((i / (t / n))) words=()
  for w; do ((node == 0)) || w=\${w//"$LAB_SCRATCH"/"/nowhere$LAB_SCRATCH"}; words+=("$w"); done
  scratch=$LAB_SCRATCH; ((node == 0)) || scratch=/nowhere$LAB_SCRATCH
  LAB_SCRATCH=$scratch SLURM_PROCID=$i SLURM_LOCALID=$((i % (t / n))) SLURM_NODEID=$node "\${words[@]}" || exit
done`,
  scontrol: `[[ $3 == n* ]] || { echo 'Invalid hostlist'; exit 1; }; printf '%s\\n' n7 n8`,
  torchrun: `printf 'torchrun'; printf ' %s' "$@"; echo; while [[ $1 == --* ]]; do shift; done; exec "$@"`,
  apptainer: `echo "apptainer$([[ " $* " != *" $LAB_SCRATCH "* ]] || echo ' binds its scratch')"
while [[ $1 != */x.sif ]]; do shift; done; shift; exec "$@"`,
};

const says = 'echo "$RANK/$WORLD_SIZE local=$LOCAL_RANK node=$NODE_RANK/$NNODES at $MASTER_ADDR:$MASTER_PORT"';
const base = { SLURM_JOB_ID: "1234", SLURM_CPUS_ON_NODE: "8" };
const twoNodes = { ...base, SLURM_JOB_NUM_NODES: "2", SLURM_JOB_NODELIST: "n[7-8]" };

interface Start {
  env?: Record<string, string>;
  command?: string[];
  container?: string;
  /** The stand-ins that are there; all if not said. */
  programs?: string[];
}

/** A directory of all programs of this machine but the real ones of those names. */
const others = t.testdir();
for (const name of fs.readdirSync("/usr/bin"))
  if (!Object.hasOwn(standIns, name)) fs.symlinkSync(`/usr/bin/${name}`, path.join(others, name));

/** The lines of the log of a job that is started so, and its exit record. */
async function launched(launcher: JobLauncher, how: Start = {}) {
  const { env = base, command = ["sh", "-c", says], container, programs = Object.keys(standIns) } = how;
  const bin = fs.mkdtempSync(path.join(others, ".bin-"));
  for (const name of programs)
    fs.writeFileSync(path.join(bin, name), `#!/bin/bash\n${standIns[name]}\n`, { mode: 0o755 });
  const place = jobPlace({
    command,
    files: { "x.sif": "" },
    input: { launcher, ...(container === undefined ? {} : { container }) },
  });
  const { code, stderr } = await place.start({ PATH: `${bin}:${others}`, ...env });
  const log = path.join(place.lab, "attempt-1/job.log");
  const lines = fs.existsSync(log) ? fs.readFileSync(log, "utf8").trimEnd().split("\n") : [];
  const metrics = fs.readdirSync(path.join(place.lab, "attempt-1"));
  return { code, lines, stderr, exit: place.left("attempt-1/exit.json"), metrics };
}

const torch = (nnodes: number, nproc_per_node: number, more: Partial<JobLauncher> = {}): JobLauncher => ({
  kind: "torchrun",
  nnodes,
  nproc_per_node,
  port_offset: 7,
  ...more,
});
const ranks = (nnodes: number, nproc_per_node: number, more: Partial<JobLauncher> = {}): JobLauncher => ({
  ...torch(nnodes, nproc_per_node, more),
  kind: "srun",
});

t.test("the command line of each shape", async (t) => {
  const shapes: [string, JobLauncher, Start, string[]][] = [
    ["none", { kind: "none", nnodes: 1, nproc_per_node: 1 }, {}, ["/ local= node=/ at :"]],
    [
      "torchrun on one node",
      torch(1, 4, { extra: ["--max_restarts=2"] }),
      {},
      [
        "torchrun --node_rank=0 --nnodes=1 --nproc_per_node=4 --master_addr=127.0.0.1 --master_port=29507 " +
          `--max_restarts=2 --no_python sh -c ${says}`,
        "/4 local= node=0/1 at 127.0.0.1:29507",
      ],
    ],
    [
      "torchrun on two nodes: one on each, by srun",
      torch(2, 4),
      { env: twoNodes, command: ["true"] },
      [
        "srun --nodes=2 --ntasks=2 --ntasks-per-node=1 --cpus-per-task=8 --distribution=block --kill-on-bad-exit=1",
        ...[0, 1].map(
          (node) =>
            `torchrun --node_rank=${node} --nnodes=2 --nproc_per_node=4 --master_addr=n7 --master_port=29507 --no_python true`,
        ),
      ],
    ],
    [
      "ranks on one node",
      ranks(1, 2, { extra: ["--label"] }),
      {},
      [
        "srun --nodes=1 --ntasks=2 --ntasks-per-node=2 --cpus-per-task=4 --distribution=block --kill-on-bad-exit=1 --label",
        "0/2 local=0 node=0/1 at 127.0.0.1:29507",
        "1/2 local=1 node=0/1 at 127.0.0.1:29507",
      ],
    ],
    [
      "ranks on two nodes",
      ranks(2, 2),
      { env: twoNodes },
      [
        "srun --nodes=2 --ntasks=4 --ntasks-per-node=2 --cpus-per-task=4 --distribution=block --kill-on-bad-exit=1",
        ...["0/4 local=0 node=0", "1/4 local=1 node=0", "2/4 local=0 node=1", "3/4 local=1 node=1"].map(
          (rank) => `${rank}/2 at n7:29507`,
        ),
      ],
    ],
    [
      "more ranks than processors, on fewer nodes than there are",
      ranks(1, 2),
      { env: { ...twoNodes, SLURM_CPUS_ON_NODE: "1" }, command: ["true"] },
      [
        "srun --nodes=1 --ntasks=2 --ntasks-per-node=2 --cpus-per-task=1 --distribution=block --kill-on-bad-exit=1 " +
          "--overcommit --relative=0",
      ],
    ],
    [
      "the first component of a heterogeneous job",
      ranks(2, 1),
      {
        env: { ...base, SLURM_HET_SIZE: "2", SLURM_JOB_NUM_NODES: "2", SLURM_JOB_NODELIST_HET_GROUP_0: "n[7-8]" },
        command: ["true"],
      },
      [
        "srun --nodes=2 --ntasks=2 --ntasks-per-node=1 --cpus-per-task=8 --distribution=block --kill-on-bad-exit=1 " +
          "--het-group=0",
      ],
    ],
    [
      "a container: on every node, and torchrun in it",
      torch(2, 1),
      { env: twoNodes, command: ["true"], container: "x.sif" },
      [
        "srun --nodes=2 --ntasks=2 --ntasks-per-node=1 --cpus-per-task=8 --distribution=block --kill-on-bad-exit=1",
        ...[0, 1].flatMap((node) => [
          "apptainer binds its scratch",
          `torchrun --node_rank=${node} --nnodes=2 --nproc_per_node=1 --master_addr=n7 --master_port=29507 --no_python true`,
        ]),
      ],
    ],
  ];
  await Promise.all(
    shapes.map(async ([name, launcher, how, lines]) => {
      const { code, lines: log, stderr } = await launched(launcher, how);
      t.equal(code, 0, `${name} ${stderr}`);
      t.strictSame(log, lines, name);
    }),
  );
});

t.test(
  "each rank has a file of metrics of its own; on another node also a directory, which is gone afterwards",
  async (t) => {
    const command = ["sh", "-c", 'echo {} >>"$LAB_METRICS"; echo "$LAB_SCRATCH"; ls -d "$LAB_SCRATCH"; pwd'];
    const { lines, metrics } = await launched(ranks(2, 1), { env: twoNodes, command });
    t.equal(metrics.filter((name) => /^metrics-.*-\d+\.ndjson$/.test(name)).length, 2);
    const [, first, firstSeen, here, second, secondSeen, there] = lines;
    t.ok(first && second && first !== second);
    t.strictSame([firstSeen, secondSeen], [first, second], "both are there while the command runs");
    t.match(here, /\/src\.1$/);
    t.equal(there, here, "and it runs in the one unpacked source");
    t.notOk(fs.existsSync(second ?? ""));
  },
);

t.test("what cannot be launched is a launch error, with the reason", async (t) => {
  const cases: [string, JobLauncher, Start, RegExp][] = [
    ["no torchrun", torch(1, 2), { programs: ["srun"] }, /^cannot start 'torchrun': there is no such command/],
    ["no command", torch(1, 2), { command: ["no-such"] }, /^cannot start 'no-such'/],
    ["no srun", ranks(1, 2), { programs: ["scontrol"] }, /^cannot find srun/],
    ["no job of Slurm's", ranks(1, 2), { env: {} }, /this is no job of Slurm's$/],
    [
      "no names of nodes",
      torch(2, 1),
      { env: { ...twoNodes, SLURM_JOB_NODELIST: "x" } },
      /^cannot tell the first of the nodes 'x': Invalid hostlist$/,
    ],
    [
      "fewer GPUs than processes",
      torch(1, 4, { gpus: 4 }),
      { env: { ...base, CUDA_VISIBLE_DEVICES: "0,1" } },
      /^the job has 2 GPUs on this node .* for 4 processes$/,
    ],
  ];
  await Promise.all(
    cases.map(async ([name, launcher, how, message]) => {
      const { code, exit, lines } = await launched(launcher, how);
      t.not(code, 0, name);
      t.match(exit, { reason: "launch_error", message }, name);
      t.notOk(
        lines.some((line) => line.includes(" local=")),
        `${name}: never started`,
      );
    }),
  );
});

t.test("ports", async (t) => {
  const file = path.join(root, "lib/job/runtime/launch.sh");
  const listening = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => listening.once("listening", resolve));
  t.teardown(() => listening.close());
  const { port: taken } = listening.address() as net.AddressInfo;
  const wrapped = (raw: number) => 1024 + ((raw - 1024) % 64_511);
  const index = { SLURM_ARRAY_JOB_ID: "77", SLURM_ARRAY_TASK_ID: "5" };
  const cases: [string, number, number | "auto", Record<string, string>, number][] = [
    // What slurmforge 0.2.0 answers to the same numbers.
    ["as it is", 29_500, 0, {}, 29_500],
    ["an offset", 29_500, 900, {}, 30_400],
    ["the last but one", 65_534, 0, {}, 65_534],
    ["beyond the last", 65_535, 5, { ...index, SLURM_ARRAY_TASK_ID: "1" }, 1030],
    // Of its own there: by the path of the batch. Here two jobs of one batch differ, too.
    ["by the job's number", 29_500, "auto", { SLURM_JOB_ID: "4512345" }, 29_845],
    ["by the array's, and the place in it", 29_500, "auto", index, 29_582],
    ["an offset, and the place in an array", 29_500, 10, index, 29_515],
    ["by the local job's number", 29_500, "auto", { SLURM_JOB_ID: "", LAB_LOCAL_JOB_ID: "host-000012" }, 29_512],
    ["one that is taken is passed over", taken, "auto", { SLURM_JOB_ID: "1000" }, wrapped(taken + 1009)],
    ["but not where it is asked for", taken, 0, {}, taken],
  ];
  for (const [name, master_port, port_offset, env, expected] of cases) {
    const values = { lab_launcher_port: String(master_port), lab_launcher_port_offset: String(port_offset) };
    const asked = spawnSync("bash", ["-c", '. "$0"; lab_choose_port; echo "$REPLY"', file], {
      env: { ...base, ...env, ...values },
      encoding: "utf8",
    });
    t.equal(asked.stdout.trim(), String(expected), name);
  }
});
