// The script of an array, which is that of all its elements, and the values that make one run of each.
import { bashArray, bashValue, bashWord } from "./quote.js";
import { forBash, type ScriptInput, scriptOf, values } from "./render.js";
import { arrayRuntime } from "./runtime.js";

export interface ArrayScriptInput {
  /** Complete lines, `#SBATCH …`. */
  directives: readonly string[];
  id: string;
  name: string;
  /** Where the array is, and where the runs of its user are. */
  dir: string;
  runs: string;
  of: number;
  width: number;
  inherit?: boolean;
  /** One job for all, and so many elements of it at a time. */
  one_job?: number;
  /** What each of them gets of the job, as options of srun. */
  step?: readonly string[];
}

/** The text of the array's script.sh. Pure. Throws dataerr for a directive of two lines. */
export function renderArrayScript(input: ArrayScriptInput): string {
  const { directives, id, dir, runs, of, width, inherit = false, one_job } = input;
  return scriptOf(
    directives,
    [
      ...heading(input),
      "",
      bashValue("lab_array", id),
      bashValue("lab_array_dir", dir),
      bashValue("lab_array_runs", runs),
      bashValue("lab_array_of", String(of)),
      bashValue("lab_array_width", String(width)),
      bashValue("lab_one_job", one_job === undefined ? "" : String(one_job)),
      ...(one_job === undefined ? [] : [bashArray("lab_step", input.step ?? [])]),
      bashValue("lab_inherit", String(inherit)),
    ],
    arrayRuntime,
  );
}

function heading({ id, name, dir, of, one_job }: ArrayScriptInput): string[] {
  const script = bashWord(`${dir}/script.sh`);
  const last = of - 1;
  return [
    `# ${name}, array ${id}: ${of} runs${one_job === undefined ? "" : `, ${one_job} at a time in one job`}`,
    "#",
    "# Made by lab-render-sbatch; lab-job(7) tells what it does. Some of it can be submitted by hand, and are the same runs then:",
    one_job === undefined ? `#   sbatch --array=0-${last} ${script}` : `#   sbatch ${script} 0-${last}`,
    "#",
    "# Which run it is tells the line of `index` with the job's number; what that run is, those bytes of `values` that the line",
    "# names. Then comes the runtime, which is the same for all runs and begins at `a clean start`.",
    ...forBash("SC2154"),
  ];
}

/**
 * The text of an element among the array's values: what stands in the script of a run that is no element, and what its
 * parameters' file holds. Its last line says that it is whole. Pure. Throws dataerr.
 */
export function renderValues(input: Omit<ScriptInput, "directives">, params: string): string {
  const { name, run, submission, array } = input.context;
  const place = array === undefined ? "" : `, element ${array.index} of array ${array.id}`;
  const own = [...values({ ...input, directives: [] }), bashValue("lab_params_text", params.trimEnd())];
  return `${[`# ${name}, run ${run}, submission ${submission}${place}`, "", ...own, "", `lab_element=${run}.${submission}`].join("\n")}\n\n`;
}
