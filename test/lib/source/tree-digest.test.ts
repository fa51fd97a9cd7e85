import crypto from "node:crypto";
import t from "tap";
import { treeDigest } from "../../../lib/source/tree-digest.js";

const sha = (text: string) => crypto.createHash("sha256").update(text).digest("hex");

t.test("the format, byte by byte", (t) => {
  const entries = [
    { path: "a", mode: "100644" as const, sha: sha("1") },
    { path: "b", mode: "100755" as const, sha: sha("2") },
    { path: "c\u00ff\n", mode: "100644" as const, sha: sha("3") },
    { path: "l", mode: "120000" as const, target: "to\u00fe" },
  ];
  const fields = ["lab-tree/1", "100644", `${sha("1")}  a`, `${sha("3")}  c\u00ff\n`, "100755", `${sha("2")}  b`];
  const bytes = [...fields, "120000", "to\u00fe", "l"].map((field) => `${field}\0`).join("");
  t.equal(treeDigest(entries), `sha256:${crypto.createHash("sha256").update(bytes, "latin1").digest("hex")}`);
  const empty = ["lab-tree/1", "100644", "100755", "120000"].map((field) => `${field}\0`).join("");
  t.equal(treeDigest([]), `sha256:${sha(empty)}`);
  t.end();
});
