// A registry as version 1 of the format left it, made once by the commands of then: every later version reads it.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { otherAreas, userAreas } from "../../lib/registry/layout.js";
import { records, root, sandbox } from "../support/sandbox.js";

t.setTimeout(300_000);

const [good, bad, again, idle] = [
  "20261121-113227-dyh2db",
  "20261121-113233-ft1sam",
  "20261121-113237-wgnh07",
  "20261121-113243-0j7pa0",
] as const;

t.test("all that reads a registry reads it, wherever its copy is", async (t) => {
  const place = await sandbox({ name: "version 1" });
  t.teardown(() => place.remove());
  fs.rmSync(place.registry, { recursive: true });
  fs.cpSync(path.join(root, "test/fixtures/registry-v1/registry"), place.registry, { recursive: true });
  // Git keeps no empty directories.
  for (const area of [...userAreas, ...otherAreas]) fs.mkdirSync(path.join(place.registry, area), { recursive: true });
  const read = async (...argv: string[]) => {
    const { code, stdout, stderr } = await place.run([...argv, "--json"]);
    t.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
    return records(stdout);
  };
  const listed = await read("lab-ls", "--all");
  t.match(listed, [
    { id: idle, state: "planned", name: "fail" },
    { id: again, state: "cached", cached_from: good, cached_user: "lab-alice" },
    { id: bad, state: "failed", mode: "code_error", exit_code: 3 },
    { id: good, state: "succeeded", run_dir: path.join(place.registry, "runs/lab-alice", good) },
  ]);
  t.match(await read("lab-ls", "--user", "lab-alice", "--where", "params.lr = 1e-3 and metrics.loss < 1"), [
    { id: good },
  ]);
  t.match(await read("lab-show", "dyh2db"), [
    { id: good, state: "succeeded", metrics: { loss: 0.25 }, argv: ["sh", "train.sh"] },
  ]);
  t.match(await read("lab-show", "wgnh07"), [{ id: again, state: "cached" }]);
  t.match(await read("lab-why", "ft1sam"), [{ run: bad, state: "failed", log: [/no such thing/] }]);
  t.match(await read("lab-log", "ft1sam"), [{ text: /exit code 3/ }, { text: "no such thing" }]);
  t.match(await read("lab-metrics", "dyh2db"), [
    { name: "loss", value: 0.25 },
    { name: "accuracy", value: 0.9 },
  ]);
  t.match(await read("lab-artifacts", "--all"), [{ run: good, role: "model", kind: "model" }]);
  t.match(await read("lab-alias", "--list"), [{ name: "good", scope: "global" }]);
  t.match(await read("lab-lineage", "good"), [{ from: good, kind: "made" }]);
  const events: unknown[] = (await read("lab-events", "--all", "--since", "2026-11-01")).map(({ event }) => event);
  for (const event of ["run_created", "run_succeeded", "run_failed", "artifact_registered", "alias_set"])
    t.ok(events.includes(event), event);
});
