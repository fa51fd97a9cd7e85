import t from "tap";
import { keyDifferences } from "../../../lib/graph/key-differences.js";
import type { Run } from "../../../lib/record/run.js";
import { sampleRun } from "../record/sample.js";

const base = sampleRun();
const keyed = (run: Partial<Run>, of: Record<string, unknown> = {}) => ({ run: { ...base, ...run } as Run, of });
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

t.test("what went in differs by path; a table that is empty is none", async (t) => {
  const a = keyed(
    {},
    { command: ["a"], params: { lr: 1, opt: { "a.b": 1 } }, environment: {}, outputs: { m: { type: "x" } } },
  );
  const b = keyed(
    {},
    { command: ["b"], params: { lr: 1, opt: { "a.b": 2 } }, environment: { conda: "ml" }, outputs: {} },
  );
  t.strictSame(keyDifferences(a, b), {
    differs: [
      { path: "command", a: ["a"], b: ["b"] },
      { path: 'params.opt."a.b"', a: 1, b: 2 },
      { path: "outputs.m.type", a: "x" },
      { path: "environment.conda", b: "ml" },
    ],
    besides: [],
  });
  t.strictSame(keyDifferences(a, a), { differs: [], besides: [] });
});

t.test(
  "a float that JSON writes as an integer is told as it was written, and its spelling counts no more",
  async (t) => {
    const a = keyed(
      { numbers: { "params.n": "1.0", "params.z": "-0.0" } },
      { params: { n: 1, z: 0 }, floats: ["params.n", "params.z -0"] },
    );
    const b = keyed({ numbers: { "params.z": "0.0" } }, { params: { n: 1, z: 0 }, floats: ["params.z"] });
    t.strictSame(keyDifferences(a, b), {
      differs: [
        { path: "params.n", a: "1.0 (a float)", b: 1 },
        { path: "params.z", a: "-0.0 (a float)", b: "0.0 (a float)" },
      ],
      besides: [],
    });
    const spelled = keyDifferences(
      keyed({ numbers: { "params.lr": "1e-4" } }, { params: { lr: 1e-4 } }),
      keyed({}, { params: { lr: 1e-4 } }),
    );
    t.strictSame(spelled, { differs: [], besides: [{ path: "params.lr", a: "1e-4", b: "0.0001" }] });
  },
);

t.test("of an input that a run made, which run", async (t) => {
  const input = (run: string) => ({ m: { type: "artifact" as const, artifact: "best", run } });
  const one = keyed(
    { inputs: input("20261120-201455-aaaaaa") },
    { inputs: { m: { key: digest("a"), epoch: "1", role: "model" } } },
  );
  const two = keyed(
    { inputs: input("20261120-201455-bbbbbb") },
    { inputs: { m: { key: digest("b"), epoch: "1", role: "model" } } },
  );
  t.strictSame(keyDifferences(one, two).differs, [
    {
      path: "inputs.m.key",
      a: digest("a"),
      b: digest("b"),
      a_run: "20261120-201455-aaaaaa",
      b_run: "20261120-201455-bbbbbb",
    },
  ]);
});

t.test("what does not count is told apart, and ids and times are not told at all", async (t) => {
  const output = (id: string, more = {}) => ({
    m: { type: "model", alias: `m_${id}_${id.slice(-6)}`, digest: "stat" as const, ...more },
  });
  const [x, y] = ["20261120-201455-aaaaaa", "20261120-201455-bbbbbb"];
  const a = keyed({ id: x, outputs: output(x), resources: { time_s: 60, gpus: 1 }, name: "a" });
  const same = keyed({
    id: y,
    outputs: output(y),
    resources: { time_s: 60, gpus: 2 },
    name: "a",
    planned_at: "2027-01-01T00:00:00Z",
    run_dir: "/y",
  });
  t.strictSame(keyDifferences(a, same), { differs: [], besides: [] });
  const b = keyed({
    id: y,
    outputs: output(y, { digest: "none" }),
    resources: { time_s: 90, mem_bytes: 1 },
    name: "b",
    narrative: { note: "n" },
  });
  t.strictSame(keyDifferences(a, b).besides, [
    { path: "name", a: "a", b: "b" },
    { path: "resources.time_s", a: 60, b: 90 },
    { path: "outputs.m.digest", a: "stat", b: "none" },
    { path: "narrative.note", b: "n" },
    { path: "resources.mem_bytes", b: 1 },
  ]);
});
