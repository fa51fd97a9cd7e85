// Records as a pipe carries them, many and all different, the same each time.

/** NDJSON of about so many bytes: of each run its record, then a status, then some metrics. */
export function streamOfRecords(bytes: number): string {
  const lines: string[] = [];
  for (let n = 0, size = 0; size < bytes; n += 1) {
    for (const record of recordsOf(n)) {
      const line = `${JSON.stringify(record)}\n`;
      lines.push(line);
      size += line.length;
    }
  }
  return lines.join("");
}

function recordsOf(n: number): object[] {
  const id = idOf(n);
  const draw = generator(n);
  const seed = Math.floor(draw() * 2 ** 31);
  const learning_rate = Number((1e-5 + draw() * 1e-2).toPrecision(6));
  const run_dir = `/lab/registry/runs/alice/${id}`;
  const run = {
    type: "run",
    v: 1,
    id,
    phase: "created",
    name: `train-${n % 17}`,
    user: "alice",
    planned_at: "2026-11-20T20:14:55.120Z",
    created_at: "2026-11-20T20:14:56.031Z",
    state: "planned",
    recipe: {
      path: "/home/alice/project/train.toml",
      text: `name = "train-${n % 17}"\ncommand = "python train.py"\n\n[args]\nlr = ${learning_rate}\nepochs = 30\n\n[resources]\ngpus = 1\ncpus = 8\nmem = "32G"\ntime = "4h"\n`,
      digest: `sha256:${hex(draw)}`,
    },
    source: {
      kind: "git",
      root: "/home/alice/project",
      digest: `sha256:${hex(draw)}`,
      tar: `/lab/registry/snapshots/alice/${hex(draw)}.tar`,
      files: 412,
      bytes: 8_123_456,
      commit: hex(draw).slice(0, 40),
      branch: "main",
      dirty: n % 3 === 0,
    },
    workdir: ".",
    command: "python train.py",
    args: { lr: learning_rate, epochs: 30, data: "/data/größe/set-07" },
    params: { lr: learning_rate, seed, layers: [64, 128, 256] },
    env: { OMP_NUM_THREADS: "8" },
    pass: ["WANDB_API_KEY"],
    seed,
    tags: ["sweep", "baseline"],
    narrative: { hypothesis: "a longer warm-up keeps the loss from diverging", note: 'he said "try 1e-3"' },
    resources: { gpus: 1, cpus: 8, mem_bytes: 34_359_738_368, time_s: 14_400, partition: "gpu" },
    inputs: {},
    outputs: { model: { type: "checkpoint", alias: `model-${n}`, digest: "stat", path: `/lab/artifacts/model-${n}` } },
    key: { version: "lab-key/1", digest: `sha256:${hex(draw)}`, of: {} },
    run_dir,
  };
  const status = {
    type: "status",
    v: 1,
    id,
    name: run.name,
    user: "alice",
    state: "running",
    job: String(4_000_000 + n),
  };
  const metrics = Array.from({ length: 6 }, (_, step) => {
    return { type: "metric", v: 1, run: id, name: "loss", value: draw() * 3, step: step * 100, at: run.planned_at };
  });
  return [run, { ...status, planned_at: run.planned_at, elapsed_s: draw() * 1e4, run_dir }, ...metrics];
}

const letters = "0123456789abcdefghjkmnpqrstvwxyz";

/** A run id for each number. */
export function idOf(n: number): string {
  const handle = Array.from({ length: 6 }, (_, i) => letters[Math.floor(n / 32 ** (5 - i)) % 32]).join("");
  return `20261120-201455-${handle}`;
}

function hex(draw: () => number): string {
  return Array.from({ length: 8 }, () =>
    Math.floor(draw() * 2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed + 0x6d2b79f5;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
