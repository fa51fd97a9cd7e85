import crypto from "node:crypto";
import t from "tap";
import { artifactIdOf, externalArtifactIdOf, shortHash } from "../../../lib/record/artifact-id.js";

const run = "20261120-201455-k7q3mz";

t.test("an artifact's id follows from run, role and step", async (t) => {
  const byHand = crypto.createHash("sha256").update(`${run}\0checkpoint\x003\0`).digest("hex");
  t.equal(artifactIdOf(run, "checkpoint", 3), `art-${byHand.slice(0, 20)}`);
  const ids = [
    artifactIdOf(run, "checkpoint"),
    artifactIdOf(run, "checkpoint", 0),
    artifactIdOf(run, "checkpoint", 3),
    artifactIdOf(run, "checkpoint3"),
    artifactIdOf("20261120-201455-k7q3mx", "checkpoint"),
    externalArtifactIdOf("ada", "/data/x", `sha256:${"0".repeat(64)}`),
    externalArtifactIdOf("ada", "/data/x", `sha256:${"1".repeat(64)}`),
  ];
  t.equal(new Set(ids).size, ids.length);
});

t.test("words do not run into one another", async (t) => {
  t.not(shortHash("ab", "c"), shortHash("a", "bc"));
  t.match(shortHash("a"), /^[0-9a-f]{20}$/);
});
