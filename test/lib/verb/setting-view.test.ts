import t from "tap";
import { settingView } from "../../../lib/verb/setting-view.js";

const style = { header: true, colour: false, width: undefined, now: 0 };

t.test("what a setting is, and where that was said", async (t) => {
  const partition = { key: "slurm.partition", value: "gpu", from: "/c.toml:3", note: "not used yet" };
  t.equal(settingView(partition, style), 'slurm.partition = "gpu"  # /c.toml:3 (not used yet)\n');
  t.equal(
    settingView(partition, { ...style, width: 40 }),
    'slurm.partition = "gpu"\n    # /c.toml:3 (not used yet)\n',
    "below it on a narrow terminal",
  );
  t.equal(
    settingView({ key: "modules", value: ["\u001b[2J"], from: "default" }, { ...style, colour: true }),
    'modules = ["\\u001b[2J"]  \u001b[2m# default\u001b[0m\n',
  );
});
