// What lab-init is to make and where: by its options, by a cluster file, or by the configuration that is in force.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { clusterFilePlaces } from "../../config/cluster-file.js";
import type { Config } from "../../config/defaults.js";
import { fault } from "../../record/fault.js";
import { checkName } from "../../record/names.js";
import { usualKinds } from "../../registry/artifact-roots.js";
import { clusterText } from "./cluster-text.js";
import { askedFor } from "./init-asking.js";
import { type Group, joined } from "./joining.js";
import { type Migrated, migrated } from "./migrating.js";

export interface InitOptions {
  yes: boolean;
  /** As every command has it. */
  cluster?: string;
  use: string | undefined;
  join: string | undefined;
  "migrate-from": string | undefined;
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
  "no-doctor": boolean;
  "no-agent": boolean;
}

export interface Plan {
  runsBase: string;
  /** There is a registry, which is joined. */
  joins: boolean;
  /** Of the lab; without one the registry is open to all users of the machine. */
  group: Group | undefined;
  /** The directories that artifacts of some kind go below, and what a person is told of them. */
  roots: string[];
  artifacts: { path?: string; words: string };
  scheduler: string;
  /** The cluster file: with this text, or a link to that one. With neither it is in force, and stays as it is. */
  output: string;
  text?: string;
  link?: string;
}

/**
 * What the options ask for. Where they name nothing but kinds and a cluster file is in force, it is the place that this
 * one describes. Throws usage for options that exclude each other, and what is wrong with a cluster file.
 */
export async function initPlan(options: InitOptions, context: Context): Promise<Plan> {
  const kinds = options.kind.map(kindName);
  const [says] = saying(options);
  for (const word of ["use", "join"] as const) {
    const file = options[word];
    if (file === undefined) continue;
    const other = word === "use" && options.join !== undefined ? "join" : says;
    if (other === undefined) return fromFile(file, kinds, options, context);
    throw fault("usage", `--${word} and --${other} exclude each other: the file is taken as it is`, {
      hint: "copy it, change the copy, and use that",
    });
  }
  const old = options["migrate-from"] === undefined ? undefined : await migrated(options["migrate-from"], context);
  const inForce =
    says === undefined && options.output === undefined && !options.force ? fileInForce(options, context) : undefined;
  if (inForce === undefined) return fromOptions(options, kinds, old, context);
  return { ...(await described((await context.config()).config, kinds, context)), output: inForce };
}

/** The options that say what a new cluster file is to hold. */
function saying(options: InitOptions): string[] {
  const words = [
    "migrate-from",
    "root",
    "runs-base",
    "artifact-root",
    "name",
    "group",
    "partition",
    "account",
  ] as const;
  return [
    ...words.filter((name) => options[name] !== undefined),
    ...(options.repo.length > 0 ? ["repo"] : []),
    ...(options.scheduler === "auto" ? [] : ["scheduler"]),
  ];
}

function kindName(kind: string): string {
  if (!["slurm", "local", "auto"].includes(kind)) return checkName(kind, "kind");
  throw fault("usage", `--kind cannot be '${kind}': it is a kind of artifact, and that is a scheduler`, {
    hint: `did you mean --scheduler ${kind}?`,
  });
}

function fileInForce({ cluster }: InitOptions, context: Context): string | undefined {
  const { named, usual } = clusterFilePlaces({ cluster, ...whereabouts(context) }, "/etc/lab/cluster.toml");
  return (named === undefined ? usual : [named]).find((file) => fs.existsSync(file));
}

function whereabouts({ env, cwd }: Context) {
  return { env, cwd, home: env["HOME"] || os.homedir() };
}

/** A cluster file that exists, taken over word by word; or joined: linked to, so that its changes are heard of. */
async function fromFile(use: string, kinds: string[], options: InitOptions, context: Context): Promise<Plan> {
  const { resolveConfig } = await import("../../config/config.js");
  const file = path.resolve(context.cwd, use);
  const { home } = whereabouts(context);
  const { config } = await resolveConfig({
    flags: { cluster: file },
    env: {},
    cwd: "/",
    home,
    uid: os.userInfo().uid,
  });
  const plan = await described(config, kinds, context);
  const output = outputOf(options, context);
  if (options.join === undefined) return { ...plan, output, text: fs.readFileSync(file, "utf8") };
  if (!plan.joins)
    throw fault("noinput", `cannot join the registry '${plan.runsBase}': there is none yet`, {
      hint: `whoever is to be its founder makes it: lab init --use ${use}`,
    });
  return { ...plan, output, link: file };
}

/** The place that a configuration describes, with the directories of all the kinds that it has, and of `kinds`. */
async function described(config: Config, kinds: string[], context: Context): Promise<Omit<Plan, "output">> {
  const { runs_base, artifact_root, artifact_roots, output_roots, shared_group } = config.filesystem;
  const known = { ...artifact_roots, ...output_roots };
  const homeless = kinds.find((kind) => artifact_root === undefined && !Object.hasOwn(known, kind));
  if (homeless !== undefined)
    throw fault("config", `cannot make a place for '${homeless}': the cluster file has no root for it`, {
      hint: `set [filesystem] artifact_root, or artifact_roots.${homeless}`,
    });
  const usual =
    artifact_root === undefined ? [] : [...usualKinds, ...kinds.filter((kind) => !Object.hasOwn(known, kind))];
  const roots = [...new Set([...usual.map((kind) => path.join(`${artifact_root}`, kind)), ...Object.values(known)])];
  const first = artifact_root ?? roots[0];
  return {
    runsBase: runs_base,
    ...(await joined(runs_base, shared_group)),
    roots,
    artifacts: { ...(first === undefined ? {} : { path: first }), words: placesFor([...usual, ...Object.keys(known)]) },
    scheduler: await schedulerOf(config.scheduler.kind, context),
  };
}

async function fromOptions(
  given: InitOptions,
  extra: string[],
  old: Migrated | undefined,
  context: Context,
): Promise<Plan> {
  const { home } = whereabouts(context);
  const scheduler = await schedulerOf(given.scheduler, context);
  const { in: canType, err } = context.terminal;
  const name = given.name ?? old?.name ?? (await siteName(context));
  const proposed = { name, root: path.join(home, "lab"), scheduler };
  const isAsked = canType && err && !given.yes && !context.dryRun;
  const options = isAsked ? await askedFor(given, proposed, context) : given;
  for (const directory of [options.root, options["runs-base"], options["artifact-root"]]) refusePlaceholder(directory);
  const absolute = (text: string) => path.resolve(context.cwd, text.replace(/^~(?=\/|$)/, home));
  const root = absolute(options.root ?? proposed.root);
  const runsBase = absolute(options["runs-base"] ?? path.join(root, "registry"));
  const artifactRoot = absolute(options["artifact-root"] ?? path.join(root, "artifacts"));
  const { group, joins } = await joined(runsBase, options.group);
  const kinds = [...new Set([...usualKinds, ...(old?.kinds ?? []), ...extra])];
  const { partition, account } = options;
  const place = {
    name: checkName(options.name ?? name, "cluster name"),
    runsBase,
    artifactRoot,
    group: group?.name,
    scheduler,
    partition,
    account,
    repos: options.repo.map(repository(absolute)),
  };
  return {
    runsBase,
    joins,
    group,
    roots: kinds.map((kind) => path.join(artifactRoot, kind)),
    artifacts: { path: artifactRoot, words: placesFor(kinds) },
    scheduler,
    output: outputOf(options, context),
    text: old ? old.text(place) : clusterText(place),
  };
}

/** Nobody has a directory of such a name; it was copied from an example. */
function refusePlaceholder(directory: string | undefined): void {
  if (directory?.startsWith("/path/to/"))
    throw fault("usage", `'${directory}' is a placeholder`, { hint: "name a directory of yours" });
}

function placesFor(kinds: string[]): string {
  return `places for ${[...new Set(kinds)].join(", ")}`;
}

/** --output, else the file that commands are told to read and that is not there yet, else the usual one. */
function outputOf({ output, cluster }: InitOptions, context: Context): string {
  const where = whereabouts(context);
  if (output !== undefined) return path.resolve(context.cwd, output.replace(/^~(?=\/|$)/, where.home));
  const { named, usual } = clusterFilePlaces({ cluster, ...where }, "/etc/lab/cluster.toml");
  return named !== undefined && !fs.existsSync(named) ? named : (usual[0] as string);
}

function repository(absolute: (given: string) => string): (text: string) => [string, string] {
  return (text) => {
    const equals = text.indexOf("=");
    if (equals < 1) throw fault("usage", `cannot read --repo '${text}'`, { hint: "NAME=DIR" });
    return [checkName(text.slice(0, equals), "repository"), absolute(text.slice(equals + 1))];
  };
}

/** What `auto` would find at every start, found once. */
async function schedulerOf(kind: string, context: Context): Promise<string> {
  if (kind !== "auto") return kind;
  const { hasSlurm } = await import("../../scheduler/slurm/detect.js");
  if (await hasSlurm({ env: context.env })) return "slurm";
  if (isOnPath("sbatch", context.env["PATH"]))
    context.say("sbatch is here, but Slurm does not answer: this machine is taken; --scheduler slurm takes Slurm");
  return "local";
}

function isOnPath(program: string, directories = ""): boolean {
  return directories.split(path.delimiter).some((dir) => dir !== "" && fs.existsSync(path.join(dir, program)));
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
