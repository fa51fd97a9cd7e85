// The commands themselves, on both clients: what one does is watched from the other, and both hosts work on one queue.
import type { Ended } from "./agent.js";
import { type Agent, type Client, clients, people, requestsOf, startAgent } from "./team.js";

const home = "/mnt/shared/home/ann";
const cluster = `${home}/cluster.toml`;
const nodeDirectory = process.execPath.replace(/\/[^/]*$/, "");

interface Timed extends Ended {
  /** When it had ended (Unix time in seconds). */
  at: number;
}

/** A command of ours as somebody on a client types it. */
async function type(agent: Agent, argv: string[], input = ""): Promise<Timed> {
  const { name } = agent.person;
  const env = {
    HOME: `/mnt/shared/home/${name}`,
    PATH: `/mnt/dist/bin:${nodeDirectory}:/usr/local/bin:/usr/bin:/bin`,
    LAB_CLUSTER: cluster,
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
  };
  const ended = await agent.get<Ended>("command", [{ argv, cwd: `${home}/repo`, env, input }]);
  return { ...ended, at: Date.now() / 1000 };
}

/** The same, where it has to succeed. */
async function must(agent: Agent, argv: string[], input = ""): Promise<string> {
  const { code, stdout, stderr } = await type(agent, argv, input);
  if (code !== 0) throw new Error(`${argv.join(" ")} on ${agent.client}: ${code}: ${stderr}`);
  return stdout;
}

const recordsOf = (text: string) =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id: string; state: string; host?: string });

export interface Place {
  /** Of each client, and of the person: ann twice, since what she does takes its time; and ben, who only looks. */
  ann: Record<Client, Agent>;
  watching: Agent;
  ben: Agent;
}

/** A registry for the local scheduler, and a repository, all of it on NFS. */
export async function place(): Promise<Place> {
  const [ann, ben] = people;
  if (!ann || !ben) throw new Error("nobody");
  const [here, there] = clients.map((client) => startAgent(client, ann)) as [Agent, Agent];
  await here.get("write", [`${home}/repo/job.sh`, jobScript]);
  const init = ["lab-init", "--yes", "--root", "/mnt/shared/lab", "--scheduler", "local", "--name", "uml"];
  await must(here, [...init, "--output", cluster]);
  await here.get("add", [cluster, '\n[local]\ncpus = 4\nmem = "1GB"\nidle = "20s"\n']);
  await must(here, ["sh", "-ec", "git init -q . && git add -A && git -c user.name=a -c user.email=a commit -qm job"]);
  return { ann: { h1: here, h2: there }, watching: startAgent("h2", ann), ben: startAgent("h2", ben) };
}

// Says that it runs, once each time it does.
const jobScript = `set -e
mkdir -p /mnt/shared/home/ann/ran
date +%s.%N >"$(mktemp "/mnt/shared/home/ann/ran/$1.$(hostname).XXXXXX")"
for i in 1 2 3; do echo "line $i of $1"; sleep "$2"; done
date +%s >"/mnt/shared/home/ann/ran/$1.end"
`;

async function recipe(agent: Agent, name: string, pause_s: number): Promise<string> {
  const file = `${home}/repo/${name}.toml`;
  const text = `name = "${name}"\ncommand = ["bash", "job.sh", "${name}", "${pause_s}"]\n[resources]\ncpus = 1\nmem = "50MB"\n`;
  await agent.get("write", [file, text]);
  return file;
}

/**
 * Both hosts take jobs out of one queue, while jobs are put there on both; the first of them is watched on the other client by
 * its owner and by somebody else.
 */
export async function worked({ ann, watching, ben }: Place, times: number) {
  const sent = await Promise.all(
    clients.map(async (client) => {
      const names = Array.from({ length: times }, (_, i) => `${client}-${i + 1}`);
      const files = client === "h1" ? [await recipe(ann.h1, "watched", 3)] : [];
      for (const name of names) files.push(await recipe(ann[client], name, 0.3));
      return recordsOf(await must(ann[client], ["lab", "run", "--json", ...files])).map(({ id }) => id);
    }),
  );
  const ids = sent.flat();
  const id = sent[0]?.[0] ?? "";
  const [log, own, others] = await Promise.all([
    type(ann.h2, ["lab-log", "--follow", "--text", "--source", "job", id]),
    type(watching, ["lab-wait", "--json", "--timeout", "4m", id]),
    type(ben, ["lab-wait", "--json", "--timeout", "4m", "--no-pass", id]),
  ]);
  const ended = Number((await type(ann.h1, ["cat", `${home}/ran/watched.end`])).stdout);
  const waited = await type(watching, ["lab-wait", "--json", "--timeout", "4m", ...ids]);
  const list = recordsOf(await must(ben, ["lab-ls", "--json", "--all"]));
  const began = (await must(watching, ["ls", `${home}/ran`]))
    .split("\n")
    .filter((name) => /^(h\d-\d+|watched)\.h\d\./.test(name));
  const queue = await must(ann.h1, ["lab-queue", "--json"]);
  return {
    wanted: 2 * times + 1,
    ids: new Set(ids).size,
    log: {
      code: log.code,
      lines: log.stdout.split("\n").filter((line) => line.startsWith("line ")),
      stderr: log.stderr,
    },
    waits: [own, others].map(({ code, stdout, stderr, at }) => ({
      code,
      states: recordsOf(stdout).map(({ state }) => state),
      stderr,
      after_s: at - ended,
    })),
    code: waited.code,
    stderr: waited.stderr,
    states: recordsOf(waited.stdout).map(({ state }) => state),
    list: list.map(({ id: listed, state }) => (ids.includes(listed) ? state : listed)),
    // One file for each time that a job began: its name and where.
    began: began.map((name) => name.split(".").slice(0, 2).join(" on ")).sort(),
    left: recordsOf(queue).length,
  };
}

/** How many requests each command costs the file server. */
export async function costs({ ann, ben }: Place) {
  const counted = async (agent: Agent, what: string, argv: string[]) => {
    const before = requestsOf(agent.client);
    const stdout = await must(agent, argv);
    const after = requestsOf(agent.client);
    const counts = Object.entries(after).flatMap(([name, count]) => {
      const more = count - (before[name] ?? 0);
      return more > 0 ? [[name, more] as const] : [];
    });
    const sorted = Object.fromEntries(counts.sort(([, a], [, b]) => b - a));
    return { stdout, cost: { what, all: counts.reduce((sum, [, more]) => sum + more, 0), ...sorted } };
  };
  const file = await recipe(ann.h1, "counted", 0.1);
  const run = await counted(ann.h1, "lab run", ["lab", "run", "--json", file]);
  const id = recordsOf(run.stdout)[0]?.id ?? "";
  const waited = await counted(ann.h1, "lab wait (with the worker and the job)", ["lab-wait", "--json", id]);
  const costs = [run.cost, waited.cost];
  for (const agent of [ann.h1, ben])
    for (const [what, argv] of [
      ["lab ls --all", ["lab-ls", "--json", "--all"]],
      ["lab show", ["lab-show", "--json", id]],
      ["lab show, again", ["lab-show", "--json", id]],
    ] as const)
      costs.push(
        (await counted(agent, `${what} (${agent === ben ? "the other client" : "the same client"})`, [...argv])).cost,
      );
  return costs;
}
