import t from "tap";
import type { Context } from "../../../../lib/command/context.js";
import { groupByShape } from "../../../../lib/verb/send/array-groups.js";
import type { Prepared } from "../../../../lib/verb/send/rendering.js";
import { sampleRun } from "../../record/sample.js";

const context = { scheduler: async () => ({ kind: "slurm" }) } as unknown as Context;
const sweep = "20261121-120000-00aaaa";

function point(index: number, more: object = {}): [object, Prepared] {
  const member = { id: sweep, index, of: 9, point: {} };
  const id = `20261121-120000-${String(index).padStart(6, "0")}`;
  const run = sampleRun({ id, run_dir: `/runs/${id}`, sweep: member, resources: { cpus: 1 }, ...more });
  return [{ index }, { run, config: { slurm: {} }, registry: { id: "r" }, n: 1 } as unknown as Prepared];
}

const shape = async (all: [object, Prepared][], most = 1001) =>
  (await groupByShape(all, most, context)).map((group) => group.map(([record]) => (record as { index: number }).index));

t.test("what asks for the same is one array, in the order in which it came", async (t) => {
  const other = { resources: { cpus: 2 } };
  t.strictSame(await shape([point(0), point(1, other), point(2), point(3, other), point(4)]), [
    [0, 2, 4],
    [1, 3],
  ]);
});

t.test("what an array says once, or is decided once for it, keeps others out", async (t) => {
  const apart = [
    { sweep: { id: "20261121-120000-00bbbb", index: 1, of: 1, point: {} } },
    { after: { afterok: ["77"] } },
    { notify: { email: "me@example.org" } },
    { environment: { inherit: true } },
    { resources: { cpus: 1, max_concurrent: 4 } },
    { resources: { cpus: 1, time_s: 600 } },
  ];
  for (const more of apart) t.strictSame(await shape([point(0), point(1, more)]), [[0], [1]], JSON.stringify(more));
  const alike = [{ params: { lr: 2 } }, { env: { A: "1" } }, { name: "another" }, { seed: 9 }];
  for (const more of alike) t.strictSame(await shape([point(0), point(1, more)]), [[0, 1]], JSON.stringify(more));
});

t.test("no array has more elements than there may be", async (t) => {
  const all = [0, 1, 2, 3, 4].map((index) => point(index));
  t.strictSame(await shape(all, 2), [[0, 1], [2, 3], [4]]);
  t.strictSame(await shape(all, Number.POSITIVE_INFINITY), [[0, 1, 2, 3, 4]]);
  t.strictSame(await shape(all.slice(0, 2), 0), [[0], [1]], "a cluster that has no arrays");
});
