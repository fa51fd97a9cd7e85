import t from "tap";
import * as v from "valibot";
import { resourceDefaults, resourcesSchema, runResources } from "../../../lib/recipe/resources.js";
import { breaches } from "../../../lib/toml/breaches.js";

t.test("sizes and times become bytes and seconds", async (t) => {
  t.strictSame(runResources(), { cpus: 1, mem_bytes: 4 * 2 ** 30, time_s: 600 });
  t.strictSame(runResources(), { ...resourceDefaults });
  const given = v.parse(resourcesSchema, {
    mem: "1.5GB",
    time: "1-12:00:00",
    gpu_mem: "40GB",
    tmp_disk: "1TB",
    exclude_nodes: "n1",
    sbatch_extra: ["exclusive"],
    components: [{ mem: "1GB", gpus: 4 }],
  });
  t.strictSame(runResources(given), {
    cpus: 1,
    mem_bytes: 1.5 * 2 ** 30,
    time_s: 36 * 3600,
    sbatch_extra: ["--exclusive"],
    gpu_mem_bytes: 40 * 2 ** 30,
    tmp_disk_bytes: 2 ** 40,
    exclude: "n1",
    components: [{ gpus: 4, mem_bytes: 2 ** 30 }],
  });
  t.equal(runResources({ mem: "0" }).mem_bytes, 0, "all the memory of the node");
  t.equal(runResources({ time: "10:00" }).time_s, 600);
});

t.test("what is wrong", async (t) => {
  for (const [table, said] of [
    [{ time: "30" }, /^time = "30" is no time with its unit/],
    [{ time: "0" }, /is no time/],
    [{ time: "0:00" }, /is no time/],
    [{ time: 30 }, /^time = 30 has no unit: write "30m"$/],
    [{ mem: 500 }, /^mem = 500 has no unit: write "500MB"$/],
    [{ mem: 64 }, /^mem = 64 has no unit: write "64GB"$/],
    [{ mem: true }, /^mem is true, expected a string/],
    [{ gpu_mem: 40 }, /^gpu_mem = 40 has no unit: write "40GB"$/],
    [{ mem: "4096" }, /^mem = "4096" is no size with its unit/],
    [{ mem: "4 gigs" }, /is no size/],
    [{ mem: "0GB" }, /is no size/],
    [{ gpu_mem: "0" }, /is no size/],
    [{ components: [{ gpus: "auto" }] }, /^components.0.gpus is "auto", expected a number/],
    [{ gpus: "2" }, /^gpus is "2", expected "auto" or a number/],
    [{ gpus: -1 }, /^gpus is -1, expected at least 0/],
    [{ cpus: 0 }, /^cpus is 0, expected at least 1/],
    [{ priority: 11 }, /^priority is 11, expected at most 10/],
    [{ partition: "a\nb" }, /^partition has a control character/],
    [{ exclude: "a", exclude_nodes: "b" }, /has both exclude and exclude_nodes/],
    [{ sbatch_extra: ["--wait"] }, /^sbatch_extra.0 = "--wait" is set by the toolkit/],
    [{ components: [{ time: "1h" }] }, /^unknown key 'time' in \[components.0\]/],
    [{ components: [{ sbatch_extra: ["-p x"] }] }, /^components.0.sbatch_extra.0 = "-p x" repeats resources.partition/],
  ] as const) {
    const found = breaches(resourcesSchema, table);
    t.equal(found.length, 1);
    t.match(found[0]?.message, said);
  }
});
