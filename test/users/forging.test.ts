import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { type Fields, type Person, recipe, site, userOf } from "../support/cluster.js";
import { asUser, records } from "../support/sandbox.js";

// What one member of the lab can do to fool or stop another: plant what will be hers, forge what will be read.
t.setTimeout(600_000);
const local = { kind: "local" as const, env: { LAB_LOCAL_IDLE: "1s" } };

/** A program of a user, past all of ours. */
function as(person: Person, ...argv: string[]): void {
  const [program = "", ...words] = asUser(userOf(person.name), argv);
  const { status, stderr } = spawnSync(program, words, { cwd: "/", encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

t.test("what somebody else put in her place is refused", async (t) => {
  const place = await site({ name: "planted", founder: "lab-carol", ...local });
  t.teardown(() => place.remove());
  const [alice, bob] = [place.person("lab-alice"), place.person("lab-bob")];
  // Another one each time: nobody's claim on it names a run that was removed.
  const file = () => alice.write("r/x.toml", recipe("x", { more: '[outputs.m]\ntype = "model"\n' }));
  const elsewhere = path.join(place.dir, "elsewhere");
  fs.mkdirSync(elsewhere, { mode: 0o777 });
  fs.chmodSync(elsewhere, 0o777);
  as(bob, "ln", "-s", elsewhere, path.join(place.registry, "events/lab-alice"));
  const areas = ["runs", "active", "loose", "snapshots", "queue"].map((area) => path.join(place.registry, area));
  for (const area of [...areas, path.join(place.artifacts, "model")]) {
    const hers = path.join(area, "lab-alice");
    if (fs.existsSync(hers)) fs.rmSync(hers, { recursive: true });
    for (const plant of [
      ["mkdir", "-m777", hers],
      ["ln", "-s", elsewhere, hers],
      ["sh", "-c", ': >"$0"', hers],
    ]) {
      as(bob, ...plant);
      const { code, stdout, stderr } = await alice.run(["lab", "run", "--json", file()]);
      const where = `${path.basename(area)}: ${plant[0]}`;
      t.ok([1, 69, 77].includes(code ?? 0), `${where}: ${code}`);
      t.notMatch(stdout, /"job"/, where);
      t.match(stderr, `cannot use '${hers}'`, where);
      t.same(fs.readdirSync(elsewhere), [], where);
      fs.rmSync(hers, { recursive: true });
    }
  }
  t.match(
    await alice.lab(["lab", "run", "-w", "--json", file()]),
    [{ state: "succeeded" }],
    "the journal stops nothing",
  );
  t.same(fs.readdirSync(elsewhere), []);
});

t.test("a forged record is told of and left out", async (t) => {
  const place = await site({ name: "forged", ...local });
  t.teardown(() => place.remove());
  const [alice, bob, carol] = ["lab-alice", "lab-bob", "lab-carol"].map((name) => place.person(name)) as Person[];
  if (!alice || !bob || !carol) throw new Error("three people");
  const [mine] = await alice.lab(["lab", "run", "-w", "--json", alice.write("r/x.toml", recipe("mine"))]);
  const [theirs] = await bob.lab(["lab", "run", "-w", "--json", bob.write("r/x.toml", recipe("theirs"))]);
  const template = fs.readFileSync(path.join(theirs?.["run_dir"], ".lab/run.json"), "utf8");
  const secret = path.join(carol.home, "secret");
  fs.writeFileSync(secret, template, { mode: 0o600 });
  const forgeries: Record<string, (file: string, id: string) => void> = {
    "20261120-000000-aaaaa1": (file, id) =>
      fs.writeFileSync(file, template.replaceAll(theirs?.["id"], id).replace('"lab-bob"', '"lab-alice"')),
    "20261120-000000-aaaaa2": (file) => fs.writeFileSync(file, template),
    "20261120-000000-aaaaa3": (file) => fs.writeFileSync(file, template.slice(0, 300)),
    "20261120-000000-aaaaa4": (file) => fs.symlinkSync(path.join(mine?.["run_dir"], ".lab/run.json"), file),
    "20261120-000000-aaaaa5": (file) => spawnSync("mkfifo", [file]),
    "20261120-000000-aaaaa6": (file) => fs.mkdirSync(file),
    "20261120-000000-aaaaa7": (file) =>
      fs.writeFileSync(file, `{"type":"run","v":1,"x":"${"x".repeat(70 * 2 ** 20)}"}`),
    "20261120-000000-aaaaa8": (file, id) =>
      fs.writeFileSync(file, template.replaceAll(theirs?.["id"], id).replace('"v": 1', '"v": 2')),
    "20261120-000000-aaaaa9": (file, id) =>
      fs.writeFileSync(
        file,
        template.replaceAll(theirs?.["id"], id).replace('"theirs"', '"\\u001b]0;owned\\u0007theirs"'),
      ),
  };
  for (const [id, forge] of Object.entries(forgeries)) {
    const lab = path.join(place.registry, "runs/lab-bob", id, ".lab");
    fs.mkdirSync(lab, { recursive: true });
    forge(path.join(lab, "run.json"), id);
    fs.writeFileSync(path.join(place.registry, "loose/lab-bob", id), "");
    spawnSync("chown", [
      "-hR",
      `${bob.uid}:${bob.gid}`,
      path.dirname(lab),
      path.join(place.registry, "loose/lab-bob", id),
    ]);
  }
  // A whole tree in carol's name, where she has none yet.
  for (const area of ["runs", "active", "loose", "events"]) {
    const hers = path.join(place.registry, area, "lab-carol");
    if (!fs.existsSync(hers)) as(bob, "mkdir", "-m755", hers);
  }
  const false_id = "20261120-000000-ccccc1";
  as(bob, "mkdir", "-p", path.join(place.registry, "runs/lab-carol", false_id, ".lab"));
  as(bob, "touch", path.join(place.registry, "loose/lab-carol", false_id));
  const forged = path.join(bob.home, "forged");
  fs.writeFileSync(forged, template.replaceAll(theirs?.["id"], false_id).replaceAll("lab-bob", "lab-carol"), {
    mode: 0o644,
  });
  fs.chownSync(forged, bob.uid, bob.gid);
  as(bob, "cp", forged, path.join(place.registry, "runs/lab-carol", false_id, ".lab/run.json"));

  const { code, stdout, stderr } = await alice.run(["lab", "ls", "--all", "--json"]);
  t.equal(code, 1);
  const shown = (records(stdout) as Fields[]).map(({ id }) => id);
  t.ok(shown.includes(mine?.["id"]) && shown.includes(theirs?.["id"]), "what is right is shown");
  t.same(
    shown.filter((id) => id !== mine?.["id"] && id !== theirs?.["id"] && id !== "20261120-000000-aaaaa9"),
    [],
  );
  for (const id of Object.keys(forgeries).filter((id) => !id.endsWith("9"))) t.match(stderr, id, `${id} is named`);
  t.match(stderr, /cannot trust '.*loose\/lab-carol': it belongs to uid \d+, not to lab-carol/);
  const hers = await alice.run(["lab", "ls", "--json", "--user=lab-carol"]);
  t.equal(hers.code, 66);
  t.match(hers.stderr, /cannot trust '.*runs\/lab-carol'.*no user 'lab-carol' has runs here/s);
  const events = await alice.run(["lab", "events", "--all", "--json"]);
  t.equal(events.code, 1);
  t.match(events.stderr, /cannot trust '.*events\/lab-carol'/);
  const table = await alice.run(["lab", "ls", "--all", "--table"]);
  t.notMatch(table.stdout, "\u001b]", "nothing reaches the terminal that is not text");
  t.equal((await alice.run(["lab", "show", false_id])).code === 0, false);
  t.equal((await alice.run(["lab", "ls"])).code, 0, "her own list is none of their business");
  t.equal((await carol.run(["lab", "ls"])).stderr.includes(secret), false);
});
