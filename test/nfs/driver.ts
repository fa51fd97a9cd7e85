// Runs in the guest, beside its server: makes a registry on one client, lets both clients loose on it, and writes a line of
// JSON for each thing tried.
import fs from "node:fs";
import * as commands from "./commands.js";
import type { Finding, Plan, Try } from "./plan.js";
import * as races from "./races.js";
import { type Agent, people, startAgent } from "./team.js";

const results = "/mnt/work/findings.ndjson";

async function attempt<T>(tried: string, act: () => Promise<T>): Promise<T | undefined> {
  const began = Date.now();
  const seconds = () => (Date.now() - began) / 1000;
  const say = (finding: Finding) => fs.appendFileSync(results, `${JSON.stringify(finding)}\n`);
  try {
    const found = await act();
    say({ tried, seconds: seconds(), found });
    return found;
  } catch (error) {
    say({ tried, seconds: seconds(), error: String((error as Error).stack) });
    return undefined;
  }
}

/** By the first of the people, over the first client: a home for each, and a registry that all may use. */
async function found(): Promise<{ mounts: string[]; kernel: string }> {
  fs.chmodSync("/mnt/export", 0o1777);
  fs.mkdirSync("/mnt/export/home");
  for (const { name, uid, gid } of people) {
    fs.mkdirSync(`/mnt/export/home/${name}`);
    fs.chownSync(`/mnt/export/home/${name}`, uid, gid);
  }
  const [founder] = people;
  if (!founder) throw new Error("nobody");
  const agent = startAgent("h1", founder);
  const made = await agent.get<{ directories: number; mounts: string[] }>("init");
  agent.end();
  return { ...made, kernel: fs.readFileSync("/proc/sys/kernel/osrelease", "utf8").trim() };
}

async function main(): Promise<void> {
  const { tries, claimers, rounds } = JSON.parse(fs.readFileSync("/mnt/work/plan.json", "utf8")) as Plan;
  await attempt("registry", found);
  let agents: Agent[] = [];
  await attempt("gather", async () => {
    agents = await races.gather(claimers);
    return { agents: agents.length, memory: fs.readFileSync("/proc/meminfo", "utf8").split("\n").slice(0, 3) };
  });
  let place: commands.Place | undefined;
  const at = async () => {
    for (const agent of agents.splice(0)) agent.end();
    place ??= await commands.place();
    return place;
  };
  const all: Record<Try, () => Promise<unknown>> = {
    once: () => races.once(agents, 6),
    claims: () => races.claims(agents, rounds),
    told: () => races.told(agents, 4),
    journals: () => races.journals(agents, 50),
    leases: () => races.leases(agents, 5),
    reservations: () => races.reservations(agents, 4),
    names: () => races.names(agents, 4),
    runs: () => races.runs(agents, 3),
    facts: () => races.facts(agents),
    worked: async () => commands.worked(await at(), 1),
    costs: async () => commands.costs(await at()),
  };
  for (const tried of tries) await attempt(tried, all[tried]);
  process.exit();
}

void main();
