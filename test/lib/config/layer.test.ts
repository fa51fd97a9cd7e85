import t from "tap";
import { absolute, fileLayer, layer } from "../../../lib/config/layer.js";
import { parseToml } from "../../../lib/toml/document.js";

const base = { directory: "/files/here", home: "/home/ann" };
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

t.test("paths are relative to the file, or to the home of whoever reads it", async (t) => {
  for (const [text, path] of [
    ["/shared//lab/", "/shared/lab"],
    ["runs", "/files/here/runs"],
    ["../runs", "/files/runs"],
    ["~/lab", "/home/ann/lab"],
    ["~", "/home/ann"],
    ["$HOME/lab", "/home/ann/lab"],
    [`\${HOME}/lab`, "/home/ann/lab"],
  ] as const) {
    t.equal(absolute(text, base), path, text);
  }
  t.equal(absolute("~/x", { directory: "/", home: "/home/$&" }), "/home/$&/x", "the home is no pattern");
});

t.test("every path of every section is made absolute, nothing else is", async (t) => {
  const { value } = layer(
    {
      name: "elk",
      filesystem: {
        runs_base: "r",
        artifact_root: "a",
        artifact_roots: { x: "ax" },
        output_roots: { y: "oy" },
        shared_group: "lab",
      },
      repos: { plain: "p", full: { path: "f", trusted: true }, half: { path: "~/h" } },
      env: { DATA: "data" },
      modules: ["cuda"],
      module_init: "init.sh",
      scheduler: { kind: "slurm", sbatch: "bin/sbatch", squeue: "squeue", missing_job_grace_secs: 5 },
      dispatch: { policies_dir: "policies", reconcile_interval_secs: 60 },
    },
    base,
    () => ({ from: "x" }),
  );
  t.strictSame(plain(value), {
    name: "elk",
    filesystem: {
      shared_group: "lab",
      runs_base: "/files/here/r",
      artifact_root: "/files/here/a",
      artifact_roots: { x: "/files/here/ax" },
      output_roots: { y: "/files/here/oy" },
    },
    repos: {
      plain: { path: "/files/here/p", trusted: false },
      full: { path: "/files/here/f", trusted: true },
      half: { path: "/home/ann/h", trusted: false },
    },
    env: { DATA: "data" },
    modules: ["cuda"],
    module_init: "/files/here/init.sh",
    scheduler: { kind: "slurm", sbatch: "/files/here/bin/sbatch", squeue: "squeue", missing_job_grace: 5 },
    dispatch: { policies_dir: "/files/here/policies", reconcile_interval_secs: 60 },
  });
});

t.test("a value's source is its place in the file, by the name it has there", async (t) => {
  const file = parseToml("[environments.a.scheduler]\nmissing_job_grace_secs = 5\nkind = 'slurm'\n", "x.toml");
  const prefix = ["environments", "a"];
  const made = fileLayer({ scheduler: { kind: "slurm", missing_job_grace_secs: 5 } }, file, base, prefix);
  t.match(made.source(["scheduler", "kind"]), { from: "x.toml", at: [...prefix, "scheduler", "kind"] });
  t.match(made.source(["scheduler", "missing_job_grace"]).at, [...prefix, "scheduler", "missing_job_grace_secs"]);
});
