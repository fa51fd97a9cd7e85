// The little of a repository's and a person's git configuration that a listing depends on, as a configuration that we
// write ourselves. The files are looked at first: git is asked only if a word in them could matter.
import fs from "node:fs";
import { type GitPlace, runGit } from "./git-process.js";
import type { GitLocation } from "./locate-git.js";
import { textOf } from "./text-of.js";
import { systemPath, treePath } from "./tree-path.js";

export interface RepositorySettings {
  text: string;
  fileMode: boolean;
}

type Environment = Record<string, string | undefined>;

const ofRepository = /objectformat|refstorage|excludesfile|filemode\s*=\s*(false|no|off|0)/i;
const ofPerson = /excludesfile|include/i;

/** The configuration to show git, and whether x bits mean something here; a promise only where git had to be asked. */
export function repositorySettings(
  { commonDir }: GitLocation,
  place: GitPlace,
  env: Environment,
): RepositorySettings | Promise<RepositorySettings> {
  const file = `${commonDir}/config`;
  const here = ofRepository.test(textOf(file));
  const person = personFiles(env).some((name) => ofPerson.test(textOf(treePath(name))));
  if (!here && !person) return written(new Map(), defaultExcludes(env));
  return asked(here, person, file, place, env);
}

async function asked(here: boolean, person: boolean, file: string, place: GitPlace, env: Environment) {
  // --file reads that one file as text: what it says is not in force for the git that reads it.
  fs.symlinkSync(systemPath(file), `${place.scratch}/their-config`);
  const listed = here
    ? await runGit(["config", "--no-includes", "--file", `${place.scratch}/their-config`, "-z", "--list"], place)
    : undefined;
  const settings = new Map<string, string>();
  for (const item of listed?.out.toString("utf8").split("\0") ?? []) {
    const [name = "", ...value] = item.split("\n");
    settings.set(name, value.join("\n"));
  }
  const theirs = settings.get("core.excludesfile")?.replace(/^~(?=\/)/, env["HOME"] ?? "~");
  const own = theirs === undefined && person ? await personExcludes(place, env) : undefined;
  return written(settings, theirs ?? own ?? defaultExcludes(env));
}

/** Asks git for the person's core.excludesFile, under their own configuration and with none of the repository's. */
async function personExcludes(place: GitPlace, env: Environment): Promise<string | undefined> {
  const { HOME, XDG_CONFIG_HOME } = env;
  const own = { ...place.env, HOME, XDG_CONFIG_HOME, GIT_CONFIG_GLOBAL: undefined, GIT_CONFIG_NOSYSTEM: undefined };
  const { code, out } = await runGit(["config", "--path", "--get", "core.excludesFile"], { ...place, env: own });
  return code === 0 ? out.toString("utf8").replace(/\n$/, "") : undefined;
}

function written(settings: Map<string, string>, excludes: string): RepositorySettings {
  const format = settings.get("extensions.objectformat");
  const storage = settings.get("extensions.refstorage");
  const fileMode = !/^(false|no|off|0)$/i.test(settings.get("core.filemode") ?? "true");
  const lines = [
    "[core]",
    `repositoryFormatVersion = ${format === undefined && storage === undefined ? 0 : 1}`,
    "bare = false",
    `fileMode = ${fileMode}`,
    "fsmonitor = false",
    "hooksPath = /dev/null",
    "attributesFile = /dev/null",
    `excludesFile = ${quoted(excludes)}`,
    "[extensions]",
    ...(format === undefined ? [] : [`objectFormat = ${quoted(format)}`]),
    ...(storage === undefined ? [] : [`refStorage = ${quoted(storage)}`]),
  ];
  return { text: `${lines.join("\n")}\n`, fileMode };
}

function personFiles(env: Environment): string[] {
  return ["/etc/gitconfig", `${configHome(env)}/git/config`, `${env["HOME"] ?? ""}/.gitconfig`];
}

function defaultExcludes(env: Environment): string {
  return `${configHome(env)}/git/ignore`;
}

function configHome(env: Environment): string {
  return env["XDG_CONFIG_HOME"] || `${env["HOME"] ?? ""}/.config`;
}

function quoted(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
