import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import t, { type Test } from "tap";
import { type Asked, resolveConfig } from "../../../lib/config/config.js";
import { whence } from "../../../lib/config/settings.js";

const uid = os.userInfo().uid;
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

/** A home with a cluster file, and a project with its two files, in which commands are started. */
function place(t: Test, files: { cluster?: string; project?: string; local?: string }) {
  const home = t.testdir({
    ".config": { lab: { "cluster.toml": files.cluster ?? "name = 'elk'\n[filesystem]\nruns_base = '/lab'\n" } },
    project: {
      sub: {},
      ...(files.project === undefined ? {} : { ".lab.toml": files.project }),
      ...(files.local === undefined ? {} : { ".lab.local.toml": files.local }),
    },
  });
  const asked = { flags: {}, env: {}, cwd: `${home}/project/sub`, home, uid };
  const paths = {
    cluster: `${home}/.config/lab/cluster.toml`,
    project: `${home}/project/.lab.toml`,
    local: `${home}/project/.lab.local.toml`,
  };
  return { home, asked, files: paths, resolve: (more: Partial<Asked> = {}) => resolveConfig({ ...asked, ...more }) };
}

t.test("defaults fill in what nobody says", async (t) => {
  const { resolve, files } = place(t, {});
  const { config, files: read, warnings, kept, sources } = await resolve();
  t.strictSame(plain(config), {
    project: {},
    name: "elk",
    filesystem: { artifact_roots: {}, output_roots: {}, runs_base: "/lab" },
    repos: {},
    env: {},
    modules: [],
    cache: { trust: "group", lease: 600, courtesy: 600 },
    scheduler: {
      kind: "auto",
      sbatch: "sbatch",
      squeue: "squeue",
      sacct: "sacct",
      scancel: "scancel",
      scontrol: "scontrol",
      sinfo: "sinfo",
      missing_job_grace: 600,
      submit_grace: 600,
      accounting_grace: 120,
    },
    slurm: { gres_gpu_syntax: "gpu:{n}", gpu_mem: {} },
    local: { idle: 60 },
  });
  t.match({ read, warnings, kept }, { read: [files.cluster], warnings: [], kept: [] });
  t.match(sources.get("scheduler.kind"), { from: "default" });
});

t.test("each layer over the one before", async (t) => {
  const { resolve, files } = place(t, {
    cluster: "name = 'elk'\n[filesystem]\nruns_base = '/lab'\n[slurm]\npartition = 'cluster'\nqos = 'cluster'\n",
    project:
      "[slurm]\npartition = 'project'\naccount = 'project'\n[environments.a.slurm]\npartition = 'env'\n[environments.b]\n",
    local: "[slurm]\npartition = 'local'\n[environments.b.slurm]\npartition = 'local env'\n",
  });
  const partition = async (more: Partial<Asked>) => {
    const { config, sources } = await resolve(more);
    const source = sources.get("slurm.partition");
    return [config.slurm.partition, source && (await whence(source))];
  };
  const variable = { LAB_SLURM_PARTITION: "variable" };
  const set = ["slurm.partition=flag"];
  t.strictSame(await partition({ env: variable, flags: { set } }), ["flag", "-c"]);
  t.strictSame(await partition({ env: variable }), ["variable", "LAB_SLURM_PARTITION"]);
  t.strictSame(await partition({ flags: { env: "b" } }), ["local env", `${files.local}:4`]);
  t.strictSame(await partition({ flags: { env: "a" } }), ["local", `${files.local}:2`]);
  fs.rmSync(files.local);
  t.strictSame(await partition({ flags: { env: "a" }, env: { LAB_ENV: "b" } }), ["env", `${files.project}:5`]);
  t.strictSame(await partition({ env: { LAB_ENV: "b" } }), ["project", `${files.project}:2`]);
  const { config, files: read } = await resolve({ flags: { env: "a" } });
  t.match(config, { environment: "a", slurm: { qos: "cluster", account: "project" } });
  t.strictSame(read, [files.cluster, files.project]);
  fs.rmSync(files.project);
  t.strictSame(await partition({}), ["cluster", `${files.cluster}:5`]);
});

t.test("the environment is a setting with a source", async (t) => {
  const { resolve, files } = place(t, {
    project: "[project]\nname = 'p'\ndefault_env = 'a'\n[environments.a]\n[environments.b]\n",
  });
  const { config, sources } = await resolve();
  t.match(config, { environment: "a", project: { name: "p", default_env: "a" } });
  const source = sources.get("environment");
  t.equal(source && (await whence(source)), `${files.project}:3`);
  t.match((await resolve({ env: { LAB_ENV: "b" } })).sources.get("environment"), { from: "LAB_ENV" });
  await t.rejects(resolve({ flags: { env: "c" } }), { code: "config", hint: "known: a, b" });
});

t.test("paths are relative to the file that says them, through links to where it really is", async (t) => {
  const { home, resolve, asked } = place(t, { project: "[filesystem]\nartifact_root = 'out'\n[repos]\nhere = '.'\n" });
  fs.mkdirSync(`${home}/shared`);
  fs.writeFileSync(
    `${home}/shared/elk.toml`,
    "name = 'elk'\n[filesystem]\nruns_base = 'runs'\n[repos]\nmine = '~/src'\n",
  );
  fs.rmSync(`${home}/.config/lab/cluster.toml`);
  fs.symlinkSync("../../shared/elk.toml", `${home}/.config/lab/cluster.toml`);
  const real = fs.realpathSync(home);
  const { config, files } = await resolve({ env: { LAB_MODULE_INIT: "x.sh" }, flags: { set: ["repos.flag=../y"] } });
  t.match(config, {
    filesystem: { runs_base: `${real}/shared/runs`, artifact_root: `${real}/project/out` },
    repos: {
      mine: { path: `${home}/src`, trusted: false },
      here: { path: `${real}/project`, trusted: false },
      flag: { path: path.resolve(asked.cwd, "../y"), trusted: false },
    },
    module_init: `${asked.cwd}/x.sh`,
  });
  t.equal(files[0], `${home}/.config/lab/cluster.toml`, "but it is called what it was called");
});

t.test("a project that moves a repository does not inherit its trust", async (t) => {
  const { resolve } = place(t, {
    cluster:
      "name = 'x'\n[filesystem]\nruns_base = '/r'\n[repos]\na = { path = '/a', trusted = true }\nb = { path = '/b', trusted = true }\n",
    project: "[repos]\na = '/elsewhere'\n",
  });
  const { config, kept } = await resolve();
  t.strictSame(kept, ["repos.b.trusted"]);
  t.strictSame(plain(config.repos), { a: { path: "/elsewhere", trusted: false }, b: { path: "/b", trusted: true } });
});

t.test("a published labctl file is taken as it is, and what has no effect yet is named", async (t) => {
  const { resolve } = place(t, {});
  const { config, kept } = await resolve({ flags: { cluster: path.resolve("examples/clusters/labctl.toml") } });
  t.match(config, {
    scheduler: { missing_job_grace: 600 },
    dispatch: {
      policies_dir: path.resolve("examples/clusters/policies"),
      throttle: { job_name: "eval", max_concurrent: 4 },
    },
    remote: { ssh_alias: "elk" },
  });
  t.equal((config.scheduler as Record<string, unknown>)["missing_job_grace_secs"], undefined);
  t.strictSame(kept.sort(), ["dispatch.gc.enabled", "dispatch.gc.interval_secs", "dispatch.gc.min_terminal_age_secs"]);
});

t.test("errors have a file, a line and a column", async (t) => {
  for (const [files, message] of [
    [{ cluster: "name = 'x'\n[filesystem]\nrun_base = '/r'\n" }, /cluster.toml:3:1: unknown key 'run_base'/],
    [{ cluster: "name = 'x'\n[filesystem]\n" }, /cluster.toml:2:2: filesystem.runs_base is missing/],
    [{ cluster: "name = 'x'\n" }, /cluster.toml:1:1: filesystem.runs_base is missing/],
    [{ cluster: "name = \n" }, /cluster.toml:1:8: invalid value/],
    [{ cluster: "name = 'x'\n[postgres]\n" }, /cluster.toml:2:2: \[postgres\] is not supported yet/],
    [{ project: "[slurm]\npartion = 'x'\n" }, /\.lab\.toml:2:1: unknown key 'partion'/],
    [{ project: "", local: "[env]\nA = 1\n" }, /\.lab\.local\.toml:2:5: env.A is 1, expected a string/],
    [{ project: "[project]\ndefault_env = 'x'\n" }, /\.lab\.toml:2:15: there is no environment 'x'/],
    [{ project: "environments = { a = 'local' }\n" }, /\.lab\.toml:1:22: environments.a is "local", expected a table/],
  ] as const) {
    await t.rejects(place(t, files).resolve(), { code: "config", message });
  }
  const { resolve } = place(t, {});
  await t.rejects(resolve({ flags: { set: ["slurm.x=1"] } }), { code: "usage" });
  await t.rejects(resolve({ env: { LAB_SCHEDULER_KIND: "x" } }), { code: "config", message: /^LAB_SCHEDULER_KIND: / });
});

t.test("runs_base may come from any layer", async (t) => {
  const { resolve } = place(t, { cluster: "name = 'x'\n" });
  t.equal((await resolve({ env: { LAB_FILESYSTEM_RUNS_BASE: "/v" } })).config.filesystem.runs_base, "/v");
  t.equal((await resolve({ flags: { set: ["filesystem.runs_base=/c"] } })).config.filesystem.runs_base, "/c");
});

t.test("warnings of all kinds are collected", async (t) => {
  const { resolve, files } = place(t, { project: "[env]\n" });
  fs.chmodSync(files.cluster, 0o666);
  fs.chmodSync(files.project, 0o666);
  const { warnings } = await resolve({ env: { LAB_SLURM_PARTITON: "x" } });
  t.match(warnings, [
    `everybody may write '${files.cluster}'`,
    `ignored '${files.project}': everybody may write it`,
    /LAB_SLURM_PARTITON is no setting/,
  ]);
});

t.test("whatever the layers say, each value is that of the strongest layer, and so is its source", async (t) => {
  const { resolve, files } = place(t, {});
  const words = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
  const slurm = fc.record({ partition: words, qos: words, account: words }, { requiredKeys: [] });
  const toml = (header: string, table: object) =>
    [header, ...Object.entries(table).map(([key, value]) => `${key} = ${JSON.stringify(value)}`), ""].join("\n");
  await fc.assert(
    fc.asyncProperty(
      fc.record({ cluster: slurm, project: slurm, environment: slurm, local: slurm, env: slurm, set: slurm }),
      async (say) => {
        fs.writeFileSync(files.cluster, `name = "x"\nfilesystem.runs_base = "/r"\n${toml("[slurm]", say.cluster)}`);
        fs.writeFileSync(files.project, toml("[slurm]", say.project) + toml("[environments.e.slurm]", say.environment));
        fs.writeFileSync(files.local, toml("[slurm]", say.local));
        const env = Object.fromEntries(
          Object.entries(say.env).map(([key, value]) => [`LAB_SLURM_${key.toUpperCase()}`, value]),
        );
        const set = Object.entries(say.set).map(([key, value]) => `slurm.${key}=${JSON.stringify(value)}`);
        const { config, sources } = await resolve({ env, flags: { env: "e", set } });
        for (const key of ["partition", "qos", "account"] as const) {
          const order = [
            [say.set, "-c"],
            [say.env, `LAB_SLURM_${key.toUpperCase()}`],
            [say.local, files.local],
            [say.environment, files.project],
            [say.project, files.project],
            [say.cluster, files.cluster],
          ] as const;
          const winner = order.find(([layer]) => layer[key] !== undefined);
          if (config.slurm[key] !== winner?.[0][key] || sources.get(`slurm.${key}`)?.from !== winner?.[1]) return false;
        }
        return true;
      },
    ),
    { numRuns: 60 },
  );
});
