import t from "tap";
import type { Config } from "../../../lib/config/defaults.js";
import { kindOf, outputRoot } from "../../../lib/config/output-root.js";

const config = (filesystem: Partial<Config["filesystem"]>) =>
  ({ filesystem: { runs_base: "/r", artifact_roots: {}, output_roots: {}, ...filesystem } }) as Config;

t.test("output_roots of the type, artifact_roots of the type or its kind, artifact_root", async (t) => {
  const all = {
    artifact_root: "/a",
    artifact_roots: { checkpoint: "/big", eval: "/eval" },
    output_roots: { checkpoint_stream: "/streams", eval: "/out" },
  };
  t.equal(outputRoot(config(all), "eval"), "/out");
  t.equal(outputRoot(config(all), "checkpoint"), "/big");
  t.equal(outputRoot(config(all), "checkpoint_stream"), "/streams");
  t.equal(
    outputRoot(config({ ...all, output_roots: {} }), "checkpoint_stream"),
    "/big",
    "a stream is with its steps' kind",
  );
  t.equal(outputRoot(config({ artifact_root: "/a" }), "checkpoint_stream"), "/a/checkpoint");
  t.equal(
    outputRoot(config({ artifact_roots: { checkpoint: "/c", checkpoint_stream: "/s" } }), "checkpoint_stream"),
    "/s",
  );
  t.equal(outputRoot(config(all), "file"), "/a/file");
  t.equal(kindOf("checkpoint_stream"), "checkpoint");
  t.equal(kindOf("file"), "file");
});

t.test("a type without a place is refused with the remedy", async (t) => {
  t.throws(() => outputRoot(config({ artifact_roots: { checkpoint: "/c" } }), "eval"), {
    code: "config",
    message: "cannot place an output of type 'eval': the cluster file has no root for it",
    hint: "set [filesystem] artifact_root, or artifact_roots.eval",
  });
  t.throws(() => outputRoot(config({}), "constructor"), { code: "config" });
});
