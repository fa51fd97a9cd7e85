// The overview tells why a run failed in the words of its log, not by an exit code alone.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { startServer } from "../../../../lib/serve/server.js";
import { openIndex } from "../../../../lib/verb/serving/index/index.js";
import { routesOf } from "../../../../lib/verb/serving/routes.js";
import { labRegistry } from "../../../support/lab-registry.js";
import { fakeContext } from "../fake-context.js";

interface Answer {
  failed: { id: string; name: string; message?: string }[];
}

t.test("the error that a failed run logged stands behind its exit code", async (t) => {
  const context = fakeContext(t);
  const { given: registry } = context;
  labRegistry(registry);
  const runs = path.join(registry.base, "runs", registry.user);
  const nameOf = (id: string) => JSON.parse(fs.readFileSync(path.join(runs, id, ".lab/run.json"), "utf8")).name;
  const probe = fs.readdirSync(runs).find((id) => nameOf(id) === "probe") ?? "";
  const lab = path.join(runs, probe, ".lab");
  fs.mkdirSync(path.join(lab, "submit-1"), { recursive: true });
  fs.writeFileSync(path.join(lab, "attempt-1/job.log"), "Traceback (most recent call last):\nKeyError: 'dev'\n");
  const index = await openIndex(registry, {} as never, () => {});
  const server = await startServer({ routes: routesOf({ context, registry, index }), assets: {}, report() {} }, 0);
  t.teardown(async () => {
    await server.close();
    await index.close();
  });
  const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/overview?since=30d`);
  const told = ((await response.json()) as Answer).failed.find(({ id }) => id === probe);
  t.equal(told?.message, "ValueError: no such split 'dev': KeyError: 'dev'");
});
