import fc from "fast-check";
import t from "tap";
import { assignmentLayers } from "../../../lib/config/assignments.js";
import { merge } from "../../../lib/config/merge.js";

const base = { directory: "/here", home: "/home/ann" };
const set = (...assignments: string[]) =>
  JSON.parse(JSON.stringify(merge(assignmentLayers(assignments, base)).value)) as unknown;

t.test("values are TOML, or the word that is there", async (t) => {
  for (const [assignment, value] of [
    ["slurm.partition=gpu", { slurm: { partition: "gpu" } }],
    ['slurm.partition="1"', { slurm: { partition: "1" } }],
    ["slurm.gres_gpu_syntax=gpu:a=b:{n}", { slurm: { gres_gpu_syntax: "gpu:a=b:{n}" } }],
    ["local.cpus=4", { local: { cpus: 4 } }],
    ["local.mem=64GB", { local: { mem: 64 * 2 ** 30 } }],
    [" local . idle = 5m ", { local: { idle: 300 } }],
    ['modules=["a", "b"]', { modules: ["a", "b"] }],
    ["filesystem.runs_base=runs", { filesystem: { runs_base: "/here/runs" } }],
    ['filesystem.artifact_roots."a.b"=~/x', { filesystem: { artifact_roots: { "a.b": "/home/ann/x" } } }],
    ["cache.trust=['ann', 'bob']", { cache: { trust: ["ann", "bob"] } }],
    ["repos.x={path = '/x', trusted = true}", { repos: { x: { path: "/x", trusted: true } } }],
    ["name=elk", { name: "elk" }],
  ] as const) {
    t.strictSame(set(assignment), value, assignment);
  }
  t.strictSame(
    set("slurm.qos=a", "slurm.account=b", "slurm.qos=c"),
    { slurm: { qos: "c", account: "b" } },
    "the last wins",
  );
});

t.test("what is wrong is said with the assignment", async (t) => {
  for (const [assignment, message] of [
    ["slurm", "cannot set 'slurm': write KEY=VALUE"],
    ["=x", "cannot set '=x': write KEY=VALUE"],
    ["a b=x", /^cannot set 'a b=x': cannot read the path 'a b'/],
    ["slurm.partiton=x", /unknown key 'partiton' in \[slurm\] \(did you mean 'partition'\?\)/],
    ["slurm.partition=", /slurm.partition is empty/],
    ["slurm.partition=1", /slurm.partition is 1, expected a string/],
    ["local.cpus=0", /local.cpus is 0, expected at least 1/],
    ["modules=[", /^cannot set 'modules=\[': /],
    ["modules=['a'", /^cannot set 'modules=\['a'': /],
    ["slurm.qos='a'\nslurm.account='b'", /more than one line of TOML/],
    ["slurm=gpu", /slurm is "gpu", expected a table/],
    ["project.name=x", /unknown key 'project'/],
    ["__proto__.polluted=1", /__proto__/],
    ["filesystem.runs_base=/path/to/x", /placeholder/],
  ] as const) {
    t.throws(() => set(assignment), { code: "usage", message }, assignment);
  }
});

t.test("no text, however odd, breaks anything but by a fault", async () => {
  const text = fc.oneof(
    fc.string(),
    fc.string().map((value) => `slurm.partition=${value}`),
    fc.string().map((key) => `${key}=1`),
  );
  fc.assert(
    fc.property(text, (assignment) => {
      try {
        set(assignment);
        return true;
      } catch (error) {
        return (error as { code?: string }).code === "usage";
      }
    }),
    { numRuns: 500 },
  );
});
