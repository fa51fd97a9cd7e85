// What slurmforge 0.2.0 answered where we answer the same question, and, by name, where we mean to answer otherwise.
import t from "tap";
import { commandLine } from "../../lib/recipe/command-line.js";
import { loadRecipeText } from "../../lib/recipe/load.js";
import { planRun } from "../../lib/recipe/plan.js";
import { isFault } from "../../lib/record/fault.js";
import { jobName } from "../../lib/record/job-name.js";
import { parseDuration } from "../../lib/record/units.js";
import { standing, stateWord } from "../../lib/scheduler/slurm/states.js";

/** The state that slurmforge made of a word of Slurm's, and ours where it is another one, with the reason. */
const slurmStates: { word: string; theirs: string; ours: string; since?: string }[] = [
  { word: "PENDING", theirs: "pending", ours: "pending" },
  { word: "RUNNING", theirs: "running", ours: "running" },
  { word: "SUSPENDED", theirs: "running", ours: "running" },
  { word: "OUT_OF_MEMORY", theirs: "oom", ours: "oom" },
  { word: "REQUEUED", theirs: "preempted", ours: "pending", since: "the job has not ended: it waits again" },
  { word: "BOOT_FAIL", theirs: "node_failure", ours: "boot_fail" },
  { word: "CANCELLED by 1000", theirs: "executor_error", ours: "cancelled", since: "somebody did, nothing failed" },
  { word: "TIMEOUT", theirs: "executor_error", ours: "timeout", since: "a time limit has a mode of its own" },
  { word: "WHATEVER", theirs: "running", ours: "unknown", since: "a word that nobody knows says nothing" },
];

t.test("what becomes of Slurm's words", (t) => {
  for (const { word, ours, since } of slurmStates) {
    const { word: state, by } = stateWord(word);
    const { phase, verdict } = standing(state, { source: "accounting", ...(by === undefined ? {} : { by }) });
    t.equal(verdict ?? phase, ours, since === undefined ? word : `${word}: ${since}`);
  }
  t.end();
});

/** Those that slurmforge refused are read as Slurm itself reads them. */
const timeLimits: { text: string; seconds: number; refusedThere?: true }[] = [
  { text: "02:00:00", seconds: 7200 },
  { text: "1:00:00", seconds: 3600 },
  { text: "90:00", seconds: 5400, refusedThere: true },
  { text: "1-12", seconds: 129_600, refusedThere: true },
  { text: "100:00:00", seconds: 360_000, refusedThere: true },
];

t.test("time limits", (t) => {
  for (const { text, seconds, refusedThere } of timeLimits)
    t.equal(parseDuration(text), seconds, refusedThere ? `${text}, as sbatch has it` : text);
  t.end();
});

t.test("the name of a job holds what sacct takes in a list, and tells the run", (t) => {
  const id = "20260102-030405-k7q3mz";
  t.equal(jobName({ id, name: "my proj!_mn_arr001" }), "my_proj__mn_arr001.k7q3mz");
  t.equal(jobName({ id, name: "a.b-c_d" }), "a.b-c_d.k7q3mz");
  t.end();
});

/** The command line of a recipe's text. */
async function commandOf(toml: string): Promise<string[]> {
  const recipe = await loadRecipeText(`name = "n"\n${toml}`, { set: [], cwd: "/" });
  const run = planRun(recipe, { now: 0, user: "u", home: "/h", source: { kind: "directory", root: "/s" } });
  return commandLine(run, new Map());
}

t.test("a command of one's own stays as it is", async (t) => {
  t.same(await commandOf(`command = ["python", "t.py", "--a", "b c"]`), ["python", "t.py", "--a", "b c"]);
  const shell = await commandOf(`command = "a | b > c"`);
  t.equal(shell.at(-1), "a | b > c", "a shell's line is the shell's to read");
});

t.test("dependencies are lists of jobs, none of them empty", async (t) => {
  for (const wrong of [`afterok = [""]`, `afterok = "1"`]) {
    const error = await commandOf(`command = ["true"]\n[after]\n${wrong}`).catch((thrown: unknown) => thrown);
    t.ok(isFault(error) && /after/.test(error.message), wrong);
  }
});

/** Arguments and the words they become; where slurmforge looked into the script, ours keep to the recipe. */
const args: { toml: string; words: string[]; since?: string }[] = [
  { toml: "lr = 0.0001", words: ["--lr=0.0001"] },
  { toml: "lr = 1.0", words: ["--lr=1.0"], since: "Python reads a float back" },
  { toml: "lr = 1e15", words: ["--lr=1e15"] },
  { toml: "lr = 10", words: ["--lr=10"] },
  { toml: "use_ema = false", words: [] },
  { toml: "cache = true", words: ["--cache"], since: "true is the option, whatever the script's default is" },
  { toml: 'unknown = ""', words: ["--unknown="] },
  { toml: 'unknown = [1, 2.0, "x"]', words: ["--unknown=1", "--unknown=2.0", "--unknown=x"] },
];

t.test("arguments", async (t) => {
  for (const { toml, words, since } of args)
    t.same(await commandOf(`command = ["t.py"]\n[args]\n${toml}`), ["t.py", ...words], since ?? toml);
});
