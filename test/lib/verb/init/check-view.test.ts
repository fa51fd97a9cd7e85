import t from "tap";
import { checkView } from "../../../../lib/verb/init/check-view.js";

const style = { header: true, colour: false, width: undefined, now: 0 };

t.test("what became of it, and where it is", async (t) => {
  const record = { name: "registry", message: "joined: it is there already", path: "/lab/registry" };
  t.equal(checkView(record, style), "registry   joined: it is there already\n           /lab/registry\n");
  t.equal(
    checkView(record, { ...style, width: 32, colour: true }),
    "registry   joined: it is there\n           already\n           \u001b[2m/lab/registry\u001b[0m\n",
  );
  t.equal(checkView({ name: "scheduler", message: "Slurm runs the jobs" }, style), "scheduler  Slurm runs the jobs\n");
});
