// Which run stands for a point of a sweep: the owner's newest that repeats it, whatever the index holds.
import t from "tap";
import { rerunsIdOf } from "../../../lib/record/artifact-id.js";
import type { Sweep } from "../../../lib/record/sweep.js";
import { noteEdge } from "../../../lib/registry/edges.js";
import { withReruns } from "../../../lib/registry/sweep-reruns.js";
import { sampleRun } from "../record/sample.js";
import { putRun } from "./put-run.js";
import { smallRegistry, user } from "./support.js";

t.test("an entry of the index that no rerun bears out stands for no point", async (t) => {
  const registry = smallRegistry(t);
  const id = "20261120-201455-aaaaaa";
  const first = "20261120-201455-bbbbbb";
  const member = { id, index: 0, of: 1, point: {} };
  const sweep = { id, user, points: [{ index: 0, run: first, point: {} }] } as unknown as Sweep;
  const standing = () => withReruns(registry, sweep).points?.map((point) => point.run);
  const put = (name: string, more: object) => {
    const made = `20261121-10000${name}`;
    putRun(registry, sampleRun({ id: made, user, created_at: "2026-11-21T10:00:05Z", ...more }), "name = 'train'\n");
    noteEdge(registry, rerunsIdOf(id), "used", made);
    return made;
  };
  const again = put("0-cccccc", { rerun_of: first, sweep: member });
  t.strictSame(standing(), [again]);
  put("1-dddddd", { rerun_of: first, sweep: { ...member, aggregate: true } });
  put("2-eeeeee", { sweep: member });
  put("3-ffffff", { rerun_of: first, sweep: { ...member, id: "20261120-201455-gggggg" } });
  put("4-hhhhhh", { rerun_of: first });
  noteEdge(registry, rerunsIdOf(id), "used", "20261121-110000-jjjjjj");
  t.strictSame(standing(), [again]);
});
