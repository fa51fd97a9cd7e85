import { parse } from "smol-toml";
import t from "tap";
import { clusterText } from "../../../../lib/verb/init/cluster-text.js";

const plan = {
  name: "here",
  runsBase: '/a place/with "quotes" and \\',
  artifactRoot: "/artifacts/é\t",
  group: undefined,
  scheduler: "auto",
  partition: undefined,
  account: undefined,
  repos: [] as [string, string][],
};

t.test("what is written reads back", async (t) => {
  t.match(parse(clusterText(plan)), {
    name: "here",
    filesystem: { runs_base: plan.runsBase, artifact_root: plan.artifactRoot },
    scheduler: { kind: "auto" },
    slurm: {},
    repos: {},
  });
});

t.test("with all that may be said", async (t) => {
  const full = {
    ...plan,
    group: "lab",
    partition: "gpu",
    account: "a'b",
    repos: [["my.lib", "/home/me/lib"] as [string, string]],
  };
  t.match(parse(clusterText(full)), {
    filesystem: { shared_group: "lab" },
    slurm: { partition: "gpu", account: "a'b" },
    repos: { "my.lib": "/home/me/lib" },
  });
});
