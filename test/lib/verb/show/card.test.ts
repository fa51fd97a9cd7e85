import t from "tap";
import { cardOf } from "../../../../lib/verb/show/card.js";

const style = { header: true, colour: false, width: undefined, now: 0 };
const run = {
  type: "run",
  id: "20261120-120000-k7q3mz",
  name: "train\u001b[2J",
  user: "alice",
  planned_at: "2026-11-20T12:00:00Z",
  state: "planned",
  command: ["python", "it's.py", "a b"],
  args: { epochs: 3, flag: true, off: false, list: [1] },
  params: {},
  resources: {},
  source: { kind: "directory", root: "/a" },
  inputs: {},
  outputs: {},
  tags: [],
  attempts: [],
  logs: [],
};

t.test("as little as there is", async (t) => {
  const lines = cardOf(run, style).split("\n");
  t.equal(lines[0], "train  20261120-120000-k7q3mz");
  t.match(lines.join("\n"), /\n {2}state {4}planned\n {2}by {7}alice, planned 2026-11-20 /);
  t.match(lines.join("\n"), `\n  command  python 'it'\\''s.py' 'a b' --epochs=3 --flag --list=1\n`);
  t.notMatch(lines.join("\n"), /metrics|undefined|null/);
});

t.test("all that there may be", async (t) => {
  const full = {
    ...run,
    state: "failed",
    mode: "oom",
    message: "out of memory",
    narrative: { hypothesis: "it works", note: "two\nlines" },
    started_at: "2026-11-20T12:00:01Z",
    ended_at: "2026-11-20T12:01:02Z",
    elapsed_s: 61,
    job: { id: "7" },
    params: { lr: 0.1 + 0.2, name: "x" },
    resources: { nodes: 2, gpus: 1, cpus: 4, mem_bytes: 2 ** 30, time_s: 3600, partition: "gpu" },
    source: { kind: "git", root: "/a", commit: "0123456789abcdef", branch: "main", dirty: true },
    key: { digest: "sha256:00" },
    inputs: { data: { path: "/in" } },
    outputs: { model: { path: "/out", type: "model" } },
    metrics: { loss: 0.25 },
    attempts: [
      { n: 1, start: { host: "n1" }, exit: { code: 137, reason: "command", peak_mem_bytes: 2 ** 20 } },
      { n: 2 },
    ],
    tags: ["a", "b"],
    script: "/s",
    logs: ["/l1", "/l2"],
    run_dir: "/d",
  };
  const lines = cardOf(full, style)
    .split("\n")
    .map((line) => line.replace(/(?<=\S) {2,}/, "  "));
  for (const line of [
    "  state       failed (oom): out of memory",
    "  why         it works",
    "  note        two⏎lines",
    "  job         7",
    "  params      lr=0.3  name=x",
    "  asks for    2 nodes, 1 gpu, 4 cpus, 1.0 GiB, 1h 00m at most, partition gpu",
    "  source      /a at 0123456789ab (main), with changes",
    "  key         sha256:00",
    "  input data  /in",
    "  metrics     loss=0.25",
    "  attempt 1   on n1, exit code 137, 1.0 MiB of memory at its peak",
    "  attempt 2   did not start",
    "  tags        a b",
    "  log         /l2",
    "  directory   /d",
  ])
    t.ok(lines.includes(line.replace(/(?<=\S) {2,}/, "  ")), line);
  const coloured = cardOf(full, { ...style, colour: true });
  t.match(coloured, "\u001b[31mfailed\u001b[0m (oom): out of memory");
  t.match(coloured, "\u001b[1mtrain\u001b[0m");
});

t.test("the command line as the job has it, and where it came from", async (t) => {
  const shown = (more: object) => cardOf({ ...run, args: {}, ...more }, style);
  const recipe = { path: "/a/train.toml", set: ["params.lr=3e-4", "tags=[1, 2]"] };
  t.match(shown({ recipe }), "\n  recipe   /a/train.toml  --set params.lr=3e-4  --set 'tags=[1, 2]'\n");
  const argv = ["python", "it's.py", "--out=/models/x"];
  t.match(shown({ argv, command: ["python", "{params.x}"] }), `\n  command  python 'it'\\''s.py' --out=/models/x\n`);
  t.match(shown({ command: "a | b {seed}", argv: ["bash", "-c", "a | b 3"] }), "\n  command  a | b 3\n");
  t.match(shown({ command: "a | b {seed}" }), "\n  command  a | b {seed}\n");
});

t.test("what is below the directory is told by it, and a key by its beginning", async (t) => {
  const lines = cardOf(
    {
      ...run,
      run_dir: "/r/x",
      script: "/r/x/.lab/s.sh",
      logs: ["/r/xy/log"],
      key: { digest: `sha256:${"0".repeat(64)}` },
    },
    style,
  );
  t.match(lines, "\n  directory  /r/x\n  script     …/.lab/s.sh\n  log        /r/xy/log\n");
  t.match(lines, `\n  key        sha256:${"0".repeat(16)}…\n`);
});

t.test("what is too long goes on below itself, a command so that it can be pasted", async (t) => {
  const long = {
    ...run,
    args: {},
    params: { alpha: 1, beta: 2, gamma: 3000 },
    narrative: { note: "one two three four five six" },
  };
  const argv = ["python", "train.py", "--out=/a/path/that/is/wider/than/the/terminal", "--lr=3"];
  t.equal(
    cardOf({ ...long, argv }, { ...style, width: 36 })
      .split("\n")
      .filter((line) => !/^ {2}(state|by|source)/.test(line))
      .join("\n"),
    `train  20261120-120000-k7q3mz
  note     one two three four five
           six
           12:00:00
  command  python train.py \\
           --out=/a/path/that/is/wider/than/the/terminal \\
           --lr=3
  params   alpha=1  beta=2
           gamma=3000
`,
  );
});
