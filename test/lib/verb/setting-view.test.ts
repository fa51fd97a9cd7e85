import t from "tap";
import { settingView } from "../../../lib/verb/setting-view.js";

const style = { header: true, colour: false, width: undefined, now: 0 };

t.test("what a setting is, and where that was said", async (t) => {
  t.equal(
    settingView({ key: "slurm.partition", value: "gpu", from: "/c.toml:3", note: "not used yet" }, style),
    'slurm.partition = "gpu"\n    /c.toml:3 (not used yet)\n',
  );
  t.equal(
    settingView({ key: "modules", value: ["\u001b[2J"], from: "default" }, { ...style, colour: true }),
    'modules = ["\\u001b[2J"]\n\u001b[2m    default\u001b[0m\n',
  );
});
