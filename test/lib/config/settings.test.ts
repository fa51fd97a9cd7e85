import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import * as v from "valibot";
import { resolveConfig } from "../../../lib/config/config.js";
import { settings } from "../../../lib/config/settings.js";
import { settingSchema } from "../../../lib/record/records.js";

const asked = { env: {}, cwd: os.tmpdir(), home: "/home/ann", uid: os.userInfo().uid };

t.test("a record for every value, with its file and line", async (t) => {
  const cluster = path.resolve("examples/clusters/labctl.toml");
  const lines = fs.readFileSync(cluster, "utf8").split("\n");
  const resolved = await resolveConfig({
    ...asked,
    env: { LAB_LOCAL_MEM: "2GB" },
    flags: { cluster, set: ["slurm.qos=high", "repos.x={path='/x', trusted=true}"] },
  });
  const rows = await settings(resolved);
  for (const row of rows) t.ok(v.is(settingSchema, row), row.key);
  const row = (key: string) => rows.find((candidate) => candidate.key === key);
  t.match(row("slurm.qos"), { value: "high", from: "-c" });
  t.match(row("local.mem"), { value: 2 ** 31, from: "LAB_LOCAL_MEM", note: "bytes" });
  t.match(row("cache.trust"), { value: "group", from: "default" });
  t.equal(row("dispatch.throttle.job_name")?.note, undefined);
  t.equal(row("dispatch.policies_dir")?.note, undefined);
  t.match(row("repos.x.trusted"), { value: true, from: "-c", note: /^without effect/ });
  t.equal(row("repos.omegalax.trusted")?.note, undefined);
  t.equal(row("remote.ssh_alias")?.note, undefined);
  t.equal(rows[0]?.key, "name");
  for (const { key, from } of rows) {
    const line = new RegExp(`^${cluster}:(\\d+)$`).exec(from)?.[1];
    const word =
      key === "scheduler.missing_job_grace"
        ? "missing_job_grace_secs"
        : key
            .replace(/^(repos\.\w+)\..*/, "$1")
            .split(".")
            .at(-1);
    if (line !== undefined) t.match(lines[Number(line) - 1], new RegExp(`^${word}\\b`), key);
  }
});

t.test("secrets are not shown", async (t) => {
  const home = t.testdir({
    "c.toml":
      "name = 'x'\nfilesystem.runs_base = '/r'\n[env]\nHF_TOKEN = 'hf_1'\nMY_API_KEY = 'k'\nDB_PASSWORD = 'p'\nLAYOUT = 'us'\n",
  });
  const rows = await settings(await resolveConfig({ ...asked, flags: { cluster: `${home}/c.toml` } }));
  t.match(
    rows.filter(({ key }) => key.startsWith("env.")).map(({ key, value }) => [key, value]),
    [
      ["env.HF_TOKEN", "…"],
      ["env.MY_API_KEY", "…"],
      ["env.DB_PASSWORD", "…"],
      ["env.LAYOUT", "us"],
    ],
  );
  t.notMatch(JSON.stringify(rows), /hf_1/);
});
