// The script of a job: directives, what it is about in plain values, and the runtime. Self-contained: a person can read
// it, and sbatch it by hand, and it is still the run.
import type { ContextInput, JobContext } from "../record/facts.js";
import { fault } from "../record/fault.js";
import { type CheckpointInput, checkpointValues } from "./checkpoint-values.js";
import { type EvalInput, evalValues } from "./eval-values.js";
import labPy from "./lab.py";
import { type JobLauncher, launcherValues } from "./launcher-values.js";
import { bashArray, bashValue, bashWord } from "./quote.js";
import { runtime } from "./runtime.js";

/** What the script needs beyond the context that is written beside it. */
export interface ScriptInput {
  /** Complete lines, `#SBATCH …`. */
  directives: readonly string[];
  context: JobContext;
  /** What the site exports to every job, before the recipe's own. */
  siteEnv: Readonly<Record<string, string>>;
  modules: readonly string[];
  moduleInit?: string;
  conda?: string;
  venv?: string;
  container?: string;
  setup?: readonly string[];
  launcher?: JobLauncher;
  evaluation?: EvalInput;
  inherit?: boolean;
  seed?: number;
  unpack?: "auto" | "node" | "shared";
  /** Who may read what the job writes, as umask has it; the group if not given. */
  umask?: string;
  /** WANDB_* by name. */
  wandb?: Readonly<Record<string, string>>;
  /** What it goes on from, and whether it is started again. */
  resuming?: CheckpointInput;
  /** The recorded digest of each external input that has one, by role. */
  fingerprints: Readonly<Record<string, string>>;
}

/** The text of script.sh. Pure. Throws dataerr for what no script can say: names of variables, a directive of two lines. */
export function renderScript(input: ScriptInput): string {
  return scriptOf(input.directives, [...heading(input.context), "", ...values(input)], runtime);
}

/** The script from its own lines and the runtime. Throws dataerr. */
export function scriptOf(directives: readonly string[], own: readonly string[], run: string): string {
  for (const line of directives) {
    if (!/^#SBATCH [^\n\r]+$/.test(line)) throw fault("dataerr", `cannot write the directive '${line}'`);
  }
  return `${["#!/bin/bash", ...directives, "", ...own, "", labPyFunction(), "", run].join("\n")}\n`;
}

function heading({ name, run, run_dir, submission }: JobContext): string[] {
  // A comment is one line: what a name holds cannot end it, since names hold no control characters.
  return [
    `# ${name}, run ${run}, submission ${submission}`,
    "#",
    `# Made by lab-render-sbatch; lab-job(7) tells what it does. It can be submitted by hand, and is the same run then:`,
    `#   sbatch ${bashWord(`${run_dir}/.lab/submit-${submission}/script.sh`)}`,
    "#",
    "# First what this run is, then the runtime, which is the same for all runs and begins at `a clean start`.",
    ...forBash(),
  ];
}

/** How the script is read: by shellcheck, which cannot see what an array's values are, and by a shell that is not bash. */
export function forBash(...more: string[]): string[] {
  return [
    "# (Of what shellcheck says by default: values are used by name, helpers are called by name, `a && b || c` is meant.)",
    `# shellcheck disable=${["SC1003,SC1090,SC1091,SC2015,SC2016,SC2034,SC2059,SC2317", ...more].join(",")}`,
    "",
    "# Typed as `sh script.sh`, it goes on in bash.",
    'if [ -z "$BASH_VERSION" ]; then exec /bin/bash "$0" "$@"; fi',
  ];
}

/** What a run is, in plain values of bash. Throws dataerr for names that no variable of a job can have. */
export function values({ context, ...more }: ScriptInput): string[] {
  return [
    bashValue("lab_run", context.run),
    bashValue("lab_submission", String(context.submission)),
    bashValue("lab_user", context.user),
    bashValue("lab_run_dir", context.run_dir),
    bashValue("lab_umask", more.umask ?? "027"),
    bashValue("lab_params", context.params),
    bashValue("lab_key", context.claim?.key ?? ""),
    bashValue("lab_epoch", context.claim?.epoch ?? ""),
    bashValue("lab_generation", String(context.claim?.generation ?? "")),
    bashValue("lab_claim", context.claim?.file ?? ""),
    bashValue("lab_seed", more.seed === undefined ? "" : String(more.seed)),
    "",
    bashValue("lab_source_tar", context.snapshot.tar),
    bashValue("lab_source_digest", context.snapshot.digest),
    bashValue("lab_unpack", more.unpack ?? "auto"),
    bashValue("lab_workdir", context.workdir),
    bashArray("lab_command", context.command),
    ...checkpointValues(more.resuming ?? { command: context.command }),
    ...launcherValues(more.launcher),
    ...evalValues(more.evaluation),
    "",
    bashValue("lab_inherit", String(more.inherit ?? false)),
    bashArray("lab_site_env", environment(more.siteEnv)),
    bashArray("lab_recipe_env", environment(context.env)),
    bashArray("lab_pass", context.pass.map(checkVariable)),
    bashArray("lab_wandb", environment(more.wandb ?? {})),
    bashArray("lab_modules", more.modules),
    bashValue("lab_module_init", more.moduleInit ?? ""),
    bashValue("lab_conda", more.conda ?? ""),
    bashValue("lab_venv", more.venv ?? ""),
    bashValue("lab_container", more.container ?? ""),
    bashArray("lab_setup", more.setup ?? []),
    "",
    ...inputValues(context.inputs, more.fingerprints),
    "",
    ...outputValues(context.outputs),
  ];
}

function inputValues(inputs: JobContext["inputs"], fingerprints: ScriptInput["fingerprints"]): string[] {
  return [
    ...each("lab_input", inputs, { role: ({ role }) => role }),
    bashArray("lab_input_variable", variables(inputs)),
    ...each("lab_input", inputs, { path: ({ path }) => path }),
    ...gateValues(inputs, fingerprints),
    ...stepValues(inputs),
  ];
}

function outputValues(outputs: JobContext["outputs"]): string[] {
  return [
    ...each("lab_output", outputs, { role: ({ role }) => role }),
    bashArray("lab_output_variable", variables(outputs)),
    ...each("lab_output", outputs, {
      path: ({ path }) => path,
      type: ({ type }) => type,
      marker: ({ marker }) => marker,
      digest: ({ digest }) => digest,
      stream: ({ stream }) => stream,
    }),
  ];
}

/** An array for each of the values of these items, `<prefix>_<name>`; what one has no value of is empty. */
function each<T>(
  prefix: string,
  items: readonly T[],
  values: Record<string, (item: T) => string | number | boolean | undefined>,
): string[] {
  return Object.entries(values).map(([name, value]) =>
    bashArray(
      `${prefix}_${name}`,
      items.map((item) => String(value(item) ?? "")),
    ),
  );
}

/** What the gate looks for: a line each, so that a reader of the script sees the table. */
function gateValues(inputs: JobContext["inputs"], fingerprints: ScriptInput["fingerprints"]): string[] {
  return each<ContextInput>("lab_input", inputs, {
    check: checkOf,
    digest: ({ role, stat_digest }) => fingerprints[role] ?? stat_digest,
    content: ({ digest, stat_digest }) => (digest === stat_digest ? undefined : digest),
    from: ({ from }) => from,
    marker: ({ marker }) => marker,
    marker_is: ({ marker_mtime: at, marker_bytes: bytes }) =>
      at === undefined || bytes === undefined ? undefined : `${at} ${bytes}`,
  });
}

/** Of which streams it takes a step, and of which a list of all; a job that takes none has nothing to say of that. */
function stepValues(inputs: JobContext["inputs"]): string[] {
  if (inputs.every(({ pick }) => pick === undefined)) return [];
  return each<ContextInput>("lab_input", inputs, {
    pick: ({ pick }) => pick,
    stream: ({ stream }) => stream,
    steps: ({ steps }) => steps,
  });
}

/** External: its fingerprint. Else what makes an artifact sure: the success of its run, its step's marker, its digest. */
function checkOf({ fingerprint, run, step, pick }: ContextInput): string {
  if (fingerprint !== undefined) return fingerprint;
  if (pick !== undefined) return "pick";
  return run === undefined ? "registered" : step === undefined ? "run" : "step";
}

const readonly = ["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"];

/** `NAME=value` words of variables that bash can export and that are none of the runtime's own. */
function environment(table: Readonly<Record<string, string>>): string[] {
  return Object.entries(table).map(([name, value]) => `${checkVariable(name)}=${value}`);
}

function checkVariable(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !name.startsWith("lab_") && !readonly.includes(name)) return name;
  throw fault("dataerr", `cannot give the job the variable '${name}'`, {
    hint: "letters, digits and _, no digit first; lab_… and what bash keeps for itself are taken",
  });
}

/** Of what has a list of its steps, that is called by a name of its own. */
function variables(items: readonly { role: string; steps?: string | undefined }[]): string[] {
  const names = items.map(({ role }) => variable(role));
  const lists = items.flatMap(({ role, steps }) => (steps === undefined ? [] : [`${variable(role)}_STEPS`]));
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i || lists.includes(name));
  if (twice < 0) return names;
  throw fault("dataerr", `the role '${items[twice]?.role}' and another one are both called ${names[twice]} in the job`);
}

/** The end of LAB_INPUT_<ROLE> and LAB_OUTPUT_<ROLE>. */
export function variable(role: string): string {
  return role.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

function labPyFunction(): string {
  return `# lab.py, for \`import lab\` in the command's Python.\nlab_write_lab_py() {\n  cat <<'LAB_PY_ENDS_HERE'\n${labPy.trimEnd()}\nLAB_PY_ENDS_HERE\n}`;
}
