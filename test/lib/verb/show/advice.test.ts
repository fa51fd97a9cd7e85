import t from "tap";
import type { RunOnDisk } from "../../../../lib/registry/facts.js";
import { tries } from "../../../../lib/verb/show/advice.js";

const run = {
  id: "20261120-120000-k7q3mz",
  recipe: { path: "/a b/train.toml", text: "" },
  command: ["python", "train.py"],
  resources: { mem_bytes: 2 ** 30, time_s: 600 },
};
const disk = (more: object = {}, facts: object = {}) =>
  ({ run: { ...run, ...more }, facts: { attempts: [], submissions: [], ...facts } }) as unknown as RunOnDisk;
const failed = (mode: string) => ({ state: "failed", mode }) as const;

t.test("what runs the same again, changed where it must be", async (t) => {
  const exit = { attempts: [{ n: 1, start: { host: "n1" }, exit: { peak_mem_bytes: 2 ** 29 } }] };
  t.strictSame(tries(disk({}, exit), failed("oom") as never), {
    try: [
      `it asked for 1.0 GiB and used at least 512 MiB; ask for more: lab run --set resources.mem='"2GB"' '/a b/train.toml'`,
      "or use less: a smaller batch, fewer workers",
    ],
  });
  const set = { recipe: { ...run.recipe, set: ["params.lr=3e-4", "tags=[1, 2]"] } };
  t.match(tries(disk(set), failed("timeout") as never), {
    try: [
      `it had 10m 00s; give it more: lab run --set resources.time='"20m"' --set params.lr=3e-4 --set 'tags=[1, 2]' '/a b/train.toml'`,
      /checkpoints/,
    ],
  });
  const adHoc = { recipe: { text: "" } };
  t.match(tries(disk(adHoc), failed("node_fail") as never), { try: [/lab run -- python train\.py$/] });
});

t.test("a job whose command was never started: what mends it, and what then", async (t) => {
  const message = "cannot load the module 'cuda/12.4': module load said 1";
  t.strictSame(tries(disk(), { ...failed("launch_error"), message } as never), {
    try: [
      "see what there is with module avail, and name it in [environment] modules",
      "read the rest of its log: lab log k7q3mz",
      "once it is mended: lab run '/a b/train.toml'",
    ],
  });
});

t.test("the scheduler's own remedy comes first; where there is none, there is none", async (t) => {
  t.match(tries(disk(), { ...failed("dependency"), hint: "h" } as never), { try: ["h", /waited for/] });
  t.equal(tries(disk(), { state: "succeeded" }), undefined);
  const again = /: lab run '\/a b\/train\.toml'$/;
  t.match(tries(disk(), failed("code_error") as never), { try: [/: lab log k7q3mz$/, again] });
  t.match(tries(disk(), failed("submit_error") as never), { try: [again] });
  t.match(tries(disk(), { state: "cancelled", mode: "cancelled" }), { try: [again] });
  t.match(tries(disk(), { state: "planned" }), { try: ["submit it: lab submit k7q3mz"] });
  const sweep = { id: "20261121-120000-00sw33", index: 0, of: 2, point: {} };
  const point = { ...disk(), run: { ...disk().run, sweep } };
  t.match(tries(point, { state: "planned" }), { try: ["submit it: lab sweep resume 00sw33"] });
});
