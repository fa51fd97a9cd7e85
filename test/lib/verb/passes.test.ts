import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { reconcilePass } from "../../../lib/verb/passes.js";
import { all, fakeContext, submitted } from "./fake-context.js";

t.test("what has settled is known without asking anybody", async (t) => {
  const context = fakeContext(t);
  t.same(await all(reconcilePass(context)), []);
  t.same(context.fake.calls, [], "no runs, no questions");
  const run = await submitted(context, { ended: true });
  t.match(await all(reconcilePass(context)), [{ ended: { run: run.id, state: "succeeded" } }]);
  context.fake.calls.length = 0;
  t.same(await all(reconcilePass(context)), []);
  t.same(await all(reconcilePass(context, [run.id])), []);
  t.same(context.fake.calls, [], "all is settled: no questions");
  await submitted(context);
  context.fake.inQueue.set("2", { job: "2", phase: "pending" });
  t.match(await all(reconcilePass(context)), [{ standing: { state: "queued" } }]);
  t.same(context.fake.calls, ["submit", "queue"]);
});

t.test("hooks run side by side, and no record waits for them", async (t) => {
  const context = fakeContext(t);
  const dir = t.testdir();
  const file = (name: string) => path.join(dir, name);
  const wait = (name: string) =>
    `i=0; while [ ! -e '${file(name)}' ]; do i=$((i + 1)); [ $i -lt 600 ]; sleep 0.1; done`;
  // Each waits for the other, and both for the records.
  const hooks = [
    `set -e; touch '${file("a")}'; ${wait("b")}; ${wait("records")}; cat >'${file("first")}'`,
    `set -e; touch '${file("b")}'; ${wait("a")}; ${wait("records")}; exit 7`,
  ];
  const runs = [];
  for (const hook of hooks) runs.push(await submitted(context, { ended: true, more: { notify: { run: hook } } }));
  const changed = await all(reconcilePass(context));
  t.match(changed, [{ ended: { state: "succeeded" } }, { ended: { state: "succeeded" } }]);
  t.notOk(fs.existsSync(file("first")), "the pass is over, the hooks are not");
  fs.writeFileSync(file("records"), "");
  await context.done();
  t.match(JSON.parse(fs.readFileSync(file("first"), "utf8")), { run: runs[0]?.id, state: "succeeded" });
  t.equal(context.said.length, 1);
  t.match(context.said[0], /^\S+: the hook '.*' of \[notify\] failed: exit code 7.* \(it isn't run again\)$/s);
});
