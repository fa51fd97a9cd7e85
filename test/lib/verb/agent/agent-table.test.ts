import t from "tap";
import type { Config } from "../../../../lib/config/config.js";
import { agentTable } from "../../../../lib/verb/agent/agent-table.js";

const config = (dispatch?: object) => ({ ...(dispatch ? { dispatch } : {}) }) as unknown as Config;

t.test("how often, when and what", async (t) => {
  const text = "# a comment\n\nreconcile active lab-x -q | lab-y\n  evald dispatch.throttle  lab-z\n1h always lab-w\n";
  t.strictSame(agentTable(text, config()), [
    { name: "lab-x", interval_s: 60, when: "active", command: "lab-x -q | lab-y" },
    { name: "lab-z", interval_s: 300, when: { key: "dispatch.throttle", set: false }, command: "lab-z" },
    { name: "lab-w", interval_s: 3600, when: "always", command: "lab-w" },
  ]);
  const alike = agentTable("1s always x a\n1s always x b\n1s always x c", config());
  t.strictSame(
    alike.map(({ name }) => name),
    ["x", "x:2", "x:3"],
  );
  const said = config({ reconcile_interval_secs: 7, evald_interval_secs: 8, throttle: { job_name: "x" } });
  t.match(agentTable(text, said), [{ interval_s: 7 }, { interval_s: 8, when: { set: true } }, {}]);
  t.match(agentTable("1h slurm.qos,dispatch.throttle x", said), [{ when: { set: true } }]);
  t.match(agentTable("1h dispatch.gc.enabled x", config({ gc: { enabled: false } })), [{ when: { set: false } }]);
});

t.test("what is no table is refused, by its line", async (t) => {
  for (const [text, message] of [
    ["", /no parts/],
    ["reconcile always", /line 1 of the table is not one of a part: 'reconcile always'/],
    ["\nsometimes always lab-x", /line 2 of the table says 'sometimes'/],
  ] as const)
    t.throws(() => agentTable(text, config()), { message, code: "usage" });
});
