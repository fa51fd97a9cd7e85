// Lineage across users of one machine: each sees what the other made of hers; what one closes or forges is told of, and
// hides nothing else. No job is run: runs and artifacts are made as far as lineage needs them.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { artifactIdOf, outputsIdOf } from "../../lib/record/artifact-id.js";
import { people } from "../lib/registry/support.js";
import { records, type Sandbox, sandbox, type User, user } from "../support/sandbox.js";

t.setTimeout(600_000);
const who = people(t);
const [alice, bob] = ["lab-alice", "lab-bob"].map((name) => user(name)) as [User, User];

const recipe = (name: string, inputs: string) => `name = "${name}"
command = ["true"]
${inputs}
[outputs.model]
type = "model"
`;

/** A registry of the group, and a directory for each of two members. */
async function place(t: { teardown(fn: () => void): void }): Promise<Sandbox> {
  const box = await sandbox({ name: "lineage", group: "lab-research" });
  t.teardown(() => box.remove());
  fs.chmodSync(path.join(box.dir, "shared"), 0o755);
  for (const one of [alice, bob]) {
    for (const directory of [path.join(box.dir, one.name), projectOf(box, one)]) {
      fs.mkdirSync(directory, { mode: 0o755 });
      fs.chownSync(directory, one.uid, one.gid);
    }
  }
  return box;
}

function projectOf(box: Sandbox, one: User): string {
  return path.join(box.dir, one.name, "project");
}

async function as(box: Sandbox, one: User, script: string) {
  const home = path.join(box.dir, one.name);
  const env = { HOME: home, XDG_CACHE_HOME: path.join(home, ".cache"), USER: one.name };
  return box.run(["bash", "-c", script], { user: one, cwd: projectOf(box, one), env });
}

/** Makes a run without sending it, and gives its id. */
async function makes(box: Sandbox, one: User, name: string, inputs: string): Promise<string> {
  fs.writeFileSync(path.join(projectOf(box, one), `${name}.toml`), recipe(name, inputs));
  const { stdout, stderr, code } = await as(
    box,
    one,
    `lab-plan --json ${name}.toml | lab-snapshot | lab-resolve | lab-create -q`,
  );
  if (code !== 0 || stderr !== "") throw new Error(stderr);
  return stdout.trim();
}

const artifact = (ref: string) => `[inputs.data]\ntype = "artifact"\nartifact = "${ref}"\n`;
const arrows = (stdout: string) =>
  records(stdout).flatMap(({ type, from_name, to_name }) => (type === "edge" ? [`${from_name} > ${to_name}`] : []));

t.test("alice's data, bob's run of it: both see the same", async (t) => {
  if (!who) return;
  const box = await place(t);
  fs.writeFileSync(path.join(projectOf(box, alice), "rows.csv"), "1\n");
  await as(box, alice, "lab-register-external rows.csv --alias rows");
  const train = await makes(box, bob, "train", artifact("lab-alice/rows"));
  const own = await makes(box, alice, "own", artifact("rows"));
  for (const [one, ref] of [
    [alice, "rows"],
    [bob, "lab-alice/rows"],
  ] as const) {
    const { stdout, stderr, code } = await as(box, one, `lab-lineage --json --down ${ref}`);
    t.equal(stderr, "");
    t.equal(code, 0);
    t.strictSame(arrows(stdout), ["rows.csv > train", "rows.csv > own"]);
    t.match(records(stdout)[0], { to: train, to_user: "lab-bob", from_user: "lab-alice" });
  }
  const seen = await as(box, alice, `lab-lineage --table rows`);
  t.match(seen.stdout, /├─ train +planned +\w{6} +lab-bob\n/, "whose it is, is said of others");
  t.match(seen.stdout, /own +planned +\w{6}\n/, "and not of oneself");

  await t.test("a run that bob closes is told of, and alice's own still shown", async (t) => {
    const dir = path.join(box.registry, "runs/lab-bob", train);
    fs.chmodSync(path.join(dir, ".lab/run.json"), 0o600);
    const { stdout, stderr, code } = await as(box, alice, "lab-lineage --json --down rows");
    t.equal(code, 1);
    t.match(stderr, new RegExp(`${train}: cannot read .*run.json.*permission denied`));
    t.strictSame(arrows(stdout), ["rows.csv > own"]);
    fs.chmodSync(path.join(dir, ".lab/run.json"), 0o640);
  });

  await t.test("and so is it when he closes all of his runs", async (t) => {
    const dir = path.join(box.registry, "runs/lab-bob");
    fs.chmodSync(dir, 0o700);
    const { stdout, stderr, code } = await as(box, alice, "lab-lineage --json --down rows");
    t.equal(code, 1);
    t.match(stderr, new RegExp(`${train}: cannot .*permission denied`));
    t.strictSame(arrows(stdout), ["rows.csv > own"]);
    fs.chmodSync(dir, 0o2750);
  });

  await t.test("an index that bob closes is told of", async (t) => {
    const index = path.join(box.registry, "index/lab-bob");
    fs.chmodSync(index, 0o700);
    const { stdout, stderr, code } = await as(box, alice, "lab-lineage --json --down rows");
    t.equal(code, 1);
    t.match(stderr, /cannot list .*index\/lab-bob/);
    t.strictSame(arrows(stdout), ["rows.csv > own"]);
    fs.chmodSync(index, 0o2750);
  });

  await t.test("what bob says that alice's run did, or made, counts for nothing", async (t) => {
    const thing = records((await as(box, alice, "lab-alias --json lab-alice/rows")).stdout)[0]?.["artifact"] ?? "";
    const forged = artifactIdOf(own, "model");
    const lines = [thing, forged, outputsIdOf(own)].map((id) => {
      const directory = `${box.registry}/index/lab-bob/${id.slice(4, 7)}`;
      return `mkdir -p ${JSON.stringify(directory)}; : >${JSON.stringify(`${directory}/${id}.used.${own}`)}; : >${JSON.stringify(`${directory}/${forged}.made.${train}`)}`;
    });
    t.equal((await as(box, bob, lines.join("\n"))).code, 0);
    const { stdout, code } = await as(box, alice, "lab-lineage --json --down rows");
    t.equal(code, 0, "bob has no run of that id: his index is ahead of nothing");
    t.strictSame(arrows(stdout), ["rows.csv > train", "rows.csv > own"]);
    t.strictSame(arrows((await as(box, alice, `lab-lineage --json --up ${own}:model`)).stdout).slice(0, 1), [
      "own > model",
    ]);
  });
});
