// The configuration of one command: all layers, laid over each other, and where each value came from.
import fs from "node:fs";
import path from "node:path";
import { systemFault } from "../record/fault.js";
import { checkedToml, readToml, type TomlFile } from "../toml/document.js";
import { dotted } from "../toml/path.js";
import { located, problemFault } from "../toml/problems.js";
import { assignmentLayers } from "./assignments.js";
import { findClusterFile } from "./cluster-file.js";
import { type Config, defaults } from "./defaults.js";
import { type Chosen, chooseEnvironment, type ProjectFile } from "./environment.js";
import { type Base, fileLayer } from "./layer.js";
import { type Layer, merge, type Source, type Table } from "./merge.js";
import { findProjectFiles } from "./project-files.js";
import { clusterSchema, projectSchema, type Settings } from "./schema.js";
import { variablesLayer } from "./variables.js";

export type { Config } from "./defaults.js";
export type { Source } from "./merge.js";

export interface Asked {
  /** `--cluster`, `--env` and each `-c`, where they were given. */
  flags: { cluster?: string; env?: string; set?: readonly string[] };
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  home: string;
  uid: number;
}

export interface ResolvedConfig {
  config: Config;
  /** Where each value came from, by dotted key. */
  sources: Map<string, Source>;
  /** The files that were read, the weakest first. */
  files: string[];
  warnings: string[];
  /** Keys that were checked and have no effect in this version. */
  kept: string[];
}

/**
 * The configuration: defaults < cluster.toml < .lab.toml < its [environments.<name>] < .lab.local.toml < its
 * [environments.<name>] < LAB_* variables < -c. Throws config (file:line:column), usage for a bad -c, and what the
 * system says of a file that cannot be read.
 */
export async function resolveConfig({ flags, env, cwd, home, uid }: Asked): Promise<ResolvedConfig> {
  const warnings: string[] = [];
  const cluster = readToml(findClusterFile({ cluster: flags.cluster, env, cwd, home }), "config");
  warnOfOpenFile(cluster, warnings);
  const settings = await checkedToml(clusterSchema, cluster, "config");
  const projects = await projectFiles(cwd, uid, warnings);
  const environment = await chooseEnvironment(flags.env, env["LAB_ENV"], projects);
  const here = { directory: cwd, home };
  const { value, sources } = merge([
    { value: defaults, source: () => ({ from: "default" }) },
    fileLayer(settings as Settings, cluster, baseOf(cluster, home)),
    ...projects.flatMap((project) => projectLayers(project, environment, home)),
    variablesLayer(env, here, warnings),
    ...assignmentLayers(flags.set ?? [], here),
    ...(environment ? [{ value: { environment: environment.name }, source: () => environment.source }] : []),
  ]);
  const config = await complete(value, cluster);
  return {
    config,
    sources,
    files: [cluster, ...projects.map(({ file }) => file)].map((file) => file.path),
    warnings,
    kept: [...sources.keys()]
      .filter((key) => /^dispatch\.gc\b/.test(key) && sources.get(key)?.from !== "default")
      .concat(trustedRepositories(config)),
  };
}

/** Where relative paths of a file start: beside the file itself, also when it was reached by a link. */
function baseOf(file: TomlFile, home: string): Base {
  try {
    return { directory: path.dirname(fs.realpathSync.native(file.path)), home };
  } catch (error) {
    throw systemFault(error, `read '${file.path}'`);
  }
}

function warnOfOpenFile(file: TomlFile, warnings: string[]): void {
  const stat = fs.statSync(file.path, { throwIfNoEntry: false });
  if (!stat || (stat.mode & 0o002) === 0) return;
  warnings.push(`everybody may write '${file.path}', which names programs that run as you (chmod o-w)`);
}

async function projectFiles(cwd: string, uid: number, warnings: string[]): Promise<ProjectFile[]> {
  const found = findProjectFiles(cwd, uid);
  warnings.push(...found.warnings);
  const files: ProjectFile[] = [];
  for (const file of [found.base, found.local]) {
    if (file) files.push({ file, value: await checkedToml(projectSchema, file, "config") });
  }
  return files;
}

function projectLayers({ file, value }: ProjectFile, environment: Chosen | undefined, home: string): Layer[] {
  const base = baseOf(file, home);
  const { project, environments, ...settings } = value;
  const chosen = environment && environments?.[environment.name];
  const layers = [fileLayer(settings as Settings, file, base)];
  if (project) layers.push({ value: { project }, source: (at) => ({ from: file.path, file, at }) });
  if (environment && chosen) layers.push(fileLayer(chosen as Settings, file, base, ["environments", environment.name]));
  return layers;
}

function trustedRepositories({ repos }: Config): string[] {
  return Object.entries(repos).flatMap(([name, { trusted }]) => (trusted ? dotted(["repos", name, "trusted"]) : []));
}

/** What no layer gave and every command needs. */
async function complete(value: Table, cluster: TomlFile): Promise<Config> {
  const config = value as unknown as Config;
  if ((config.filesystem.runs_base as string | undefined) !== undefined) return config;
  const breach = {
    path: ["filesystem", "runs_base"],
    part: "key",
    message: "filesystem.runs_base is missing",
    hint: "it is the directory of the registry, on a file system that login and compute nodes share",
  } as const;
  throw problemFault(await located([breach], cluster), "config");
}
