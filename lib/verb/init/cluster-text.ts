// The cluster file that lab-init writes: short, with what one may want to add as comments.

/** What the file says; paths are absolute, `group` is the Unix group of the lab. */
export interface Place {
  name: string;
  runsBase: string;
  artifactRoot: string;
  group: string | undefined;
  scheduler: string;
  partition: string | undefined;
  account: string | undefined;
  repos: [string, string][];
}

/** TOML text of a place; a JSON string is a TOML basic string. */
export function clusterText(plan: Place): string {
  const s = (value: string) => JSON.stringify(value);
  const slurm = [
    plan.partition ? `partition = ${s(plan.partition)}` : '# partition = "gpu"',
    plan.account ? `account = ${s(plan.account)}` : '# account = "…"',
  ];
  const repos = plan.repos.map(([name, directory]) => `${s(name)} = ${s(directory)}`);
  return `# What lab-cluster(5) describes. lab config shows what is in force, and from where.
name = ${s(plan.name)}

[filesystem]
runs_base = ${s(plan.runsBase)}
artifact_root = ${s(plan.artifactRoot)}
${plan.group ? `shared_group = ${s(plan.group)}` : '# shared_group = "…"          # the Unix group of the lab'}

[scheduler]
kind = ${s(plan.scheduler)}                 # slurm, local, or auto: Slurm where there is one

[slurm]
${slurm.join("\n")}

[repos]                         # repositories that recipes call by name: repo = "…"
${repos.length > 0 ? repos.join("\n") : '# mylib = "/home/me/mylib"'}
`;
}
