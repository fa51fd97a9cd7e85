import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { artifactIdOf } from "../../../lib/record/artifact-id.js";
import { openArtifact, registerExternal } from "../../../lib/registry/artifacts.js";
import { noteEdge } from "../../../lib/registry/edges.js";
import { artifactFile } from "../../../lib/registry/layout.js";
import { recordText } from "../../../lib/registry/write.js";
import { at, makeRun, register, registryFor } from "./artifact-support.js";
import { answer, atOnce, child, people, place, user } from "./support.js";

const id = "20261120-201455-k7q3mz";

t.test("what a run made is found by its id; a false note in the index leads nowhere", async (t) => {
  const registry = registryFor(t);
  const run = makeRun(registry, id);
  t.equal(openArtifact(registry, artifactIdOf(id, "model")), undefined, "not registered yet");
  const artifact = register(registry, run, "model");
  const again = register(registry, run, "model", undefined, 2);
  t.match(openArtifact(registry, artifact.id), { artifact: again, run: { run: { id } } }, "the latest attempt's");
  const fake = artifactIdOf(id, "other");
  noteEdge(registry, fake, "made", id);
  noteEdge(registry, fake, "made", "20261120-201455-zzzzzz");
  t.equal(openArtifact(registry, fake), undefined);
});

t.test("who copies another's run takes over none of its artifacts", async (t) => {
  const registry = registryFor(t);
  const artifact = register(registry, makeRun(registry, id), "model");
  fs.mkdirSync(path.join(registry.base, "runs/aaron", id), { recursive: true });
  t.match(openArtifact(registry, artifact.id), { artifact, run: { run: { user } } }, "its maker's is hers");
  const reports: string[] = [];
  const other = { ...registry, user: "somebody", uid: registry.uid + 1 };
  t.equal(
    openArtifact(other, artifact.id, (message) => reports.push(message)),
    undefined,
    "others believe neither",
  );
  t.match(reports.join(), /several have a run of this id, .*: aaron, /);
});

t.test("registered from outside: the same bytes are the same artifact, others are another", async (t) => {
  const registry = registryFor(t);
  const directory = path.join(place(t), "data");
  fs.mkdirSync(directory);
  fs.writeFileSync(path.join(directory, "a"), "aaa");
  const ask = { path: directory, kind: "dataset", at } as const;
  const dry = registerExternal(registry, { ...ask, digest: "stat" }, true);
  t.equal(dry.made, true);
  t.equal(openArtifact(registry, dry.artifact.id), undefined, "a dry run registers nothing");
  const stat = registerExternal(registry, { ...ask, digest: "stat", note: "the first" });
  t.match(stat, {
    made: true,
    artifact: { kind: "dataset", user, path: directory, files: 1, bytes: 3, digest_of: "stat", note: "the first" },
  });
  t.equal(stat.artifact.digest, stat.artifact.stat_digest);
  t.match(registerExternal(registry, { ...ask, digest: "stat" }), { made: false, artifact: { id: stat.artifact.id } });
  t.same(openArtifact(registry, stat.artifact.id), { artifact: stat.artifact });
  const content = registerExternal(registry, { ...ask, digest: "sha256" });
  t.match(content, { made: true, artifact: { digest_of: "sha256" } });
  fs.utimesSync(path.join(directory, "a"), 1, 1);
  t.match(registerExternal(registry, { ...ask, digest: "sha256" }), { made: false }, "touched, and the same still");
  t.match(registerExternal(registry, { ...ask, digest: "stat" }), { made: true }, "touched: it may be another");
  fs.writeFileSync(path.join(directory, "a"), "bbb");
  t.not(registerExternal(registry, { ...ask, digest: "sha256" }).artifact.id, content.artifact.id);
  const none = registerExternal(registry, { ...ask, digest: "none" });
  t.match(none, { made: true });
  t.notOk("digest" in none.artifact || "stat_digest" in none.artifact);
  t.throws(() => registerExternal(registry, { ...ask, path: "/nowhere/at/all", digest: "none" }), { code: "noinput" });
  t.throws(() => registerExternal(registry, { ...ask, kind: "a/b", digest: "none" }), { code: "dataerr" });
});

t.test("killed before any write, or done by several at once: one artifact", async (t) => {
  const file = path.join(place(t), "x");
  fs.writeFileSync(file, "x");
  const external = { path: file, kind: "dataset", digest: "sha256", at };
  for (let killAt = 1; ; killAt += 1) {
    const registry = registryFor(t);
    const killed = child("external", [registry.base, external], { killAt });
    const { artifact } = registerExternal(registry, external as never);
    t.match(openArtifact(registry, artifact.id), { artifact }, `killed before write ${killAt}`);
    if (killed.signal !== "SIGKILL") break;
  }
  const registry = registryFor(t);
  const answers = await atOnce(Array.from({ length: 4 }, () => ["external", [registry.base, external]]));
  t.equal(answers.filter((one) => "value" in one && (one.value as { made: boolean }).made).length, 1);
  t.equal(answers.filter((one) => "value" in one).length, 4);
});

t.test("a record that is not its owner's, or is about something else, counts for nothing", async (t) => {
  const users = people(t);
  if (!users) return;
  const registry = registryFor(t);
  const file = path.join(place(t), "x");
  fs.writeFileSync(file, "x", { mode: 0o644 });
  fs.chmodSync(file, 0o644);
  const external = { path: file, kind: "dataset", digest: "stat", at } as const;
  const made = answer("external", [registry.base, external], { as: users.alice });
  const artifact = (made as { value: { artifact: { id: string } } }).value.artifact;
  t.match(openArtifact(registry, artifact.id), { artifact: { user: users.alice } });
  const record = artifactFile(registry.base, users.alice, artifact.id);
  const said: string[] = [];
  const look = () => openArtifact(registry, artifact.id, (message) => said.push(message));
  const owner = fs.lstatSync(record).uid;
  fs.writeFileSync(record, recordText({ ...artifact, path: "/etc/shadow" }));
  t.equal(look(), undefined);
  fs.writeFileSync(record, recordText(artifact));
  fs.chownSync(record, owner + 1, owner);
  t.equal(look(), undefined);
  t.match(said, [/its id does not follow from what it says$/, /belongs to uid/]);
  // Another's directory cannot lend itself to an id of alice's.
  t.match(answer("external", [registry.base, external], { as: users.bob }), { value: { made: true } });
  fs.chownSync(record, owner, owner);
  const copy = artifactFile(registry.base, users.bob, artifact.id);
  fs.copyFileSync(record, copy);
  fs.chownSync(copy, fs.lstatSync(path.dirname(copy)).uid, owner);
  t.match(look(), { artifact: { user: users.alice } });
});
