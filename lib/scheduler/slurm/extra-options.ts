// `sbatch_extra`: options of sbatch that a recipe gives as they are, and which of them it may not give.
import { fault } from "../../record/fault.js";
import { readDirectiveWords } from "./directive-words.js";

/** An option of sbatch as given: its name without dashes, and its words. */
export interface ExtraOption {
  name: string;
  words: string[];
}

/** Long names of sbatch's short options. */
const longNames: Record<string, string> = {
  A: "account",
  a: "array",
  C: "constraint",
  c: "cpus-per-task",
  D: "chdir",
  d: "dependency",
  e: "error",
  G: "gpus",
  i: "input",
  J: "job-name",
  M: "clusters",
  N: "nodes",
  n: "ntasks",
  o: "output",
  p: "partition",
  Q: "quiet",
  q: "qos",
  t: "time",
  V: "version",
  W: "wait",
  w: "nodelist",
  x: "exclude",
};

/** Options that the toolkit itself gives, or that would make sbatch do something else than submit one job here. */
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

/** Options that say the same as a field of the recipe, by that field of [resources] as the run has it. */
const typed: Record<string, string[]> = {
  account: ["account"],
  constraint: ["constraint"],
  cpus: ["cpus-per-task"],
  exclude: ["exclude"],
  gpus: ["gpus", "gpus-per-node", "gpus-per-task", "gpus-per-socket", "gres"],
  gpu_mem_bytes: ["constraint"],
  mem_bytes: ["mem", "mem-per-cpu", "mem-per-gpu"],
  nodes: ["nodes"],
  notify: ["mail-user", "mail-type"],
  partition: ["partition"],
  priority: ["nice"],
  qos: ["qos"],
  reservation: ["reservation"],
  time_s: ["time"],
  tmp_disk_bytes: ["tmp"],
};

/** Short options without a value, which getopt lets be run together with others. */
const flags = "HhkOQsuVvW";

/**
 * The options of `sbatch_extra`, read as sbatch reads them. Throws dataerr for one that the toolkit sets itself, for one
 * that repeats a field which is `given`, and for words that are no option.
 */
export function extraOptions(extra: readonly string[], given: Readonly<Record<string, unknown>>): ExtraOption[] {
  const options: ExtraOption[] = [];
  for (const word of extra.flatMap((line) => readDirectiveWords(line, "sbatch_extra"))) {
    const last = options.at(-1);
    if (word.startsWith("-") && word !== "-") options.push({ name: optionName(word), words: [word] });
    else if (last?.words.length === 1 && !/^--[^=]+=/.test(last.words[0] ?? "")) last.words.push(word);
    else
      throw fault("dataerr", `cannot use sbatch_extra '${word}': it is no option`, {
        hint: "write options like --gpu-bind=closest",
      });
  }
  for (const option of options) refuse(option, given);
  return options;
}

function optionName(word: string): string {
  if (word.startsWith("--")) return word.slice(2).replace(/=.*$/s, "");
  return longNames[word[1] ?? ""] ?? word.slice(1, 2);
}

function refuse({ name, words }: ExtraOption, given: Readonly<Record<string, unknown>>): void {
  const shown = words.join(" ");
  if (/^-[^-]./.test(shown) && flags.includes(shown[1] ?? "")) {
    throw fault("dataerr", `cannot use sbatch_extra '${shown}': several options in one word`, {
      hint: "write each by itself",
    });
  }
  if (ours.some((option) => means(name, option))) {
    throw fault("dataerr", `cannot use sbatch_extra '${shown}': the toolkit sets this option itself`);
  }
  const field = Object.keys(typed).find(
    (key) => given[key] !== undefined && typed[key]?.some((option) => means(name, option)),
  );
  if (field === undefined) return;
  throw fault("dataerr", `cannot use sbatch_extra '${shown}': it repeats ${field.replace(/_(bytes|s)$/, "")}`, {
    hint: "give one of them",
  });
}

/** Whether sbatch takes `name` for `option`: getopt lets a long option be cut short. */
function means(name: string, option: string): boolean {
  return name === option || (name.length > 1 && option.startsWith(name));
}
