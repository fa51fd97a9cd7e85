// What of the caller's environment Slurm's programs may see.

const others = /^(SBATCH|SLURM|SQUEUE|SACCT|SCANCEL|SCONTROL|SINFO|SALLOC|SRUN|SPANK)_/;

/**
 * The caller's environment for Slurm's programs: their own variables are taken out, since they beat a script's directives
 * and change what is printed (SLURM_CONF, which says where Slurm is, stays); so is one named NIL, which --export=NIL would
 * hand on before Slurm 23.02. sbatch takes `umask` for its own, which Slurm opens the job's output with.
 */
export function slurmEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  umask?: string,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && name !== "NIL" && (name === "SLURM_CONF" || !others.test(name))) kept[name] = value;
  }
  return umask === undefined ? kept : { ...kept, SLURM_UMASK: umask };
}

/** The same for what only prints: messages in C, times in seconds since 1970, lists of array indices whole. sbatch would hand these on to the job. */
export function slurmQueryEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return { ...slurmEnvironment(env), LC_ALL: "C", TZ: "UTC", SLURM_TIME_FORMAT: "%s", SLURM_BITSTR_LEN: "0" };
}
