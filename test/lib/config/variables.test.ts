import fc from "fast-check";
import t from "tap";
import { settingsSchema } from "../../../lib/config/schema.js";
import { variables, variablesLayer } from "../../../lib/config/variables.js";

const base = { directory: "/here", home: "/home/ann" };
const layerOf = (env: Record<string, string>) => {
  const warnings: string[] = [];
  const { value, source } = variablesLayer(env, base, warnings);
  return { value: JSON.parse(JSON.stringify(value)) as unknown, source, warnings };
};

t.test("a variable is a setting", async (t) => {
  const { value, source, warnings } = layerOf({
    LAB_SLURM_PARTITION: "gpu",
    LAB_FILESYSTEM_RUNS_BASE: "runs",
    LAB_SCHEDULER_KIND: "local",
    LAB_SCHEDULER_MISSING_JOB_GRACE: "5m",
    LAB_LOCAL_CPUS: "4",
    LAB_LOCAL_MEM: "2GB",
    LAB_CACHE_TRUST: "mine",
    LAB_MODULE_INIT: "~/init.sh",
    LAB_SLURM_QOS: "",
  });
  t.strictSame(value, {
    slurm: { partition: "gpu" },
    filesystem: { runs_base: "/here/runs" },
    scheduler: { kind: "local", missing_job_grace: 300 },
    local: { cpus: 4, mem: 2 ** 31 },
    cache: { trust: "mine" },
    module_init: "/home/ann/init.sh",
  });
  t.strictSame(source(["slurm", "partition"]), { from: "LAB_SLURM_PARTITION" });
  t.strictSame(warnings, []);
});

t.test("variables of jobs and of others are none of ours", async (t) => {
  const env = {
    LAB_RUN_ID: "x",
    LAB_ENV: "x",
    LAB_CLUSTER: "x",
    LAB_INPUT_DATA: "x",
    LAB_NAME: "x",
    LAB_ERRORS: "json",
    SLURM_PARTITION: "x",
  };
  t.match(layerOf(env), { value: {}, warnings: [] });
});

t.test("one that is nearly a setting is warned of", async (t) => {
  t.strictSame(layerOf({ LAB_SLURM_PARTITON: "gpu", LAB_LOCAL_COLOUR_OF_THE_CASE: "red" }).warnings, [
    "the variable LAB_SLURM_PARTITON is no setting (did you mean LAB_SLURM_PARTITION?)",
    "the variable LAB_LOCAL_COLOUR_OF_THE_CASE is no setting",
  ]);
});

t.test("a bad value names the variable", async (t) => {
  for (const [variable, text, message] of [
    ["LAB_SCHEDULER_KIND", "slrum", /^LAB_SCHEDULER_KIND: scheduler.kind is "slrum", expected .*did you mean 'slurm'/],
    ["LAB_LOCAL_GPUS", "two", /^LAB_LOCAL_GPUS: local.gpus is "two", expected a number/],
    ["LAB_FILESYSTEM_RUNS_BASE", "/path/to/runs", /^LAB_FILESYSTEM_RUNS_BASE: .*placeholder/],
    ["LAB_LOCAL_IDLE", "soon", /^LAB_LOCAL_IDLE: .*duration "soon"/],
  ] as const) {
    t.throws(() => layerOf({ [variable]: text }), { code: "config", message }, variable);
  }
});

t.test("every variable stands for a setting that the schema has", async (t) => {
  for (const [variable, [section = "", key]] of variables) {
    const entry = (settingsSchema.entries as Record<string, { wrapped: { entries?: Record<string, unknown> } }>)[
      section
    ];
    t.ok(
      entry && (key === undefined || (entry.wrapped.entries && Object.hasOwn(entry.wrapped.entries, key))),
      variable,
    );
  }
});

t.test("no environment, however odd, breaks anything but by a fault", async () => {
  const names = fc.oneof(
    fc.constantFrom(...variables.keys()),
    fc.string().map((text) => `LAB_${text}`),
  );
  fc.assert(
    fc.property(fc.dictionary(names, fc.string()), (env) => {
      try {
        layerOf(env);
        return true;
      } catch (error) {
        return (error as { code?: string }).code === "config";
      }
    }),
  );
});
