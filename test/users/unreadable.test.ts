import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { byName, type Fields, recipe, site } from "../support/cluster.js";
import { records, until } from "../support/sandbox.js";

// Files of runs that their owner cannot read, for a while or for good: told of by name, nothing wrong is written down, and
// the rest goes on. (Not as root, who can read everything.)
t.setTimeout(600_000);
const place = await site({
  name: "unreadable",
  kind: "local",
  env: { LAB_LOCAL_IDLE: "1s", LAB_SCHEDULER_ACCOUNTING_GRACE: "1s" },
});
t.teardown(() => place.remove());
const alice = place.person("lab-alice");

const closed: Record<string, string> = {
  envelope: "",
  run: "run.json",
  exit: "attempt-1/exit.json",
  start: "attempt-1/start.json",
  attempt: "attempt-1",
  intent: "submit-1/intent.json",
  receipt: "submit-1/receipt.json",
};
const names = [...Object.keys(closed), "damaged", "good"];
const files = names.map((name) => alice.write(`r/${name}.toml`, recipe(name)));
const sent = byName(await alice.lab(["lab", "run", "--json", ...files]));
const lab = (name: string) => path.join(sent[name]?.["run_dir"], ".lab");
for (const name of names) await until("its end", () => fs.existsSync(path.join(lab(name), "attempt-1/exit.json")));
const modes = new Map<string, number>();
for (const [name, file] of Object.entries(closed)) {
  const at = path.join(lab(name), file);
  modes.set(at, fs.statSync(at).mode);
  fs.chmodSync(at, 0);
}
fs.writeFileSync(path.join(lab("damaged"), "attempt-1/exit.json"), "{");
const withFile = names.filter((name) => name !== "good");
const hasOutcome = (name: string) => fs.existsSync(path.join(lab(name), "outcome.json"));

t.test("each is told of, and the others settle", async (t) => {
  // Once more, when what it left behind has had its time.
  await alice.run(["lab-reconcile", "--json"]);
  await until("the good one's end", async () => {
    await alice.run(["lab-reconcile"]);
    return hasOutcome("good") && hasOutcome("damaged");
  });
  const pass = await alice.run(["lab-reconcile", "--json"]);
  t.equal(pass.code, 1);
  for (const name of Object.keys(closed))
    t.match(pass.stderr, new RegExp(`^lab-reconcile: ${sent[name]?.["id"]}: cannot .*permission denied$`, "m"), name);
  for (const name of Object.keys(closed)) t.notOk(hasOutcome(name), `${name}: how it ended is not known`);
  const status = await alice.run(["lab", "status", "--json"]);
  t.equal(status.code, 1);
  const shown = byName(records(status.stdout));
  t.match(shown["good"], { state: "succeeded" });
  t.match(shown["damaged"], { state: "failed", message: /without an exit record/ }, "that file will never say more");
  t.same([shown["envelope"], shown["run"]], [undefined, undefined]);
  for (const name of ["exit", "start", "attempt", "intent", "receipt"])
    t.match(shown[name], { state: "unknown", message: "some of its files cannot be read now" }, name);
  for (const name of withFile) t.match(status.stderr, sent[name]?.["id"], `${name} is named`);
});

t.test("a wait says it once, and goes on", async (t) => {
  const { code, stderr } = await alice.run(["lab", "wait", "--timeout=5s", "--json", sent["exit"]?.["id"]]);
  t.equal(code, 75);
  t.equal(stderr.match(/exit\.json': permission denied/g)?.length, 1);
});

t.test("what can be read again has its right end", async (t) => {
  for (const [file, mode] of modes) fs.chmodSync(file, mode);
  const ids = names.map((name) => sent[name]?.["id"] as string);
  const waited = await alice.run(["lab", "wait", "--json", ...ids]);
  const ends = byName(records(waited.stdout) as Fields[]);
  for (const name of names.filter((name) => name !== "damaged"))
    t.match(ends[name], { state: "succeeded", exit_code: 0 }, name);
});
