import t from "tap";
import { artifactIdOf } from "../../../lib/record/artifact-id.js";
import type { RunInput } from "../../../lib/record/run.js";
import { collectedIdOf, externalIdOf, placeIdOf, sourceIdOf, usesOf } from "../../../lib/registry/used.js";
import { sampleRun, zeros } from "../record/sample.js";

const maker = "20261120-201455-aaaaaa";
const ones = `sha256:${"1".repeat(64)}`;

t.test("artifacts, paths and the source, in the order of the recipe", async (t) => {
  const external: RunInput = { type: "external", path: "/data", fingerprint: "stat" };
  const step = {
    type: "artifact",
    artifact: "x",
    id: artifactIdOf(maker, "ck", 5),
    run: maker,
    user: "bob",
    role: "ck",
    step: 5,
    path: "/a/step_5",
  };
  const stream = { type: "artifact", artifact: "x", run: maker, role: "ck", path: "/a" };
  const outside = { type: "artifact", artifact: "x", id: "art-00000000000000000000", path: "/b" };
  const run = sampleRun({
    inputs: { data: external, step, stream, outside } as never,
    source: { kind: "git", root: "/r", digest: zeros },
  });
  t.strictSame(usesOf(run), [
    { type: "external", thing: externalIdOf("/data", undefined), role: "data", path: "/data" },
    {
      type: "artifact",
      thing: artifactIdOf(maker, "ck", 5),
      role: "step",
      path: "/a/step_5",
      maker: { run: maker, role: "ck", user: "bob", step: 5 },
    },
    {
      type: "artifact",
      thing: artifactIdOf(maker, "ck"),
      role: "stream",
      path: "/a",
      maker: { run: maker, role: "ck" },
    },
    { type: "artifact", thing: "art-00000000000000000000", role: "outside", path: "/b" },
    { type: "source", thing: "src-00000000000000000000" },
  ]);
});

t.test("changed bytes at a path are another thing, at the same place", async (t) => {
  const of = (digest?: string): RunInput => ({
    type: "external",
    path: "/data",
    fingerprint: "stat",
    ...(digest ? { recorded: { kind: "file", digest } } : {}),
  });
  const things = [of(), of(zeros), of(ones)].map((data) => usesOf(sampleRun({ inputs: { data } }))[0]?.thing);
  t.equal(new Set(things).size, 3);
  t.equal(things[1], externalIdOf("/data", zeros));
  t.equal(new Set([placeIdOf("/data"), externalIdOf("/data", "none"), collectedIdOf(maker, "/data")]).size, 3);
  t.equal(sourceIdOf(ones), `src-${"1".repeat(20)}`);
});
