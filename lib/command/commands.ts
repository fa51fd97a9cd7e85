// The one list of commands. Help, completions, man pages and the tests all read it.
export const groups = {
  wrapper: "Start here",
  planning: "Plan and submit",
  watching: "Watch and act",
  registry: "Artifacts",
  policy: "Policies",
  place: "The place",
} as const;
export type Group = keyof typeof groups;

export interface Entry {
  name: string;
  group: Group;
  purpose: string;
}

export const commands: readonly Entry[] = [
  { name: "lab", group: "wrapper", purpose: "one name for all of the commands" },
  { name: "lab-run", group: "wrapper", purpose: "plan, snapshot, render and submit in one go" },
  { name: "lab-sweep", group: "wrapper", purpose: "run every point of a sweep" },
  { name: "lab-pipeline", group: "wrapper", purpose: "run the stages of a pipeline" },
  { name: "lab-status", group: "wrapper", purpose: "what is running, what failed and why" },
  { name: "lab-rerun", group: "wrapper", purpose: "run again what was run before" },
  { name: "lab-agent", group: "wrapper", purpose: "let everything go on, once or all the time" },
  { name: "lab-plan", group: "planning", purpose: "recipes and ad-hoc commands become run records" },
  { name: "lab-expand", group: "planning", purpose: "make the points of sweeps" },
  { name: "lab-replan", group: "planning", purpose: "existing runs become plans again" },
  {
    name: "lab-sweep-resume",
    group: "planning",
    purpose: "the runs of a sweep that were never made or sent",
  },
  {
    name: "lab-pipeline-resume",
    group: "planning",
    purpose: "the runs of a pipeline that are to be run yet, or again",
  },
  { name: "lab-snapshot", group: "planning", purpose: "keep the source of runs, once per distinct tree" },
  { name: "lab-resolve", group: "planning", purpose: "fix inputs, output paths and the cache key of runs" },
  { name: "lab-create", group: "planning", purpose: "make runs on disk" },
  {
    name: "lab-cache",
    group: "planning",
    purpose: "reuse results, follow runs under way, claim the rest",
  },
  { name: "lab-render-sbatch", group: "planning", purpose: "write the job scripts of runs" },
  { name: "lab-submit", group: "planning", purpose: "give runs to the scheduler" },
  { name: "lab-validate", group: "planning", purpose: "all that is wrong with a recipe or configuration" },
  { name: "lab-explain-key", group: "planning", purpose: "what made a cache key, and what makes two differ" },
  { name: "lab-reconcile", group: "watching", purpose: "learn from the scheduler how runs are and how they ended" },
  { name: "lab-register", group: "watching", purpose: "make artifacts of what runs have written" },
  { name: "lab-advance", group: "watching", purpose: "let runs that wait for others go on" },
  { name: "lab-tend", group: "watching", purpose: "run the commands of a table when they are due" },
  { name: "lab-wait", group: "watching", purpose: "wait until runs have ended" },
  { name: "lab-ls", group: "watching", purpose: "list runs" },
  { name: "lab-sweep-status", group: "watching", purpose: "how sweeps are doing" },
  { name: "lab-pipeline-status", group: "watching", purpose: "how pipelines are doing" },
  { name: "lab-show", group: "watching", purpose: "everything about a run or an artifact" },
  { name: "lab-log", group: "watching", purpose: "the log of a run" },
  { name: "lab-metrics", group: "watching", purpose: "the metrics of runs" },
  { name: "lab-plot", group: "watching", purpose: "curves of metrics in the terminal" },
  { name: "lab-diff", group: "watching", purpose: "what differs between two runs, with their sources" },
  { name: "lab-compare", group: "watching", purpose: "what differs between runs, and their metrics" },
  { name: "lab-annotate", group: "watching", purpose: "write down what runs have shown" },
  { name: "lab-narrate", group: "watching", purpose: "why runs were made and what was learned, as Markdown" },
  { name: "lab-derive", group: "watching", purpose: "metrics that a command makes of runs" },
  { name: "lab-checkpoint", group: "watching", purpose: "which checkpoint of a run" },
  { name: "lab-events", group: "watching", purpose: "the journal of what happened" },
  { name: "lab-why", group: "watching", purpose: "why a run is pending, or failed" },
  { name: "lab-serve", group: "watching", purpose: "look at runs in a browser" },
  { name: "lab-queue", group: "watching", purpose: "who waits and runs, where, and what comes next" },
  { name: "lab-cancel", group: "watching", purpose: "end runs" },
  { name: "lab-requeue", group: "watching", purpose: "run again in place what is under way" },
  { name: "lab-forget", group: "watching", purpose: "give lost runs up" },
  { name: "lab-artifacts", group: "registry", purpose: "list artifacts" },
  { name: "lab-alias", group: "registry", purpose: "names for artifacts, and their history" },
  {
    name: "lab-register-external",
    group: "registry",
    purpose: "make artifacts of bytes that no run made, where they are",
  },
  { name: "lab-fetch-artifact", group: "registry", purpose: "bring an artifact of another cluster here" },
  { name: "lab-lineage", group: "registry", purpose: "what things were made from, and what was made from them" },
  { name: "lab-evald", group: "policy", purpose: "plan the evaluations that policies ask for" },
  { name: "lab-policies", group: "policy", purpose: "how policies stand" },
  { name: "lab-throttle", group: "policy", purpose: "hold what is too much at once, and let it go later" },
  { name: "lab-new", group: "place", purpose: "a project to begin with, and the examples" },
  { name: "lab-init", group: "place", purpose: "make a registry and its configuration" },
  { name: "lab-pack", group: "place", purpose: "put settled runs into packs, so that lists stay quick" },
  { name: "lab-doctor", group: "place", purpose: "look whether everything is as it should be" },
  { name: "lab-fsck", group: "place", purpose: "check that the registry is as its format promises" },
  { name: "lab-gc", group: "place", purpose: "free what nobody needs any more, after telling what it is" },
  { name: "lab-config", group: "place", purpose: "the resolved configuration and where each value came from" },
  { name: "lab-units", group: "place", purpose: "let systemd or cron start the agent" },
  { name: "lab-worker", group: "place", purpose: "run the jobs of the local scheduler" },
  { name: "lab-help", group: "place", purpose: "what commands there are, and their manual pages" },
  { name: "lab-completion", group: "place", purpose: "completions for bash, zsh and fish" },
];

/** The purpose of a command, for its --help and the first line of its man page. */
export function purposeOf(name: string): string {
  return commands.find((entry) => entry.name === name)?.purpose ?? "";
}
