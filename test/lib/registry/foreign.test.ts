// A registry read from afar: what a name means there, and whose files are believed.
import t from "tap";
import { artifactIdOf, externalArtifactIdOf } from "../../../lib/record/artifact-id.js";
import {
  type FarFile,
  farAlias,
  farArtifact,
  farRef,
  farRegistry,
  looksFor,
  looksForMaker,
} from "../../../lib/registry/foreign.js";

const run = "20261120-120000-abc123";
const at = "2026-11-20T12:00:00Z";
const users: FarFile[] = ["aliases/by-user", "artifacts", "runs"].flatMap((area) => [
  { path: `${area}/alice`, uid: 1 },
  { path: `${area}/bob`, uid: 2 },
]);
const file = (path: string, uid: number, record: object): FarFile => ({ path, uid, text: JSON.stringify(record) });

function alias(user: string, uid: number, generation: number, more: object, scope = "user", name = "best"): FarFile {
  const where = scope === "user" ? `aliases/by-user/${user}/0a` : "aliases/0a";
  const record = { type: "alias", v: 1, name, scope, user, generation, at, ...more };
  return file(`${where}/${name}.${generation}.json`, uid, record);
}
const made = (step: number, attempt = 1, uid = 1, more: object = {}): FarFile =>
  file(`runs/alice/${run}/.lab/outputs/ckpt.${step}.a${attempt}.json`, uid, {
    type: "artifact",
    v: 1,
    id: artifactIdOf(run, "ckpt", step),
    kind: "checkpoint",
    user: "alice",
    path: `/far/${step}`,
    run,
    role: "ckpt",
    step,
    attempt,
    at,
    ...more,
  });
const stream = { run, role: "ckpt" };

t.test("references", async (t) => {
  t.match(farRef("best"), { name: "best" });
  t.match(farRef("bob/best@latest"), { user: "bob", name: "best", step: "latest" });
  t.match(farRef("abc123:ckpt@5"), { run: "abc123", role: "ckpt", step: 5 });
  t.match(farRef(artifactIdOf(run, "x")), { id: artifactIdOf(run, "x") });
  for (const bad of ["", "../x", "a/../b", "a/b/c", "x:y", "*", "a b", "@5", "abc123:../x", "art-1/x/"])
    t.throws(() => farRef(bad), { code: "dataerr" }, bad);
  for (const { dir, name } of [
    ...looksFor(farRef("best")),
    ...looksFor(farRef("abc123:ckpt")),
    ...looksFor(farRef(`art-${"0".repeat(20)}`)),
  ])
    t.match([dir, name], [/^[\w./*-]+$/, /^[\w.*-]+$/], "fit for any shell");
});

t.test("one's own name, else the global one, else that of the only other who has it", async (t) => {
  const [mine, theirs] = [alias("alice", 1, 1, stream), alias("bob", 2, 1, { artifact: artifactIdOf(run, "b") })];
  const global = alias("bob", 2, 1, { artifact: artifactIdOf(run, "g") }, "global");
  const all = [...users, mine, theirs, global];
  t.match(farAlias(farRef("best"), all, "alice"), { user: "alice", scope: "user" });
  t.match(farAlias(farRef("best"), all, "carol"), { scope: "global" });
  t.match(farAlias(farRef("bob/best"), all, "alice"), { user: "bob", scope: "user" });
  t.match(farAlias(farRef("best"), [...users, theirs], "carol"), { user: "bob" });
  t.throws(() => farAlias(farRef("best"), [...users, mine, theirs], "carol"), {
    message: /could be alice\/best, bob\/best/,
  });
  t.throws(() => farAlias(farRef("carol/best"), [...users, mine], "alice"), { code: "noinput" });
});

t.test("the highest generation counts that is its writer's; taken back is no name", async (t) => {
  const [first, second] = [alias("alice", 1, 1, stream), alias("alice", 1, 2, { ...stream, step: 5 })];
  t.match(farAlias(farRef("best"), [...users, second, first], "alice"), { generation: 2 });
  for (const bad of [
    alias("alice", 2, 3, stream),
    { ...alias("alice", 1, 3, stream), text: "{" },
    alias("alice", 1, 3, { run, role: "../x" }),
    alias("alice", 1, 3, { ...stream, run_user: "../bob" }),
    alias("alice", 1, 3, { ...stream, artifact: artifactIdOf(run, "other") }),
  ])
    t.match(farAlias(farRef("best"), [...users, first, bad], "alice"), { generation: 1 });
  t.throws(() => farAlias(farRef("best"), [...users, first, alias("alice", 1, 2, {})], "alice"), { code: "noinput" });
});

t.test("of a stream the step that is asked for, as its last attempt made it", async (t) => {
  const name = farAlias(farRef("best"), [...users, alias("alice", 1, 1, stream)], "alice");
  t.strictSame(looksForMaker(farRef("best"), name, []), [{ dir: `runs/alice/${run}/.lab/outputs`, name: "ckpt.*" }]);
  const files = [...users, made(10), made(5), made(5, 2, 1, { digest: `sha256:${"0".repeat(64)}` })];
  t.match(farArtifact(farRef("best@latest"), name, files), { step: 10 });
  t.match(farArtifact(farRef("best@5"), name, files), { step: 5, attempt: 2 });
  t.throws(() => farArtifact(farRef("best"), name, files), { code: "dataerr", hint: /its steps are 5, 10: best@10/ });
  t.throws(() => farArtifact(farRef("best@7"), name, files), { code: "noinput" });
  t.match(farArtifact(farRef("best"), { ...name, step: 10 }, files), { step: 10 }, "a name of a step is that step");
  t.throws(
    () => farArtifact(farRef("best@5"), name, [...users, made(5, 1, 2)]),
    { code: "noinput" },
    "not its maker's",
  );
  const elsewhere = { ...made(5), path: `runs/bob/${run}/.lab/outputs/ckpt.5.a1.json` };
  t.throws(() => farArtifact(farRef("best@5"), name, [...users, elsewhere]), { code: "noinput" });
});

t.test("what was registered from outside is what its id follows from", async (t) => {
  const id = externalArtifactIdOf("bob", "/data", "none");
  const record = { type: "artifact", v: 1, id, kind: "dataset", user: "bob", path: "/data", at };
  const good = file(`artifacts/bob/${id}.json`, 2, record);
  t.match(farArtifact(farRef(id), undefined, [...users, good]), { path: "/data" });
  for (const bad of [{ path: "/etc" }, { user: "alice" }, { kind: "../x" }])
    t.throws(() => farArtifact(farRef(id), undefined, [...users, file(good.path, 2, { ...record, ...bad })]), {
      code: "noinput",
    });
});

t.test("what is no registry, and what is a newer one", async (t) => {
  t.throws(() => farRegistry(users, "/r"), { code: "noinput" });
  t.throws(() => farRegistry([file("REGISTRY.json", 1, { format: "lab-registry", version: 2 })], "/r"), {
    code: "dataerr",
  });
});
