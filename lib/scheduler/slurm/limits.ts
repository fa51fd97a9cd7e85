// Slurm's words for limits of accounts and QOSs: over a hundred and fifty, made of a few parts.

/** What is limited, by the part of the word that names it. */
const things: Readonly<Record<string, string>> = {
  BB: "burst buffer space",
  Billing: "billing units",
  CPU: "CPUs",
  Cpu: "CPUs",
  Energy: "energy",
  GRES: "GPUs and other generic resources",
  Jobs: "running jobs",
  License: "licences",
  Mem: "memory",
  Memory: "memory",
  Node: "nodes",
  SubmitJob: "jobs in the queue",
  SubmitJobs: "jobs in the queue",
  Unknown: "a resource",
  Wall: "run time",
  WallDuration: "run time",
};

const pattern = new RegExp(
  `^(QOS|Assoc)?(Grp|Max|Min)(${Object.keys(things).join("|")})(RunMin(?:ute)?s|Minutes)?(Per(?:Job|User|Account|Node|Limit))?(?:Limit|NotSatisfied)?$`,
);

/** A limit of the family QOSGrpCpuLimit, AssocMaxJobsLimit, MaxGRESPerAccount, …: what it means, what can be done. */
export function explainLimit(word: string): { message: string; hint: string } | undefined {
  const [, owner = "", bound = "", thing = "", over = "", scope = ""] = pattern.exec(word) ?? [];
  if (bound === "") return undefined;
  const whose = owner === "QOS" ? "its QOS" : "its account";
  const what = `${things[thing]}${over.startsWith("Run") ? " that running jobs may still use over their time" : over === "" ? "" : " over time"}`;
  if (bound === "Min")
    return {
      message: `it asks for less than the ${what} that ${whose} demands, so it can never start`,
      hint: "ask for more, or name another qos",
    };
  const each = scope === "PerJob" || scope === "PerNode" || thing.startsWith("Wall") ? "for one job" : "";
  if (bound === "Max" && each !== "" && !over.startsWith("Run")) {
    return {
      message: `it asks for more than the ${what} that ${whose} allows ${each} (${word})`,
      hint: "ask for less, or name another qos or account",
    };
  }
  const shared = bound === "Grp" ? `${whose} as a whole` : scope === "PerAccount" ? "one account" : "one user";
  return { message: `the limit on ${what} for ${shared} is reached (${word})`, hint: remedy(bound, over) };
}

function remedy(bound: string, over: string): string {
  if (over === "Minutes")
    return "the budget is used up: name another qos or account, or ask the cluster's administrators";
  return bound === "Grp"
    ? "it starts when others end; another qos or account may have room"
    : "it starts when earlier ones end";
}
