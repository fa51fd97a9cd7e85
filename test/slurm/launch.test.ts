import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { byName, type Fields, recipe, runAll, type Small, site } from "../support/cluster.js";
import { records, until } from "../support/sandbox.js";

// Commands that a launcher starts on the nodes of real jobs: who each process is told to be, and how such jobs end.
t.setTimeout(300_000);
const env = { SLURM_CONF: process.env["SLURM_CONF"] ?? "", LAB_SCHEDULER_ACCOUNTING_GRACE: "3s" };
const place = await site({ name: "launch", env });
t.teardown(() => place.remove());
const alice = place.person("lab-alice");
const nodes = place.root("sinfo", "--noheader", "--Node", "--partition=debug", "--format=%N").trim().split("\n");
const [n1 = "", n2 = "", n3 = ""] = nodes;

// A stand-in for torchrun: it makes sure that its options are right ones, and starts the processes with what torchrun
// gives them.
const bin = path.join(alice.repo, "../bin");
fs.mkdirSync(bin);
fs.writeFileSync(
  path.join(bin, "torchrun"),
  `#!/bin/bash
while [[ $1 == --* ]]; do
  case $1 in
    --node_rank=[0-9]) node=\${1#*=} ;;
    --nnodes=[0-9]) nodes=\${1#*=} ;;
    --nproc_per_node=[0-9]) each=\${1#*=} ;;
    --master_addr=?*) export MASTER_ADDR=\${1#*=} ;;
    --master_port=[0-9]*) export MASTER_PORT=\${1#*=} ;;
    --max_restarts=2 | --no_python) ;;
    *) echo "torchrun: error: unrecognized arguments: $1" >&2; exit 2 ;;
  esac
  shift
done
for ((i = 0; i < each; i++)); do
  RANK=$((node * each + i)) LOCAL_RANK=$i WORLD_SIZE=$((nodes * each)) "$@" & all+=($!)
done
for i in "\${all[@]}"; do wait "$i" || exit; done
`,
);
for (const name of [bin, path.join(bin, "torchrun")]) fs.chmodSync(name, 0o755);
const torch = `[env]\nSTAND_INS = ${JSON.stringify(bin)}\n[environment]\nsetup = ['PATH="$PATH:$STAND_INS"']`;

const body =
  'cat examples/recipes/minimal.toml >/dev/null && echo "{\\"name\\":\\"rank\\",\\"value\\":$RANK}" >>"$LAB_METRICS" && ' +
  'echo "rank $RANK/$WORLD_SIZE local $LOCAL_RANK node $NODE_RANK/$NNODES on $SLURMD_NODENAME at $MASTER_ADDR:$MASTER_PORT"';
// A batch step's own node is not among what is kept of the environment.
const alone = `SLURMD_NODENAME=$SLURM_JOB_NODELIST; ${body}`;
const launcher = (text: string, more = "") => `${more}\n[launcher]\n${text}`;
const both = { nodes: 2, sbatch_extra: [`--nodelist=${n1},${n2}`] };
const one = { sbatch_extra: [`--nodelist=${n1}`] };

const recipes: Record<string, Small> = {
  ranks: { body, resources: { ...both, cpus: 2 }, more: launcher("kind = 'srun'\nnproc_per_node = 2") },
  torch: {
    body,
    resources: { ...both, gpus: 2 },
    more: launcher("ddp = 'required'\nextra = ['--max_restarts=2']", torch),
  },
  alone: { body: alone, resources: { ...one, gpus: 2 }, more: launcher("ddp = 'supported'", torch) },
  neighbour: { body: alone, resources: { ...one, gpus: 2 }, more: launcher("ddp = 'supported'", torch) },
  het: {
    body,
    resources: both,
    more: `[[resources.components]]\ncpus = 1\nsbatch_extra = ["--nodelist=${n3}"]\n[launcher]\nkind = 'srun'`,
  },
  // The other rank would go on for longer than the test.
  one_fails: {
    body: '[ "$RANK" = 0 ] || exit 3; sleep 3000',
    resources: both,
    more: launcher("kind = 'srun'"),
  },
  cancelled: { body: "echo rank; sleep 3000", resources: both, more: launcher("kind = 'srun'") },
  warned: {
    body: '[ "$LAB_ATTEMPT" = 1 ] || exit 0; trap \'echo "rank $RANK told"; exit 0\' USR1; echo begun; for i in {1..600}; do sleep 0.1; done',
    resources: { ...both, gpus: 2 },
    more: launcher("ddp = 'required'", `${torch}\n[checkpoints]\nrequeue = true\nsignal = "USR1"\nwarn = "1m"`),
  },
  warned_ranks: {
    body: '[ "$LAB_ATTEMPT" = 1 ] || exit 0; trap \'echo "rank $RANK told"; exit 0\' USR1; echo begun; for i in {1..600}; do sleep 0.1; done',
    resources: both,
    more: launcher("kind = 'srun'", '[checkpoints]\nrequeue = true\nsignal = "USR1"\nwarn = "1m"'),
  },
  no_torchrun: {
    body,
    resources: one,
    more: launcher("kind = 'torchrun'", '[environment]\nsetup = ["PATH=/usr/bin:/bin"]'),
  },
};
const sent = await runAll(alice, recipes);
const id = (name: string): string => sent[name]?.["id"] ?? "";
await until("both ranks of what is cancelled", () => {
  const log = path.join(sent["cancelled"]?.["run_dir"] ?? "", ".lab/attempt-1/job.log");
  return fs.existsSync(log) && fs.readFileSync(log, "utf8").split("rank").length === 3;
});
await alice.lab(["lab", "cancel", id("cancelled")]);
for (const [name, ranks] of [
  ["warned", 4],
  ["warned_ranks", 2],
] as const) {
  const log = path.join(sent[name]?.["run_dir"] ?? "", ".lab/attempt-1/job.log");
  await until(`all of ${name}`, () => fs.existsSync(log) && fs.readFileSync(log, "utf8").split("begun").length > ranks);
  place.root("scancel", "--batch", "--signal=USR1", sent[name]?.["job"].id);
}
const names = Object.keys(recipes);
await alice.run(["lab", "wait", "--json", ...names.map(id)]);
const ended = byName(await alice.lab(["lab", "status", "--json", "--all"]));
const said = async (name: string) =>
  (await alice.run(["lab", "log", "--text", id(name)])).stdout
    .split("\n")
    .filter((line) => line.startsWith("rank "))
    .sort();
const port = (lines: string[]) => Number(/:(\d+)$/.exec(lines[0] ?? "")?.[1]);

t.test("every rank on two nodes has the right environment, and a file of metrics of its own", async (t) => {
  for (const name of ["ranks", "torch"]) {
    t.match(ended[name], { state: "succeeded" }, name);
    const lines = await said(name);
    t.ok(port(lines) >= 29_500, `${name} ${port(lines)}`);
    t.strictSame(
      lines,
      [0, 1, 2, 3].map((rank) => {
        const node = rank < 2 ? 0 : 1;
        return `rank ${rank}/4 local ${rank % 2} node ${node}/2 on ${[n1, n2][node]} at ${n1}:${port(lines)}`;
      }),
      name,
    );
    const metrics = await alice.lab(["lab", "metrics", "--json", id(name)]);
    t.strictSame(metrics.map(({ value }) => value).sort(), [0, 1, 2, 3], `${name}: nothing of a rank is lost`);
  }
});

t.test(
  "a warning before the time limit reaches each process on each node, and torchrun lives to end with them",
  async (t) => {
    for (const [name, ranks] of [
      ["warned", 4],
      ["warned_ranks", 2],
    ] as const) {
      const lab = path.join(sent[name]?.["run_dir"] ?? "", ".lab");
      const log = fs.readFileSync(path.join(lab, "attempt-1/job.log"), "utf8");
      t.strictSame(
        log.match(/^rank \d told$/gm)?.sort(),
        Array.from({ length: ranks }, (_, i) => `rank ${i} told`),
        log,
      );
      t.match(JSON.parse(fs.readFileSync(path.join(lab, "attempt-1/exit.json"), "utf8")), {
        reason: "timeout",
        code: 75,
      });
      t.match(ended[name], { state: "succeeded", attempt: 2 }, name);
    }
  },
);

t.test("neighbours on one node meet at different ports", async (t) => {
  const [alone, neighbour] = await Promise.all([said("alone"), said("neighbour")]);
  for (const lines of [alone, neighbour])
    t.strictSame(
      lines,
      [0, 1].map((rank) => `rank ${rank}/2 local ${rank} node 0/1 on ${n1} at 127.0.0.1:${port(lines)}`),
    );
  t.not(port(alone), port(neighbour));
});

t.test("of a heterogeneous job the first component runs the command", async (t) => {
  const lines = await said("het");
  t.strictSame(
    lines,
    [0, 1].map((rank) => `rank ${rank}/2 local 0 node ${rank}/2 on ${[n1, n2][rank]} at ${n1}:${port(lines)}`),
  );
});

t.test("how they end", async (t) => {
  t.match(ended["one_fails"], { state: "failed", mode: "code_error" }, "one rank that fails ends all");
  t.match(ended["cancelled"], { state: "cancelled" });
  t.match(ended["no_torchrun"], { state: "failed", mode: "launch_error", message: /cannot start 'torchrun'/ });
  // A job stands in the queue for a moment after its end, while its nodes clean up.
  const jobs = names.map((name) => sent[name]?.["job"]?.id).filter((job) => job !== undefined);
  await until(
    "nothing of theirs is left",
    () => place.root("squeue", "--noheader", "--states=pending,running,completing", `--jobs=${jobs.join(",")}`) === "",
  );
});

t.test("what they resolved to is in the record, and needs several processes when it is planned", async (t) => {
  const [shown = {}] = (await alice.lab(["lab", "show", "--json", id("torch")])) as Fields[];
  t.match(shown["launcher"], {
    kind: "auto",
    resolved: { kind: "torchrun", nnodes: 2, nproc_per_node: 2, master_port: 29_500 },
  });
  t.match(shown["key"].of.launcher, { kind: "torchrun", nnodes: 2, nproc_per_node: 2 });
  const file = alice.write("r/alone.toml", recipe("refused", { body, more: launcher("ddp = 'required'") }));
  const { code, stdout } = await alice.run(["lab", "run", "--json", file]);
  t.equal(code, 65);
  t.match(records(stdout)[0], { type: "failure", code: "dataerr", message: /needs several processes/ });
});
