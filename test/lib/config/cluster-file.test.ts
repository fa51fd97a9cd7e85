import fs from "node:fs";
import t from "tap";
import { clusterFilePlaces, findClusterFile } from "../../../lib/config/cluster-file.js";

const system = "/etc/lab/cluster.toml";
const where = { env: {}, cwd: "/here", home: "/home/ann" };

t.test("the order of the places", async (t) => {
  const usual = ["/home/ann/.config/lab/cluster.toml", "/etc/lab/cluster.toml"];
  t.strictSame(clusterFilePlaces(where, system), { usual });
  const LAB_CLUSTER = "../variable.toml";
  t.strictSame(clusterFilePlaces({ ...where, env: { LAB_CLUSTER } }, system), {
    named: "/variable.toml",
    by: "LAB_CLUSTER",
    usual,
  });
  t.strictSame(clusterFilePlaces({ ...where, env: { LAB_CLUSTER }, cluster: "flag.toml" }, system), {
    named: "/here/flag.toml",
    by: "--cluster",
    usual,
  });
  t.strictSame(
    clusterFilePlaces({ ...where, env: { LAB_CLUSTER: "" } }, system),
    { usual },
    "an empty variable is none",
  );
  t.equal(clusterFilePlaces({ ...where, env: { XDG_CONFIG_HOME: "/xdg" } }, system).usual[0], "/xdg/lab/cluster.toml");
  t.equal(
    clusterFilePlaces({ ...where, env: { XDG_CONFIG_HOME: "xdg" } }, system).usual[0],
    usual[0],
    "XDG takes absolute paths only",
  );
});

t.test("what is named must exist; what is not found has a remedy", async (t) => {
  const home = t.testdir({ ".config": { lab: {} }, "mine.toml": "" });
  const at = { env: {}, cwd: home, home };
  t.equal(findClusterFile({ ...at, cluster: "mine.toml" }), `${home}/mine.toml`);
  t.throws(() => findClusterFile({ ...at, cluster: "other.toml" }), {
    code: "config",
    message: `cannot read the cluster file '${home}/other.toml' (--cluster): no such file`,
    hint: "lab init makes one",
  });
  t.throws(() => findClusterFile({ ...at, env: { LAB_CLUSTER: "/mine.toml/x" } }), {
    code: "config",
    message: /LAB_CLUSTER/,
  });
  fs.writeFileSync(`${home}/.config/lab/cluster.toml`, "");
  t.equal(findClusterFile(at), `${home}/.config/lab/cluster.toml`);
  t.equal(
    findClusterFile({ ...at, home: `${home}/nobody` }, `${home}/mine.toml`),
    `${home}/mine.toml`,
    "else the machine's",
  );
});

t.test("a file of labctl is not read, but pointed at", async (t) => {
  const home = t.testdir({ ".config": { labctl: { "cluster.toml": "" } } });
  t.throws(() => findClusterFile({ env: {}, cwd: home, home }, `${home}/etc.toml`), {
    code: "config",
    message: `cannot find a cluster file: there is none at ${home}/.config/lab/cluster.toml or ${home}/etc.toml`,
    hint: `lab init --use ${home}/.config/labctl/cluster.toml takes that of labctl; lab init makes a new one`,
  });
});

t.test("a link that leads nowhere is not passed over", async (t) => {
  const home = t.testdir({ ".config": { lab: { "cluster.toml": t.fixture("symlink", "gone.toml") } } });
  t.equal(findClusterFile({ env: {}, cwd: home, home }), `${home}/.config/lab/cluster.toml`);
});
