// The projects that lab-new makes: of each file where it comes from in examples/new, the parts of a recipe one after the other.

export const profiles = ["starter", "hpc"] as const;
export type Profile = (typeof profiles)[number];

export interface Scaffold {
  kind: string;
  purpose: string;
  /** By the name in the project. */
  files: Readonly<Record<string, readonly string[]>>;
  sweep: string;
}

const common = { "README.md": ["README.md"], ".gitignore": ["gitignore"] } as const;

export const scaffolds: readonly Scaffold[] = [
  {
    kind: "script",
    purpose: "a script whose arguments the recipe says",
    files: { ...common, "train.toml": ["script.toml"], "train.py": ["train.py"] },
    sweep: "sweep.toml",
  },
  {
    kind: "command",
    purpose: "any program, told by variables",
    files: { ...common, "train.toml": ["command.toml"], "fit.sh": ["fit.sh"] },
    sweep: "sweep.toml",
  },
  {
    kind: "registry",
    purpose: "several models, each a recipe that others extend",
    files: {
      ...common,
      "train.toml": ["registry.toml"],
      "models/linear.toml": ["models/linear.toml"],
      "models/cubic.toml": ["models/cubic.toml"],
      "train.py": ["train.py"],
    },
    sweep: "sweep.toml",
  },
  {
    kind: "adapter",
    purpose: "code that is called in its own way, by a bridge that reads LAB_PARAMS",
    files: { ...common, "train.toml": ["adapter.toml"], "adapter.py": ["adapter.py"], "train.py": ["train.py"] },
    sweep: "sweep-adapter.toml",
  },
];

/** What each profile is for. */
export const profilePurposes: Record<Profile, string> = {
  starter: "the least that runs",
  hpc: "for a cluster, with checkpoints and a sweep",
};

/** The files of a project by name, and of what they are made. */
export function filesOf({ files, sweep }: Scaffold, profile: Profile): [string, readonly string[]][] {
  const all = { ...files, "train.toml": [...(files["train.toml"] ?? []), `${profile}.toml`] };
  return Object.entries(profile === "hpc" ? { ...all, "sweep.toml": [sweep] } : all);
}
