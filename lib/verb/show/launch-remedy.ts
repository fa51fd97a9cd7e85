// A job whose command was never started says why (lab-job(7)); what to do about it is known here.

/** The remedy for the message of a `launch_error`; `host` is the node that it was on, where that is known. */
export function launchRemedy(message: string, host: string | undefined): string {
  const [, remedy] = remedies.find(([said]) => said.test(message)) ?? [];
  const elsewhere = host === undefined ? "" : `, or try another node: resources.exclude = ${JSON.stringify(host)}`;
  return (remedy ?? "see what the log says of it<elsewhere>").replace("<elsewhere>", elsewhere);
}

const remedies: [RegExp, string][] = [
  [
    /there is no such command/,
    "name the command by its path, or in [environment] the modules, conda, venv or container that have it",
  ],
  [
    /interpreter is missing|not an executable file/,
    'chmod +x it in the source, or name its interpreter: ["python3", …]',
  ],
  // Before all that a checkpoint's path may hold.
  [
    /what to resume from/,
    "have the command write a pointer file ([checkpoints] pointer); what there is, lab checkpoint RUN all lists",
  ],
  [/this is no job of Slurm's/, 'srun needs Slurm: give [launcher] kind = "torchrun" or "none" to run it here'],
  [/cannot find srun/, "srun is on the nodes of a Slurm cluster: leave its directory on PATH in [environment] setup"],
  [/the first of the nodes/, "scontrol show hostnames must work on the nodes<elsewhere>"],
  [/GPUs on this node/, "ask for as many GPUs as processes: resources.gpus, or a smaller [launcher] nproc_per_node"],
  [/can be read by others/, "chmod 600 ~/.config/lab/secrets.env, and renew what others may have read in it"],
  [/belongs to somebody else/, "copy it to a file of your own, which only you can read"],
  [/the setup line/, "try that line of [environment] setup in a shell on the node"],
  [/the secret \S+ is not in|where the value of/, "write it as NAME=VALUE into ~/.config/lab/secrets.env (chmod 600)"],
  [/module command|module_init/, "name the file that defines module in the cluster file: module_init = …"],
  [/cannot load the module/, "see what there is with module avail, and name it in [environment] modules"],
  [/conda/, "see what there is with conda env list on the node, and name it in [environment] conda"],
  [/virtual environment/, "make it where the nodes see it: python3 -m venv DIR, and name it in [environment] venv"],
  [/container|apptainer/, "give [environment] container an image that the nodes can read, and apptainer on their PATH"],
  [/set up to its end/, "a line of [environment] setup ended the shell: leave out exit and set -e there"],
  [/is not what was recorded/, "the snapshot was changed or is damaged: submit anew, which keeps the source again"],
  [
    /cannot (read|unpack) '|cannot read the source/,
    "see that the node has the registry's file system, and space for the source<elsewhere>",
  ],
  [
    /the source has no directory|cannot enter/,
    "workdir is relative to the source's root: see that it is there, and not ignored",
  ],
  [/belongs to run|there already/, "give the output an alias with {run.id} in it, or move what is there away"],
  [
    /not your own directory/,
    "ask whoever made the registry: only your own directory below a root may hold your outputs",
  ],
  [/cannot (create|write|use)/, "see that there is space, and permission, where it says<elsewhere>"],
  [/never reached its first line/, "see what the scheduler says of it<elsewhere>"],
];
