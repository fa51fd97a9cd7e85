// Jobs of the local scheduler that are held and let go.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import type { Run } from "../../lib/record/run.js";
import { records, sandbox } from "../support/sandbox.js";

t.setTimeout(300_000);
const place = await sandbox({ name: "throttle", extra: '[local]\ncpus = 1\nidle = "1s"\n' });
t.teardown(() => place.remove());

t.test("what is too much waits though there is room, until it is let go; a killed one settles", async (t) => {
  const run = (script: string) => place.run(["bash", "-o", "pipefail", "-c", script]);
  const sent = await run(
    `for i in 1 2 3; do lab run --json --name "nap$i" --set 'resources.time="1m"' -- sleep 300; done`,
  );
  t.equal(sent.code, 0, sent.stderr);
  const runs = records(sent.stdout).filter(({ type }) => type === "run") as unknown as Run[];
  const [, , third] = runs.map(({ job }) => String(job?.id)) as [string, string, string];
  const throttle = async (options: string) =>
    records((await run(`lab-throttle --json ${options}`)).stdout).map(({ name, state }) => `${name} ${state}`);
  t.same(await throttle("--name 'nap?' --max 1"), ["nap2 held", "nap3 held"]);
  t.same(await throttle("--name 'nap?' --max 1"), [], "twice is once");
  t.match((await run(`lab-why ${runs[2]?.id}`)).stdout, /it is held, so that no more run at once than may/);
  t.equal((await run(`lab-cancel -q ${runs[0]?.id}; lab-wait --timeout 60s -q ${runs[0]?.id}`)).code, 1);
  const states = records((await run("lab-reconcile >&2; lab-ls --json")).stdout).map(({ name, state }) => [
    name,
    state,
  ]);
  t.same(
    Object.fromEntries(states),
    { nap1: "cancelled", nap2: "queued", nap3: "queued" },
    "none starts though one could",
  );
  t.same(await throttle("--name 'nap?' --max 1"), ["nap2 released"]);
  t.match(fs.readdirSync(path.join(place.registry, "holds", String(runs[0]?.user))), [`${third}.json`]);
  // As if it had been killed before it wrote down that the job is held: the queue says by whom.
  const file = path.join(place.registry, "holds", String(runs[0]?.user), `${third}.json`);
  const { held_at: _, ...meant } = JSON.parse(fs.readFileSync(file, "utf8"));
  fs.writeFileSync(file, JSON.stringify(meant));
  t.same(await throttle("--name 'nap?' --max 2"), ["nap3 released"]);
  t.same(await throttle("--name 'nap?' --max 0"), ["nap3 held"]);
  t.same(await throttle("--release"), ["nap3 released"]);
  // As if another at the same time had removed what this one wrote.
  for (const options of ["--name 'nap?' --max 2", "--release"]) {
    t.same(await throttle("--name 'nap?' --max 0"), ["nap3 held"]);
    fs.rmSync(file);
    t.same(await throttle(options), ["nap3 released"], options);
  }
  // Held by a person's own hand, it is hers.
  const queued = path.join(place.registry, "queue", String(runs[0]?.user), `${third}.held.json`);
  fs.writeFileSync(queued, JSON.stringify({ type: "job-held", v: 1, job: third, at: new Date().toISOString() }));
  for (const options of ["--name 'nap?' --max 2", "--release"]) t.same(await throttle(options), [], options);
  t.equal((await run(`lab-cancel -q ${runs[1]?.id} ${runs[2]?.id}`)).code, 0);
});
