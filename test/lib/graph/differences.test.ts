import t from "tap";
import { differences } from "../../../lib/graph/differences.js";
import type { Run } from "../../../lib/record/run.js";

const run = {
  type: "run",
  v: 1,
  id: "20261120-120000-k7q3mz",
  phase: "submitted",
  name: "train",
  user: "alice",
  planned_at: "2026-11-20T12:00:00Z",
  recipe: { text: "", digest: `sha256:${"0".repeat(64)}` },
  source: {
    kind: "git",
    root: "/a",
    digest: `sha256:${"1".repeat(64)}`,
    commit: "c1",
    branch: "main",
    dirty: false,
    files: 3,
  },
  workdir: ".",
  command: ["python", "train.py"],
  args: { epochs: 3 },
  params: { lr: 0.1, deep: { x: [1, 2] } },
  env: {},
  pass: [],
  tags: ["a"],
  resources: { cpus: 1 },
  inputs: {},
  outputs: {},
} satisfies Run;

t.test("what changed, from the older to the newer", async (t) => {
  const newer: Run = {
    ...run,
    id: "20261120-120001-m2x9ta",
    command: "python train.py",
    args: {},
    params: { lr: 0.3, deep: { x: [1, 3] } },
    seed: 7,
    tags: ["b"],
    source: { ...run.source, root: "/b", commit: "c2", branch: "other", files: 4, digest: `sha256:${"2".repeat(64)}` },
  };
  t.strictSame(differences(run, newer), [
    'command: ["python","train.py"] → python train.py',
    "args.epochs: 3 → not set",
    "params.lr: 0.1 → 0.3",
    "params.deep.x: [1,2] → [1,3]",
    "source.commit: c1 → c2",
    "seed: not set → 7",
  ]);
});

t.test("nothing that matters", async (t) => {
  t.strictSame(differences(run, { ...run, tags: ["c"], name: "other" }), []);
});

t.test("files that are not committed", async (t) => {
  const source = { ...run.source, dirty: true, digest: `sha256:${"3".repeat(64)}` };
  t.strictSame(differences(run, { ...run, source }), ["the source: files that are not committed changed"]);
});
