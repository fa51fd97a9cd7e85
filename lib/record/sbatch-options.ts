// sbatch's options, as far as they matter to `sbatch_extra`: which of them the toolkit gives itself, and which say the same
// as a field of the recipe. sbatch would take the last of two, and the record would say something else than the job is.

/** A field of the recipe that an option repeats. */
export interface TypedField {
  /** As the recipe has it: `resources.mem`, `[after]`. */
  recipe: string;
  /** Where a run record has it. */
  keys: readonly string[];
}

/** The long names of the options in one word: one of `--gres=gpu:1`, several of `-Hp`; a letter without one is `-H`. */
export function optionsIn(word: string): string[] {
  if (word.startsWith("--")) return [word.slice(2).replace(/=.*$/s, "")];
  const names: string[] = [];
  for (const letter of word.slice(1)) {
    names.push(longNames[letter] ?? `-${letter}`);
    if (!valueless.includes(letter)) break;
  }
  return names;
}

/** Whether the toolkit gives the option itself, or it would keep sbatch from submitting one job here and now. */
export function isOurs(name: string): boolean {
  return ours.some((option) => means(name, option));
}

/** The field that says the same as the option. */
export function fieldOf(name: string): TypedField | undefined {
  const option = Object.keys(typed).find((one) => means(name, one));
  return option === undefined ? undefined : typed[option];
}

/** getopt takes any beginning of a long option; one that begins several is refused by sbatch itself. */
function means(name: string, option: string): boolean {
  return name === option || (name.length > 1 && option.startsWith(name));
}

const longNames: Record<string, string> = {
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
  n: "ntasks",
  N: "nodes",
  o: "output",
  p: "partition",
  q: "qos",
  Q: "quiet",
  t: "time",
  V: "version",
  w: "nodelist",
  W: "wait",
  x: "exclude",
};

/** Short options without a value: another may follow in the same word. */
const valueless = "HhIkOQsuvVW";

const ours = [
  "array",
  "chdir",
  "cluster",
  "clusters",
  "comment",
  "dependency",
  "error",
  "export",
  "export-file",
  "get-user-env",
  "gid",
  "help",
  "ignore-pbs",
  "input",
  "job-name",
  "kill-on-invalid-dep",
  "no-requeue",
  "open-mode",
  "output",
  "parsable",
  "quiet",
  "test-only",
  "uid",
  "usage",
  "version",
  "wait",
  "wrap",
];

const resource = (name: string, ...keys: string[]): TypedField => ({
  recipe: `resources.${name}`,
  keys: keys.length > 0 ? keys : [name],
});
const mem = resource("mem", "mem_bytes");
const cpus = resource("cpus");
const gpus = resource("gpus");
const notify = { recipe: "[notify]", keys: ["notify"] };

const typed: Record<string, TypedField> = {
  time: resource("time", "time_s"),
  mem,
  "mem-per-cpu": mem,
  "mem-per-gpu": mem,
  "cpus-per-task": cpus,
  "cpus-per-gpu": cpus,
  nodes: resource("nodes"),
  gpus,
  "gpus-per-node": gpus,
  "gpus-per-socket": gpus,
  "gpus-per-task": gpus,
  gres: gpus,
  "tres-per-task": gpus,
  partition: resource("partition"),
  qos: resource("qos"),
  account: resource("account"),
  constraint: resource("constraint", "constraint", "gpu_mem_bytes"),
  exclude: resource("exclude"),
  reservation: resource("reservation"),
  tmp: resource("tmp_disk", "tmp_disk_bytes"),
  nice: resource("priority"),
  priority: resource("priority"),
  dependency: { recipe: "[after]", keys: ["after"] },
  "mail-type": notify,
  "mail-user": notify,
};
