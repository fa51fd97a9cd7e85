// A registry on a real Slurm cluster, and the people who share it: each has a home and a git repository of her own.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { type Cluster, ownCluster, userOf } from "../slurm/scheduler-harness.js";
import { asUser, type How, type Result, records, root, type Sandbox, sandbox, type User, until } from "./sandbox.js";

export { type Cluster, userOf };

/** A cluster of the test's own (ownCluster), taken down with the test, also where that dies before its first assertion. */
export function clusterFor(
  t: Pick<typeof import("tap").default, "teardown">,
  settings: Record<string, string> = {},
): Cluster {
  const cluster = ownCluster(settings);
  let up = true;
  const down = () => {
    if (up) cluster.down();
    up = false;
  };
  process.on("exit", down);
  t.teardown(down);
  return cluster;
}

/** The records of a command, by name, as tests look at them. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the command printed
export type Fields = Record<string, any>;

export interface Person extends User {
  /** Her repository, which recipes are in. */
  repo: string;
  /** Runs a command as she would type it in her repository. */
  run(argv: string[], how?: How): Promise<Result>;
  /** The same; its records. Throws unless it exits with `code` (0). */
  lab(argv: string[], how?: How & { code?: number }): Promise<Fields[]>;
  /** Writes a file into her repository. */
  write(name: string, text: string): string;
}

export interface Site extends Sandbox {
  cluster_env: Record<string, string>;
  person(name: string): Person;
  /** Slurm's programs as root; stdout. */
  root(...argv: string[]): string;
}

/** A registry that `founder` made for the group (or, without one, for everybody), whose jobs go to this cluster. */
export async function site(options: {
  name: string;
  /** SLURM_CONF and what else clients need; the suite's cluster if not given. */
  env?: Record<string, string>;
  kind?: "slurm" | "local";
  founder?: string;
  group?: string | undefined;
  extra?: string;
}): Promise<Site> {
  const { name, kind = "slurm", founder = "lab-alice", extra = "" } = options;
  const { PATH: _, ...env } = options.env ?? { SLURM_CONF: process.env["SLURM_CONF"] ?? "" };
  if (kind === "slurm" && !env["SLURM_CONF"])
    throw new Error('no cluster: test/slurm/cluster up, then eval "$(test/slurm/cluster env)"');
  const group = "group" in options ? options.group : "lab-research";
  const box = await sandbox({
    kind,
    name,
    env,
    owner: userOf(founder),
    extra,
    ...(group === undefined ? {} : { group }),
  });
  const people = new Map<string, Person>();
  return {
    ...box,
    cluster_env: env,
    person(who) {
      const there = people.get(who) ?? makePerson(box, userOf(who));
      people.set(who, there);
      return there;
    },
    root: (program = "", ...argv) => output(program, argv, { ...process.env, ...env }),
  };
}

function output(program: string, argv: string[], env: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd: "/", env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${argv.join(" ")}: ${stderr}`);
  return stdout;
}

function makePerson(box: Sandbox, user: User): Person {
  const home = path.join(box.dir, `${user.name}'s home`);
  const repo = path.join(home, 'a "clone" of hers');
  fs.mkdirSync(repo, { recursive: true });
  fs.cpSync(path.join(root, "examples"), path.join(repo, "examples"), { recursive: true });
  spawnSync("chown", ["-R", `${user.uid}:${user.gid}`, home]);
  fs.chmodSync(home, 0o700);
  const env = { HOME: home, XDG_CACHE_HOME: path.join(home, ".cache"), USER: "nobody-else" };
  const run: Person["run"] = (argv, how = {}) =>
    box.run(argv, { user, cwd: repo, ...how, env: { ...env, ...how.env } });
  const git = (...words: string[]) =>
    output(
      "setpriv",
      asUser(user, ["git", "-C", repo, "-c", "user.name=x", "-c", "user.email=x@y", ...words]).slice(1),
      {
        PATH: process.env["PATH"],
        HOME: home,
      },
    );
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "The examples");
  return {
    ...user,
    home,
    repo,
    run,
    async lab(argv, { code = 0, ...how } = {}) {
      const result = await run(argv, how);
      if (result.code !== code) {
        throw new Error(`${argv.join(" ")} as ${user.name}: exit ${result.code}\n${result.stderr}${result.stdout}`);
      }
      return records(result.stdout);
    },
    write(name, text) {
      const file = path.join(repo, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
      spawnSync("chown", ["-R", `${user.uid}:${user.gid}`, path.dirname(file)]);
      return file;
    },
  };
}

/** What a small recipe of a test asks for and does; `more` are lines of TOML after its first table. */
export interface Small {
  /** A line of bash. */
  body?: string;
  command?: string[];
  resources?: Record<string, string | number | string[]>;
  more?: string;
}

let made = 0;

/** The text of a recipe that runs a line of bash with little memory. Each is another one: no run answers for it. */
export function recipe(name: string, { body = "true", command, resources = {}, more = "" }: Small = {}): string {
  const asked = { mem: "100MB", time: "00:10:00", ...resources };
  made += 1;
  const params = `[params]\nnumber_of_test_recipe = ${made}`;
  return [
    `name = ${JSON.stringify(name)}`,
    `command = ${JSON.stringify(command ?? ["bash", "-c", body])}`,
    "[resources]",
    ...Object.entries(asked).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
    more.includes("[params]") ? more.replace("[params]", params) : `${more}\n${params}`,
    "",
  ].join("\n");
}

/** Writes recipes and gives them all to one `lab run`; the run records by the recipes' names. */
export async function runAll(
  person: Person,
  recipes: Record<string, Small>,
  how: How & { code?: number; options?: string[] } = {},
): Promise<Record<string, Fields>> {
  const files = Object.entries(recipes).map(([name, small]) => person.write(`r/${name}.toml`, recipe(name, small)));
  const { options = [], ...rest } = how;
  const runs = await person.lab(["lab", "run", "--json", ...options, ...files], rest);
  return byName(runs);
}

/** Records by their `name`; those without one are left out. */
export function byName(all: Fields[]): Record<string, Fields> {
  return Object.fromEntries(all.flatMap((record) => (record["name"] === undefined ? [] : [[record["name"], record]])));
}

/** The state of every job that the controller knows, as squeue says it, by id (a heterogeneous job by its leader's). */
export function statesOf({ root: asRoot }: Pick<Site, "root">): Map<string, string> {
  const lines = asRoot("squeue", "--noheader", "--states=all", "--array", "--format=%i %T").trim().split("\n");
  return new Map(lines.map((line) => line.replace("+0 ", " ").split(" ") as [string, string]));
}

/** Waits until a job is in a state, as squeue says it. */
export async function inState(where: Pick<Site, "root">, job: string, state: string): Promise<void> {
  let last: string | undefined;
  const there = () => {
    last = statesOf(where).get(job);
    return last === state;
  };
  await until(`job ${job} ${state}`, there).catch((error) => {
    throw new Error(`${error.message}; it is ${last}\n${where.root("squeue", "--states=all")}`);
  });
}
