import t from "tap";
import type { JobView } from "../../../lib/record/facts.js";
import { isMeant } from "../../../lib/scheduler/whose.js";

const at = (second: number) => new Date(Date.UTC(2026, 10, 21) + second * 1000).toISOString();
const owner = { registry: "reg", run: "20261121-000000-abc123" };
const query = { job: "1", since: Date.parse(at(0)), until: Date.parse(at(10)), owner, job_name: "digits.abc123" };
const view = (more: Partial<JobView> = {}): JobView => ({ job: "1", phase: "running", submitted_at: at(5), ...more });

t.test("what a job says itself decides, whatever the times are", (t) => {
  for (const submitted_at of [at(-86_400), at(5), at(86_400)]) {
    for (const name of ["digits.abc123", "x", undefined]) {
      t.ok(isMeant(query, view({ submitted_at }), { owner, name }));
      t.notOk(isMeant(query, view({ submitted_at }), { owner: { ...owner, run: "20261121-000000-other1" }, name }));
      t.notOk(isMeant(query, view({ submitted_at }), { owner: { ...owner, registry: "another" }, name }));
    }
  }
  t.end();
});

t.test("where it does not say, its name does", (t) => {
  for (const submitted_at of [at(5), at(86_400)]) {
    t.ok(isMeant(query, view({ submitted_at }), { name: "digits.abc123" }));
    t.notOk(isMeant(query, view({ submitted_at }), { name: "wrap" }));
  }
  t.end();
});

t.test("where that is not known either, when it was submitted does", (t) => {
  const meant = (more: Partial<JobView>, asked = query) => isMeant(asked, view(more));
  t.ok(meant({}));
  t.ok(meant({ submitted_at: at(-200) }), "clocks differ");
  t.ok(meant({ submitted_at: at(200) }));
  t.notOk(meant({ submitted_at: at(-400) }));
  t.notOk(meant({ submitted_at: at(400) }));
  t.ok(meant({ submitted_at: at(86_400), restarts: 1 }), "it was requeued");
  t.ok(meant({ submitted_at: at(86_400) }, { job: "1", since: query.since, owner } as typeof query), "no receipt");
  const { submitted_at: _, ...unsaid } = view();
  t.ok(isMeant(query, unsaid), "nothing speaks against it");
  t.notOk(isMeant(query, { ...unsaid, phase: "ended", ended_at: at(-400) }));
  t.end();
});
