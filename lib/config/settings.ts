// The resolved configuration as records, for people to read.
import type * as v from "valibot";
import type { settingSchema } from "../record/records.js";
import { withoutSecrets } from "../record/secrets.js";
import { dotted, isTable } from "../toml/path.js";
import { positions } from "../toml/positions.js";
import type { ResolvedConfig } from "./config.js";
import type { Source } from "./merge.js";

export type Setting = v.InferOutput<typeof settingSchema>;

/** One record for each value that is set, with the file and line, variable or flag that it came from. */
export async function settings({ config, sources, kept }: ResolvedConfig): Promise<Setting[]> {
  const rows: Setting[] = [];
  const lasting = new Set(kept);
  for (const { key, value } of leaves(config)) {
    const source = sources.get(key);
    const hidden = isSecret(key, value);
    const note = hidden ? "hidden; a secret belongs in ~/.config/lab/secrets.env" : noteOf(key, lasting);
    rows.push({
      type: "setting",
      v: 1,
      key,
      value: hidden ? "…" : value,
      from: source ? await whence(source) : "default",
      ...(note === undefined ? {} : { note }),
    });
  }
  return rows;
}

/** `path/of/cluster.toml:12`, a variable's name, `-c`, `--env` or `default`. */
export async function whence({ from, file, at }: Source): Promise<string> {
  if (!file || !at) return from;
  return `${from}:${(await positions(file)).of(at, "key").line}`;
}

const order = [
  "name",
  "environment",
  "project",
  "filesystem",
  "repos",
  "env",
  "modules",
  "module_init",
  "cache",
  "scheduler",
  "slurm",
  "local",
];

function* leaves(config: object): Generator<{ key: string; value: unknown }> {
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  const entries = Object.entries(config).sort(([a], [b]) => rank(a) - rank(b));
  for (const [key, value] of entries) yield* below([key], value);
}

function* below(at: string[], value: unknown): Generator<{ key: string; value: unknown }> {
  if (!isTable(value)) yield { key: dotted(at), value };
  else for (const [key, inner] of Object.entries(value)) yield* below([...at, key], inner);
}

const units: Record<string, string> = {
  "cache.lease": "seconds",
  "cache.courtesy": "seconds",
  "scheduler.missing_job_grace": "seconds",
  "scheduler.submit_grace": "seconds",
  "scheduler.accounting_grace": "seconds",
  "local.idle": "seconds",
  "local.mem": "bytes",
};

function noteOf(key: string, kept: Set<string>): string | undefined {
  if (!kept.has(key)) return units[key];
  if (key.startsWith("repos.")) return "without effect: a snapshot obeys no repository's configuration";
  if (key.startsWith("remote.")) return "kept for lab-fetch-artifact";
  return "without effect: lab gc --apply frees what nobody needs";
}

/** Variables that nobody else should see. */
function isSecret(key: string, value: unknown): boolean {
  return key.startsWith("env.") && typeof value === "string" && withoutSecrets(key.slice(4), value) !== value;
}
