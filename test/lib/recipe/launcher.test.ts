// What [launcher] comes to on the resources of a run, and what cannot be.
import t from "tap";
import { cacheKey } from "../../../lib/recipe/key.js";
import { resolvedLauncher } from "../../../lib/recipe/launcher.js";
import { topologyFindings } from "../../../lib/recipe/topology.js";
import type { Run } from "../../../lib/record/run.js";
import { planned, said } from "./recipes.js";

const base = 'name = "fit"\ncommand = ["python", "fit.py"]\n';

const resolvedOf = ({ launcher, resources }: Run) => launcher && resolvedLauncher(launcher, resources);

t.test("which launcher, on how many nodes, with how many processes on each", async (t) => {
  const cases: [string, string, string | undefined][] = [
    ["", "resources.gpus = 8", undefined],
    ["kind = 'none'", "resources.gpus = 8", "none 1x1"],
    ["kind = 'torchrun'", "", "torchrun 1x1 29500"],
    ["kind = 'torchrun'", "resources = { gpus = 4, nodes = 2 }", "torchrun 2x4 29500"],
    ["kind = 'srun'\nmaster_port = 31000", "resources.nodes = 3", "srun 3x1 31000"],
    ["kind = 'srun'\nnproc_per_node = 5", "resources = { nodes = 2, gpus = 8 }", "srun 2x5 29500"],
    ["kind = 'auto'", "resources.gpus = 8", "none 1x1"],
    ["ddp = 'supported'", "resources.gpus = 8", "torchrun 1x8 29500"],
    ["ddp = 'supported'", "resources.gpus = 1", "none 1x1"],
    ["ddp = 'supported'", "resources = { nodes = 2 }", "torchrun 2x1 29500"],
    ["ddp = 'required'", "resources = { nodes = 2, gpus = 4 }", "torchrun 2x4 29500"],
    ["ddp = 'unsupported'", "resources.gpus = 8", "none 1x1"],
    ["ddp = 'supported'\nnnodes = 1", "resources = { nodes = 2, gpus = 4 }", "torchrun 1x4 29500"],
    ["ddp = 'supported'", "resources = { gpus = 2, components = [{ gpus = 8, nodes = 4 }] }", "torchrun 1x2 29500"],
  ];
  for (const [launcher, resources, expected] of cases) {
    const text = `${base}${resources}\n${launcher === "" ? "" : `[launcher]\n${launcher}\n`}`;
    const found = resolvedOf(await planned(t.testdir(), text));
    const { kind, nnodes, nproc_per_node, master_port } = found ?? {};
    const words = found && [kind, `${nnodes}x${nproc_per_node}`, ...(master_port ? [master_port] : [])].join(" ");
    t.equal(words, expected, `${launcher} | ${resources}`);
  }
});

t.test("shapes that cannot be", async (t) => {
  const cases: [string, string, string | undefined, string?][] = [
    ["kind = 'torchrun'", "resources = { nodes = 2, gpus = 4 }", undefined],
    ["ddp = 'required'", "resources.gpus = 1", "launcher.ddp: it needs several processes .* 1 node, 1 gpu on each"],
    ["kind = 'none'\nddp = 'required'", "resources.gpus = 8", "launcher.ddp: it needs several processes"],
    ["kind = 'srun'\nddp = 'unsupported'", "resources.nodes = 2", "launcher.ddp: it would be started as 2 processes"],
    ["kind = 'srun'\nnnodes = 4", "resources.nodes = 2", "launcher.nnodes: it would be started on 4 nodes, .* 2 nodes"],
    ["kind = 'torchrun'\nnproc_per_node = 8", "resources.gpus = 4", "launcher.nproc_per_node: it would be 8 .* 4 gpus"],
    ["kind = 'srun'\nnproc_per_node = 8", "", undefined],
    ["kind = 'none'\nnproc_per_node = 2", "resources.gpus = 2", "launcher.nproc_per_node: it says nproc_per_node = 2"],
    ["kind = 'auto'\nnnodes = 2", "resources.nodes = 2", "launcher.nnodes: it says nnodes = 2, and .* one process"],
    ["kind = 'none'", "resources.nodes = 2", "resources.nodes: it asks for 2 nodes, but its command would run"],
    ["kind = 'srun'", "resources.nodes = 2\nsource.unpack = 'node'", "source.unpack: its source would be on the first"],
    ["kind = 'srun'", "resources.nodes = 2", "launcher.kind: it starts the command with srun, and so .* srun", "srun"],
    ["kind = 'none'", "resources.nodes = 2", undefined, "srun"],
  ];
  for (const [launcher, resources, expected, program] of cases) {
    const command = program === undefined ? base : base.replace('["', `["${program}", "`);
    const run = await planned(t.testdir(), `${command}${resources}\n[launcher]\n${launcher}\n`);
    const found = topologyFindings(run).map(({ at, message }) => `${at.join(".")}: ${message}`);
    if (expected === undefined) t.strictSame(found, [], `${launcher} | ${resources}`);
    else {
      t.equal(found.length, 1, found.join("\n"));
      t.match(found[0], new RegExp(`^${expected}`), `${launcher} | ${resources}`);
    }
  }
});

t.test("what is no launcher is refused", async (t) => {
  for (const text of ["kind = 'mpi'", "nproc_per_node = 0", "nnodes = 'all'", "master_port = 80", "port_offset = -1"]) {
    const found = await said(t.testdir(), `${base}[launcher]\n${text}\n`);
    t.equal(found.length, 1, text);
    t.match(found[0], /^4:\d+ launcher\./, text);
  }
});

t.test("the shape is in the key; ports are not, and no launcher is none", async (t) => {
  const digest = `sha256:${"1".repeat(64)}`;
  const keyOf = async (launcher: string) => {
    const run = await planned(t.testdir(), `${base}resources.gpus = 2\n${launcher}`);
    const resolved = resolvedOf(run);
    const known = run.launcher && resolved ? { launcher: { ...run.launcher, resolved } } : {};
    return cacheKey({ ...run, source: { ...run.source, digest }, ...known }).digest;
  };
  const none = await keyOf("");
  const torchrun = await keyOf("[launcher]\nkind = 'torchrun'\n");
  t.equal(await keyOf("[launcher]\nkind = 'none'\n"), none);
  t.equal(await keyOf("[launcher]\nddp = 'unsupported'\n"), none);
  t.not(torchrun, none);
  t.equal(await keyOf("[launcher]\nddp = 'required'\nmaster_port = 31000\nport_offset = 3\nnnodes = 1\n"), torchrun);
  t.not(await keyOf("[launcher]\nkind = 'srun'\n"), torchrun);
  t.not(await keyOf("[launcher]\nkind = 'torchrun'\nnproc_per_node = 1\n"), torchrun);
  t.not(await keyOf("[launcher]\nkind = 'torchrun'\nextra = ['--max_restarts=2']\n"), torchrun);
  const run = await planned(t.testdir(), `${base}[launcher]\nkind = 'srun'\n`);
  t.throws(() => cacheKey({ ...run, source: { ...run.source, digest } }), { message: /the launcher is not resolved/ });
});
