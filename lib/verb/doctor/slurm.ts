// Settings of a Slurm cluster, and what each means for runs.
import { doubtful, type Finding, well } from "./finding.js";

/** What the settings (scontrol show config) come to. Pure. */
export function slurmFindings(settings: ReadonlyMap<string, string>): Finding[] {
  const get = (name: string) => settings.get(name) ?? "";
  return [
    well("slurm", `${get("SLURM_VERSION") || "of unknown version"}, cluster ${get("ClusterName") || "without a name"}`),
    accounting(get("AccountingStorageType")),
    privacy(get("PrivateData")),
    memory(get("MinJobAge")),
    arrays(get("MaxArraySize")),
    preemption(get("PreemptMode"), get("JobRequeue")),
    dependencies(get("DependencyParameters")),
  ];
}

function accounting(type: string): Finding {
  if (/slurmdbd|mysql/.test(type)) return well("accounting", "jobs that have left the queue can be asked about");
  return doubtful("accounting", "there is none: how a job ended is known from its own record alone", {
    hint: "a job that is killed with its node, or for want of memory, may count as lost; AccountingStorageType=accounting_storage/slurmdbd",
  });
}

function privacy(value: string): Finding {
  const kept = value.split(",").filter((word) => word === "jobs" || word === "usage");
  if (kept.length === 0) return well("PrivateData", "everybody's jobs can be seen");
  return doubtful("PrivateData", `${kept.join(",")}: other users' jobs cannot be seen`, {
    hint: "whose run you wait for is known by its files alone, and later; runs of yours are not touched",
  });
}

function memory(value: string): Finding {
  const seconds = Number(/^(\d+) sec/.exec(value)?.[1]);
  if (Number.isNaN(seconds)) return well("MinJobAge", value || "not said");
  if (seconds >= 60) return well("MinJobAge", `${seconds} s: jobs stay that long after their end`);
  return doubtful("MinJobAge", `${seconds} s: the controller forgets jobs almost at once`, {
    hint: "dependencies on a job that has just ended may be dropped; runs look at the files too, so nothing starts too early",
  });
}

function arrays(value: string): Finding {
  const size = Number(value);
  if (!(size > 0)) return well("MaxArraySize", "not said");
  if (size >= 1001) return well("MaxArraySize", `${size}: array indices go up to ${size - 1}`);
  return doubtful("MaxArraySize", `${size}: large sweeps are cut into many arrays`, {
    hint: "an administrator can raise it",
  });
}

function preemption(mode: string, requeue: string): Finding {
  if (mode === "" || mode === "OFF") return well("PreemptMode", "jobs are not preempted");
  const again = requeue === "1" ? "" : " (JobRequeue is 0: only jobs that ask for it)";
  const means: Record<string, string> = {
    REQUEUE: `preempted jobs are put back into the queue${again}: a new attempt of the same run`,
    CANCEL: "preempted jobs are ended: the run fails as preempted",
    SUSPEND: "preempted jobs are stopped and go on later",
    GANG: "jobs take turns",
  };
  const words = mode.split(",").map((word) => means[word] ?? word);
  return well("PreemptMode", words.join("; "));
}

function dependencies(value: string): Finding {
  if (value.includes("kill_invalid_depend"))
    return well("DependencyParameters", "jobs whose dependency failed are ended");
  return well("DependencyParameters", "jobs are sent with --kill-on-invalid-dep, so that none waits for ever");
}
