// What lab-registry(5) promises, one line a promise: by these names lab-fsck calls what it finds, and lab-fsck(1) lists them.

export interface Promised {
  /** What shall be so. */
  promise: string;
  /** By what it is told whether it is. */
  how: string;
  /** What to do where it is not, unless the finding knows better. */
  remedy: string;
  /** `--repair` can make it so again, since all of it follows from something else. */
  repairable?: true;
  /** Of a breach that harms nothing yet. */
  mild?: true;
}

const restore = "restore it from a copy of the registry, if there is one";
const strange = "find out who wrote it; a copy of the registry may have the right one";

export const promises = {
  registry: {
    promise: "REGISTRY.json says what this is, and belongs to the founder whom it names",
    how: "it is read; its owner and that of the registry's directory are compared with it",
    remedy: restore,
  },
  "shared-directory": {
    promise: "all shared directories are there, the founder's, sticky, and of the group",
    how: "each is looked at",
    remedy: "the founder completes the registry: lab init --yes",
  },
  "user-directory": {
    promise: "a user's directory is a directory, hers, and writable by nobody else",
    how: "each is looked at, in every area",
    remedy: "whoever owns it, or the founder, moves it away",
  },
  stray: {
    promise: "nothing lies where only files of the registry do",
    how: "names are compared with those that there can be",
    remedy: "whoever put it there moves it away; or is it of a newer labkit?",
    mild: true,
  },
  mode: {
    promise: "files are regular, their run's owner's, readable by the lab and writable by nobody else",
    how: "each file that is met is looked at",
    remedy: "its owner: chmod g+r,go-w",
  },
  temporary: {
    promise: "a temporary file lasts as long as a write",
    how: "those that are older than a day were left by something that was killed",
    remedy: "lab gc --apply removes your own",
    mild: true,
  },
  run: {
    promise:
      "a run's directory bears the id that its run.json has, below the name of its user, and nobody else has the id",
    how: "run.json is read; the other users' directories are looked at; a directory without it holds no other facts",
    remedy: restore,
  },
  recipe: {
    promise: "recipe.toml is the recipe that the run was made from",
    how: "it is compared with the text and the digest in run.json",
    remedy: "run.json has the text: lab show --json RUN",
  },
  record: {
    promise:
      "every record has the fields of its type, and is about the run, submission and attempt that its place says",
    how: "each is read by its schema and compared with its path",
    remedy: strange,
  },
  numbering: {
    promise: "submissions, attempts and decisions are numbered from 1 without a gap",
    how: "their names are listed",
    remedy: restore,
  },
  submission: {
    promise: "what is sent has its script and context; a receipt follows an intent that is not void",
    how: "the files of each submission are compared",
    remedy: strange,
  },
  array: {
    promise: "an array is whole, and it and its runs name each other; one whose making was interrupted is removed",
    how: "its index is read, and the submission that each line names",
    remedy: "its runs are rendered anew when they are submitted: lab submit RUN",
  },
  part: {
    promise: "a part is of elements that its array has, and was taken or refused after it was begun",
    how: "the files of each part are compared",
    remedy: strange,
  },
  attempt: {
    promise: "an attempt appears with its start.json, and is of a submission that there is",
    how: "each attempt is compared with the submissions",
    remedy: strange,
  },
  outcome: {
    promise: "the outcome is what the other facts say",
    how: "the state is derived from them once more, without it",
    remedy: "lab why RUN tells what there is; the facts are the truth",
  },
  outputs: {
    promise: "the seal comes after the outcome, and names what is registered; ids follow from run, role and step",
    how: "outputs.json, outcome.json and outputs/ are compared",
    remedy: strange,
  },
  active: {
    promise: "a run is in active/ until it is sealed",
    how: "markers and seals are compared; for an hour after the seal both may be there",
    remedy: "lab fsck --repair",
    repairable: true,
  },
  loose: {
    promise: "a run that is in no pack is in loose/",
    how: "markers, runs and packs are compared",
    remedy: "lab fsck --repair",
    repairable: true,
  },
  marker: {
    promise: "a marker is an empty file and stands for a run; one without is removed after an hour",
    how: "each marker is looked at",
    remedy: "lab fsck --repair",
    repairable: true,
    mild: true,
  },
  sidecar: {
    promise: "a copy of each artifact's record lies beside its bytes",
    how: "both are compared",
    remedy: "lab fsck --repair",
    repairable: true,
  },
  note: {
    promise: "beside an output a note names its run",
    how: "it is read",
    remedy: strange,
  },
  bytes: {
    promise: "what is registered stays where it is, as it was",
    how: "path and marker are looked at; with --deep the bytes are read and compared with the digest",
    remedy: "restore it, or make it again; what was made from it had the old one",
  },
  edge: {
    promise: "the index says what runs made and used, and what artifacts are called, and nothing else",
    how: "what follows from runs, artifacts and names is looked for in it, and each file of it is compared with these",
    remedy: "lab fsck --repair",
    repairable: true,
  },
  alias: {
    promise:
      "a name's generations are numbered from 1 without a gap, each its writer's, and mean something that there is",
    how: "each is read, and its target looked for",
    remedy: "lab alias --history NAME shows which count",
  },
  external: {
    promise: "the id of what was registered from outside follows from its record",
    how: "it is computed again",
    remedy: "register it again: lab register-external",
  },
  eval: {
    promise: "what a policy has asked for is about the try that its name says, and tries are numbered from 1",
    how: "each request is read and compared with its place; what is noted beside it has one",
    remedy: strange,
  },
  sweep: {
    promise: "the file of a sweep has each of its points, in their order, and each run once",
    how: "each is read, and its points are counted",
    remedy: restore,
  },
  pipeline: {
    promise:
      "the file of a pipeline has all of its runs, each once, stages after those that they need, and their sweeps",
    how: "each is read, and its runs are counted; the files of its sweeps are looked for",
    remedy: restore,
  },
  hold: {
    promise: "what is written of a held job is about the job that its file is called after",
    how: "each is read and compared with its name",
    remedy: "lab throttle --release lets everything go, and forgets it",
  },
  claim: {
    promise:
      "a claim is its run's owner's, one generation follows the seal of the other, and decisions agree with claims",
    how: "the generations of each chain are read, and the runs that they name",
    remedy: "a claim that counts for nothing takes only its number; whoever owns the run: lab advance",
  },
  pack: {
    promise: "a pack is whole and in order, and its runs are there, settled, and say what it says",
    how: "its files are read from end to end; with --deep each run is compared with its lines",
    remedy: "lab fsck --repair",
    repairable: true,
  },
  snapshot: {
    promise: "a snapshot's name is its digest, and its tar is the one of its record",
    how: "record and size are compared; with --deep the tar is read and its tree's digest computed again",
    remedy: "remove both of its files; the next lab snapshot of that source writes them again",
  },
  source: {
    promise: "the snapshot of every run is there",
    how: "the one that run.json names is looked for",
    remedy: "if the source is as it was: lab snapshot",
  },
  journal: {
    promise: "each line of a journal is an event of its user's",
    how: "all lines are read",
    remedy: "readers skip it; nothing else does harm",
    mild: true,
  },
  queue: {
    promise: "each fact of the local queue is about its job, which was queued for a run that there is",
    how: "all are read and compared",
    remedy: "once its owner's worker has ended, she moves the job's files away",
  },
  host: {
    promise: "each entry of a host's log belongs to the user whom it names",
    how: "all are read",
    remedy: "whoever owns it removes it; workers ignore it",
  },
  lease: {
    promise: "a lease is a record of its holder's",
    how: "all are read",
    remedy: "once no worker of hers runs, its owner removes it",
  },
} as const satisfies Record<string, Promised>;

export type PromiseName = keyof typeof promises;
