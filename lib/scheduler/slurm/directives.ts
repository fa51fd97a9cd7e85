// The #SBATCH lines of a run: everything that Slurm is told of it, save its dependencies, which sbatch gets when it is sent.
import { fault } from "../../record/fault.js";
import { jobName } from "../../record/job-name.js";
import { requeueOf, warningSignal } from "../../record/requeue.js";
import type { Resources } from "../../record/resources.js";
import type { Run } from "../../record/run.js";
import { slurmTime } from "../../record/units.js";
import { jobComment } from "./comment.js";
import { directiveWord } from "./directive-words.js";
import { extraOptions } from "./extra-options.js";
import { gpuMemoryConstraint } from "./gpu-memory.js";
import { mebibytes } from "./mebibytes.js";

export interface DirectiveSettings {
  /** The registry's id, and which submission of the run this is. */
  registry: string;
  submission: number;
  /** The array that the run is an element of: the directives are the array's then. */
  array?: { id: string; name: string; dir: string; tasks?: number };
  /** What the cluster file says under [slurm]: used where the recipe says nothing. */
  partition?: string;
  qos?: string;
  account?: string;
  /** What --gres gets for n GPUs; `gpu:{n}` where the cluster file says nothing. */
  gres_gpu_syntax?: string;
  /** Bytes of memory of the GPUs of the nodes that have a feature, by feature. */
  gpu_mem?: Readonly<Record<string, number>>;
}

type Component = NonNullable<Resources["components"]>[number];

/**
 * The directives of a run that has its directory, in a fixed order, one option a line. Throws dataerr where Slurm cannot
 * be told what the recipe asks, or a value cannot stand in a line.
 *
 * `--export=NIL` gives the job no variable of the submitter and, from Slurm 23.02, none of her login shell either; before
 * that sbatch takes NIL for the name of a variable, which is the same as NONE where there is none of that name. Who asked
 * for the caller's environment gets it.
 */
export function slurmDirectives(run: Run, settings: DirectiveSettings): string[] {
  const { run_dir } = run;
  if (run_dir === undefined) throw fault("software", `cannot render ${run.id}: it has no directory yet`);
  const { array } = settings;
  const lines = [
    option("job-name", jobName(array ?? run)),
    option("comment", jobComment(settings.registry, (array ?? run).id)),
    option("chdir", array?.dir ?? run_dir),
    option("output", array ? arrayOutputPattern(array) : outputPattern(run_dir, settings.submission)),
    option("open-mode", "append"),
    option("export", run.environment?.inherit ? "ALL" : "NIL"),
    ...jobOptions(run.resources),
    ...mailOptions(run.notify),
    ...componentOptions(run.resources, run, settings),
  ];
  for (const component of run.resources.components ?? []) {
    lines.push("#SBATCH hetjob", ...componentOptions(component, run, settings));
  }
  return lines;
}

/** Slurm's own words go beside the script; sbatch expands %j and takes %% for %, and nothing at all after a backslash. */
function outputPattern(runDir: string, submission: number): string {
  return `${escaped(runDir)}/.lab/submit-${submission}/slurm-%j.out`;
}

/** Of one job for all elements there is one output. */
function arrayOutputPattern({ dir, tasks }: NonNullable<DirectiveSettings["array"]>): string {
  return `${escaped(dir)}/slurm-${tasks === undefined ? "%A_%a" : "%j"}.out`;
}

function escaped(directory: string): string {
  if (directory.includes("\\"))
    throw fault("dataerr", `cannot render a job for '${directory}': Slurm cannot write below a path with a backslash`);
  return directory.replaceAll("%", "%%");
}

/** What holds for a whole job: Slurm hands these on from the first component of a heterogeneous job to the others. */
function jobOptions({ time_s, priority, exclude, reservation }: Resources): string[] {
  if (time_s === 0)
    throw fault("dataerr", "cannot render a time limit of 0: Slurm takes it for no limit", {
      hint: "leave time out for the partition's limit",
    });
  return [
    ...maybe("time", time_s === undefined ? undefined : slurmTime(Math.ceil(time_s / 60) * 60)),
    ...maybe("nice", priority === undefined || priority === 5 ? undefined : niceOf(priority)),
    ...maybe("exclude", exclude),
    ...maybe("reservation", reservation),
  ];
}

/**
 * --nice of a priority: 100 for each step below 5, and -100 for each above, which Slurm lets only operators ask for (it
 * refuses others by name). 5 is what jobs without --nice have.
 */
function niceOf(priority: number): string {
  return String((5 - priority) * 100);
}

/** To Slurm, END is a job that completed or was cancelled, FAIL every other end. */
function mailOptions(notify: Run["notify"]): string[] {
  if (notify?.email === undefined) return [];
  const types: Record<string, string> = { after: "BEGIN", afterok: "END", afternotok: "FAIL", afterany: "END,FAIL" };
  const type = types[notify.when ?? "afterany"];
  if (type === undefined)
    throw fault("dataerr", `cannot notify when '${notify.when}'`, { hint: "after, afterok, afterany or afternotok" });
  return [option("mail-user", notify.email), option("mail-type", type)];
}

/**
 * What each component of a heterogeneous job has of its own; a job that is none is its own only component. The partition
 * is repeated, since Slurm would give a component without it the default one; memory it hands on itself.
 */
function componentOptions(component: Resources | Component, run: Run, settings: DirectiveSettings): string[] {
  const { resources: whole, notify } = run;
  const first = component === whole;
  const partition = component.partition ?? whole.partition;
  const gpuMem = first || component.gpus ? whole.gpu_mem_bytes : undefined;
  const given = { ...whole, ...component, partition, notify: notify?.email };
  const extra = extraOptions(component.sbatch_extra ?? [], given);
  const says = (...names: string[]) => extra.some(({ name }) => names.includes(name));
  const unlessSaid = (name: string, value: string | undefined) => (says(name) ? undefined : value);
  return [
    ...maybe("partition", partition ?? unlessSaid("partition", settings.partition)),
    ...(first ? maybe("qos", whole.qos ?? unlessSaid("qos", settings.qos)) : []),
    ...(first ? maybe("account", whole.account ?? unlessSaid("account", settings.account)) : []),
    ...(first ? requeueOptions(run, says) : []),
    ...maybe("nodes", component.nodes),
    ...(says("ntasks", "ntasks-per-node", "ntasks-per-core", "ntasks-per-gpu")
      ? []
      : [option("ntasks", String(settings.array?.tasks ?? component.nodes ?? 1))]),
    ...maybe("cpus-per-task", component.cpus),
    ...maybe("mem", component.mem_bytes === undefined ? undefined : mebibytes(component.mem_bytes)),
    ...maybe("gres", component.gpus ? gresOf(component.gpus, settings) : undefined),
    ...maybe("constraint", gpuMemoryConstraint(component.constraint, gpuMem, settings.gpu_mem ?? {})),
    ...maybe("tmp", first && whole.tmp_disk_bytes !== undefined ? mebibytes(whole.tmp_disk_bytes) : undefined),
    ...extra.map(({ words }) => `#SBATCH ${words.map((word) => directiveWord(word, "sbatch_extra")).join(" ")}`),
  ];
}

/** Slurm warns the script alone; it takes no warning that comes more than 65535 seconds before the end. */
function requeueOptions(run: Run, says: (...names: string[]) => boolean): string[] {
  const asked = requeueOf(run);
  if (asked === undefined) return says("requeue") ? [] : ["#SBATCH --no-requeue"];
  if (says("signal"))
    throw fault("dataerr", "cannot use sbatch_extra '--signal': a job that is started again is warned by it", {
      hint: "checkpoints.warn says when, checkpoints.signal what the command gets",
    });
  return [
    asked.max_attempts > 1 ? "#SBATCH --requeue" : "#SBATCH --no-requeue",
    ...maybe("signal", asked.warn_s && `B:${warningSignal}@${Math.min(asked.warn_s, 65_535)}`),
  ];
}

function gresOf(gpus: number, { gres_gpu_syntax = "gpu:{n}" }: DirectiveSettings): string {
  if (gres_gpu_syntax.includes("{n}")) return gres_gpu_syntax.replaceAll("{n}", String(gpus));
  throw fault("config", `cannot ask for GPUs: gres_gpu_syntax '${gres_gpu_syntax}' has no {n}`, {
    hint: "write gpu:{n}",
  });
}

function maybe(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [option(name, String(value))];
}

function option(name: string, value: string): string {
  if (value === "") throw fault("dataerr", `cannot write an empty ${name} as a directive`);
  return `#SBATCH ${directiveWord(`--${name}=${value}`, name)}`;
}
