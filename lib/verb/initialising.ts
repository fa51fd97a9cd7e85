// Setting a place up: registry, roots for artifacts, own directories, cluster file.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Context } from "../command/context.js";
import { fault, systemFault } from "../record/fault.js";
import { checkName } from "../record/names.js";
import { makeArtifactRoot, usualKinds } from "../registry/artifact-roots.js";
import { initRegistry, initUser } from "../registry/init.js";
import { registryFile } from "../registry/layout.js";
import { openRegistry } from "../registry/open.js";
import { replace } from "../registry/write.js";
import { clusterText } from "./cluster-text.js";

export interface InitOptions {
  yes: boolean;
  use: string | undefined;
  root: string | undefined;
  "runs-base": string | undefined;
  "artifact-root": string | undefined;
  kind: string[];
  name: string | undefined;
  group: string | undefined;
  scheduler: string;
  partition: string | undefined;
  account: string | undefined;
  repo: string[];
  output: string | undefined;
  force: boolean;
}

export interface Plan {
  name: string;
  runsBase: string;
  artifactRoot: string;
  kinds: string[];
  group: { gid: number; name: string } | undefined;
  scheduler: string;
  partition: string | undefined;
  account: string | undefined;
  repos: [string, string][];
  output: string;
}

/** Makes what is missing and yields a `check` record for each thing; asks first, on a terminal, unless `--yes`. */
export async function* initialise(options: InitOptions, context: Context): AsyncGenerator<object> {
  const used = options.use === undefined ? undefined : await usedFile(options.use, context);
  const plan = await planned(used === undefined ? options : { ...options, ...used.options }, context);
  const joins = fs.existsSync(registryFile(plan.runsBase));
  const text = used?.text ?? clusterText(plan);
  const there = fs.existsSync(plan.output);
  if (there && !options.force && fs.readFileSync(plan.output, "utf8") !== text) {
    throw fault("cantcreat", `cannot write '${plan.output}': there is one already`, {
      hint: "--force replaces it, --output names another",
    });
  }
  const steps = [
    check("registry", plan.runsBase, joins ? "joined: it is there already" : "made"),
    check(
      "artifacts",
      used?.roots[0] ?? plan.artifactRoot,
      used ? `${used.roots.length} places` : `places for ${plan.kinds.join(", ")}`,
    ),
    check(
      "scheduler",
      undefined,
      plan.scheduler === "slurm"
        ? "Slurm runs the jobs"
        : plan.scheduler === "local"
          ? "this machine runs the jobs"
          : plan.scheduler,
    ),
    check("cluster", plan.output, there ? "replaced" : "written"),
  ];
  if (context.dryRun) {
    yield* steps.map((step) => ({ ...step, dry_run: true }));
    return;
  }
  if (!options.yes && !(await agreed(plan, joins, context)))
    throw fault("usage", "nothing was made", { hint: "lab init --yes makes it" });
  const registry = joins ? openRegistry(plan.runsBase, os.userInfo().uid) : newRegistry(plan);
  initUser(registry);
  const roots = used?.roots ?? plan.kinds.map((kind) => path.join(plan.artifactRoot, kind));
  for (const root of roots) makeArtifactRoot(root, plan.group?.gid);
  writeConfiguration(plan.output, text);
  yield* steps;
  const other = context.env["LAB_CLUSTER"];
  if (other && path.resolve(context.cwd, other) !== plan.output) {
    context.say(`LAB_CLUSTER is set to '${other}' and wins over what was written: unset LAB_CLUSTER`);
  } else if (context.terminal.err) context.say("next: lab run --wait -- echo hello");
}

function newRegistry({ runsBase, group }: Plan) {
  return initRegistry({ base: runsBase, uid: os.userInfo().uid, now: Date.now(), ...(group ? { group } : {}) })
    .registry;
}

function writeConfiguration(file: string, text: string): void {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
  } catch (error) {
    throw systemFault(error, `make the directory '${path.dirname(file)}'`);
  }
  replace(file, text, 0o644);
}

function check(name: string, at: string | undefined, message: string): object {
  return { type: "check", v: 1, name, check: name, ok: true, ...(at === undefined ? {} : { path: at }), message };
}

async function planned(options: InitOptions, context: Context): Promise<Plan> {
  const home = context.env["HOME"] || os.homedir();
  const absolute = (given: string) => path.resolve(context.cwd, given.replace(/^~(?=\/|$)/, home));
  const root = absolute(options.root ?? path.join(home, "lab"));
  const configuration = context.env["XDG_CONFIG_HOME"] || path.join(home, ".config");
  for (const given of [options.root, options["runs-base"], options["artifact-root"]]) {
    if (given?.startsWith("/path/to/"))
      throw fault("usage", `'${given}' is a placeholder`, { hint: "name a directory of yours" });
  }
  return {
    name: checkName(options.name ?? (await siteName(context)), "cluster name"),
    runsBase: absolute(options["runs-base"] ?? path.join(root, "registry")),
    artifactRoot: absolute(options["artifact-root"] ?? path.join(root, "artifacts")),
    kinds: [...new Set([...usualKinds, ...options.kind.map((kind) => checkName(kind, "kind"))])],
    group: options.group === undefined ? undefined : await groupOf(options.group),
    scheduler: options.scheduler === "auto" ? await schedulerHere(context) : options.scheduler,
    partition: options.partition,
    account: options.account,
    repos: options.repo.map(repository(absolute)),
    output: absolute(options.output ?? path.join(configuration, "lab/cluster.toml")),
  };
}

function repository(absolute: (given: string) => string): (text: string) => [string, string] {
  return (text) => {
    const equals = text.indexOf("=");
    if (equals < 1) throw fault("usage", `cannot read --repo '${text}'`, { hint: "NAME=DIR" });
    return [checkName(text.slice(0, equals), "repository"), absolute(text.slice(equals + 1))];
  };
}

/** What `auto` would find at every start, found once. */
async function schedulerHere(context: Context): Promise<string> {
  const { hasSlurm } = await import("../scheduler/slurm/detect.js");
  return (await hasSlurm({ env: context.env })) ? "slurm" : "local";
}

/** Slurm's name for the cluster where there is one, else the host's. */
async function siteName(context: Context): Promise<string> {
  const { execa } = await import("execa");
  const { stdout } = await execa("scontrol", ["show", "config"], {
    reject: false,
    timeout: 20_000,
    env: context.env as Record<string, string>,
  });
  return /^ClusterName\s*=\s*(\S+)/m.exec(stdout ?? "")?.[1] ?? os.hostname().split(".")[0] ?? "here";
}

interface Used {
  text: string;
  options: Partial<InitOptions>;
  /** The directories that artifacts of some kind go below. */
  roots: string[];
}

/** What a cluster file that exists already says of the places; it is checked, and taken over word by word. */
async function usedFile(file: string, context: Context): Promise<Used> {
  const { resolveConfig } = await import("../config/config.js");
  const absolute = path.resolve(context.cwd, file);
  const { config } = await resolveConfig({
    flags: { cluster: absolute },
    env: {},
    cwd: "/",
    home: context.env["HOME"] || os.homedir(),
    uid: os.userInfo().uid,
  });
  const { runs_base, artifact_root, artifact_roots, output_roots, shared_group } = config.filesystem;
  const kinds = artifact_root === undefined ? [] : usualKinds.map((kind) => path.join(artifact_root, kind));
  const text = fs.readFileSync(absolute, "utf8");
  return {
    text,
    roots: [...new Set([...kinds, ...Object.values(artifact_roots), ...Object.values(output_roots)])],
    options: {
      name: config.name,
      "runs-base": runs_base,
      ...(artifact_root === undefined ? {} : { "artifact-root": artifact_root }),
      ...(shared_group === undefined ? {} : { group: shared_group }),
    },
  };
}

async function groupOf(name: string): Promise<{ gid: number; name: string }> {
  const { execa } = await import("execa");
  const { stdout, failed } = await execa("getent", ["group", name], { reject: false });
  const gid = Number(stdout?.split(":")[2]);
  if (failed || Number.isNaN(gid)) throw fault("usage", `no Unix group '${name}'`, { hint: "getent group lists them" });
  return { gid, name };
}

async function agreed(plan: Plan, joins: boolean, context: Context): Promise<boolean> {
  const what = `${joins ? "join" : "make"} the registry ${plan.runsBase}, artifacts in ${plan.artifactRoot}, configuration ${plan.output}`;
  if (!context.terminal.in || !context.terminal.err) {
    context.say(`would ${what}`);
    return false;
  }
  const { agrees } = await import("../command/ask.js");
  return agrees(`lab-init will ${what}\nGo on?`);
}
