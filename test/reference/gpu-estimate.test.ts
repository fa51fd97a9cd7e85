// What slurmforge 0.2.0 estimated for the same model, on the same GPUs: the published heuristic is the same one.
import t from "tap";
import { gpuEstimate } from "../../lib/recipe/gpu-estimate.js";

interface Case {
  id: string;
  args: Record<string, unknown>;
  /** Its model_overrides are params here: what [args] does not say. */
  params?: Record<string, unknown>;
  given?: Record<string, unknown>;
  /** GPUs: at least, recommended, at most of use; and GB. */
  expected: [number, number, number, number];
  parameters: number;
}

const cases: Case[] = [
  { id: "all-defaults", args: {}, expected: [1, 1, 4, 6.25], parameters: 37.8 },
  {
    id: "bert-base-bf16",
    args: { batch_size: 32, max_length: 512, hidden_size: 768, num_layers: 12, vocab_size: 30522, amp_dtype: "bf16" },
    expected: [1, 1, 4, 6.41],
    parameters: 108.4,
  },
  {
    id: "gpt2-xl-80g",
    args: { batch_size: 16, seq_len: 1024, n_layer: 48, d_model: 1600, n_vocab: 50257, precision: "bfloat16" },
    given: { target_mem_per_gpu_gb: 80 },
    expected: [1, 1, 4, 66.92],
    parameters: 1555.3,
  },
  {
    id: "7b-batch8",
    args: {
      batch_size: 8,
      seq_len: 4096,
      num_hidden_layers: 32,
      hidden_size: 4096,
      d_inner: 11008,
      vocab_size: 32000,
      dtype: "bf16",
    },
    given: { target_mem_per_gpu_gb: 80 },
    expected: [3, 3, 8, 225.45],
    parameters: 5164.8,
  },
  {
    id: "throughput-driven",
    args: { batch_size: 256, max_length: 512, hidden_size: 128, num_layers: 2 },
    given: { max: 32 },
    expected: [1, 8, 32, 1.87],
    parameters: 1.0,
  },
  {
    id: "profile-heavyweight",
    args: { batch_size: 64, max_length: 1024, hidden_size: 1024, num_layers: 24 },
    given: { profile: "heavyweight" },
    expected: [4, 4, 8, 122.8],
    parameters: 302.1,
  },
  {
    id: "multiplier-override",
    args: { batch_size: 64, max_length: 1024, hidden_size: 1024, num_layers: 24, estimator_multiplier: 2 },
    given: { profile: "heavyweight" },
    expected: [5, 5, 8, 188.93],
    parameters: 302.1,
  },
  {
    id: "string-numbers-ignored",
    args: { batch_size: "256", hidden_size: "4096" },
    expected: [1, 1, 4, 6.25],
    parameters: 37.8,
  },
  {
    id: "alias-order-beats-source",
    args: { seq_len: 64 },
    params: { max_length: 2048 },
    expected: [1, 4, 8, 22.92],
    parameters: 37.8,
  },
  { id: "bool-ignored", args: { batch_size: true }, expected: [1, 1, 4, 6.25], parameters: 37.8 },
  {
    id: "max-per-job-capped",
    args: { batch_size: 1024, max_length: 4096, hidden_size: 1024, num_layers: 24 },
    given: { max: 4 },
    expected: [4, 4, 4, 5695.53],
    parameters: 302.1,
  },
  // From the text that came with those cases.
  {
    id: "7b-batch-64-cap-64",
    args: {
      batch_size: 64,
      seq_len: 4096,
      num_hidden_layers: 32,
      hidden_size: 4096,
      d_inner: 11008,
      vocab_size: 32000,
    },
    given: { dtype: "bf16", target_mem_per_gpu_gb: 80, max: 64 },
    expected: [14, 16, 64, 1055.24],
    parameters: 5164.8,
  },
  {
    id: "7b-batch-64-cap-8",
    args: {
      batch_size: 64,
      seq_len: 4096,
      num_hidden_layers: 32,
      hidden_size: 4096,
      d_inner: 11008,
      vocab_size: 32000,
    },
    given: { dtype: "bf16", target_mem_per_gpu_gb: 80 },
    expected: [8, 8, 8, 1055.24],
    parameters: 5164.8,
  },
  {
    id: "bert-base-gradckpt",
    args: { max_length: 512, hidden_size: 768, vocab_size: 30522, gradient_checkpointing: true },
    expected: [1, 1, 4, 7],
    parameters: 108.4,
  },
];

t.test("what it estimated", async (t) => {
  for (const { id, args, params = {}, given = {}, expected, parameters } of cases) {
    const found = gpuEstimate({ args, params, resources: {}, gpu_estimate: given } as never);
    const { min, recommended, max_useful, memory_gb } = found;
    t.strictSame([min, recommended, max_useful, memory_gb], expected, id);
    t.equal(Math.round((found.parameters ?? 0) / 1e5) / 10, parameters, `${id}: parameters, in millions`);
  }
});
