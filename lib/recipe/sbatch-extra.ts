// Options for sbatch that the recipe's typed fields do not have. What they or the toolkit set is refused here, since
// sbatch would take the last of two, and the record would say something else than the job is.

/** Long options that a typed field stands for, and that field. */
const typed: Record<string, string> = {
  time: "resources.time",
  mem: "resources.mem",
  "mem-per-cpu": "resources.mem",
  "mem-per-gpu": "resources.mem",
  "cpus-per-task": "resources.cpus",
  "cpus-per-gpu": "resources.cpus",
  nodes: "resources.nodes",
  gpus: "resources.gpus",
  "gpus-per-node": "resources.gpus",
  "gpus-per-socket": "resources.gpus",
  "gpus-per-task": "resources.gpus",
  gres: "resources.gpus",
  "tres-per-task": "resources.gpus",
  partition: "resources.partition",
  qos: "resources.qos",
  account: "resources.account",
  constraint: "resources.constraint",
  exclude: "resources.exclude",
  reservation: "resources.reservation",
  tmp: "resources.tmp_disk",
  nice: "resources.priority",
  priority: "resources.priority",
  dependency: "[after]",
  "mail-type": "[notify]",
  "mail-user": "[notify]",
};

/** Long options that are the toolkit's, or that would keep sbatch from submitting one job here and now. */
const own = new Set([
  "array",
  "chdir",
  "clusters",
  "comment",
  "error",
  "export",
  "export-file",
  "get-user-env",
  "gid",
  "help",
  "input",
  "job-name",
  "kill-on-invalid-dep",
  "no-requeue",
  "open-mode",
  "output",
  "parsable",
  "requeue",
  "test-only",
  "uid",
  "usage",
  "version",
  "wait",
  "wrap",
]);

const shortNames: Record<string, string> = {
  a: "array",
  A: "account",
  c: "cpus-per-task",
  C: "constraint",
  d: "dependency",
  D: "chdir",
  e: "error",
  G: "gpus",
  h: "help",
  i: "input",
  J: "job-name",
  M: "clusters",
  N: "nodes",
  o: "output",
  p: "partition",
  q: "qos",
  t: "time",
  V: "version",
  W: "wait",
  x: "exclude",
};

/** Short options without a value: another may follow in the same word. */
const valueless = "HIkOQsv";

/** Why an entry of `sbatch_extra` cannot be taken, as the rest of a sentence; undefined where it can. */
export function sbatchExtraTrouble(entry: string): string | undefined {
  if (/\p{Cc}/u.test(entry)) return "has a line break or another control character in it";
  if (entry.trim() === "") return "is empty";
  if (entry.trim().startsWith("#")) return "is a comment: write the option alone";
  const [first = "", ...values] = normalExtra(entry).split(/\s+/);
  const second = values.find((word) => word.startsWith("-"));
  if (second !== undefined) return "has two options in it: give each an entry of its own";
  for (const name of optionsOf(first)) {
    const field = matching(Object.keys(typed), name);
    if (field !== undefined) return `repeats ${typed[field]}: set it there`;
    if (matching([...own], name) !== undefined) return "is set by the toolkit";
  }
  return undefined;
}

/** The entry as sbatch reads it: `exclusive` is `--exclusive`. */
export function normalExtra(entry: string): string {
  const trimmed = entry.trim();
  return trimmed.startsWith("-") ? trimmed : `--${trimmed}`;
}

/** The long names of the options in one word: one of `--gres=gpu:1`, several of `-Hp`. */
function optionsOf(word: string): string[] {
  if (word.startsWith("--")) return [word.slice(2).replace(/=.*$/s, "")];
  const names: string[] = [];
  for (const letter of word.slice(1)) {
    names.push(shortNames[letter] ?? `-${letter}`);
    if (!valueless.includes(letter)) break;
  }
  return names;
}

/** getopt takes any beginning of a long option that is not the beginning of two. */
function matching(options: readonly string[], name: string): string | undefined {
  return options.find((option) => name !== "" && option.startsWith(name));
}
