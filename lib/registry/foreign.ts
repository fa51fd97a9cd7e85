// A registry that is read from afar: which of its files tell what a name means there, and what they say. Pure: who brings
// the files, and from where, is not known here. They are trusted as little as our own: each must be its writer's.
import path from "node:path";
import { type Alias, type Artifact, aliasSchema, artifactSchema } from "../record/artifact.js";
import { artifactIdOf, externalArtifactIdOf } from "../record/artifact-id.js";
import { fault, isFault } from "../record/fault.js";
import { isName, isUserName } from "../record/names.js";
import { isHandle, isRunId } from "../record/run-id.js";
import { checked } from "../record/schema.js";
import { ladder } from "./ladder.js";
import { aliasDirectory, artifactFile, indexDirectory, outputFile, userAliasPart } from "./layout.js";
import { readRegistry } from "./open.js";
import { current, type RunArtifact, versionOf } from "./outputs.js";

/** What is asked for: a name with or without its user, an id, or a run's output; of a stream a step. */
export interface FarRef {
  word: string;
  name?: string;
  user?: string;
  id?: string;
  run?: string;
  role?: string;
  step?: number | "latest";
}

/** Files to bring: those called like `name` in directories like `dir`, below the registry's; `*` stands for anything but a slash. */
export interface FarLook {
  dir: string;
  name: string;
}

/** A file that was brought, by its path below the registry's directory; a user's directory has no text. */
export interface FarFile {
  path: string;
  uid: number;
  text?: string;
}

/** Reads a reference. Throws dataerr for what is none. */
export function farRef(ref: string): FarRef {
  const [, word = ref, at] = /^(.+)@(latest|\d{1,15})$/.exec(ref) ?? [];
  const step = at === undefined ? {} : { step: at === "latest" ? ("latest" as const) : Number(at) };
  if (/^art-[0-9a-f]{20}$/.test(word)) return { word: ref, id: word, ...step };
  const [run = "", role, more] = word.split(":");
  if (role !== undefined && more === undefined && isName(role) && (isRunId(run) || isHandle(run)))
    return { word: ref, run, role, ...step };
  const [first = "", second, ...rest] = word.split("/");
  if (second === undefined && isName(first)) return { word: ref, name: first, ...step };
  if (second !== undefined && rest.length === 0 && isUserName(first) && isName(second))
    return { word: ref, user: first, name: second, ...step };
  throw fault("dataerr", `cannot read the artifact '${ref}' of another cluster`, {
    hint: "a name, USER/NAME, RUN:ROLE or art-…; of a stream with @STEP or @latest",
  });
}

/** The files that tell what a reference means. */
export function looksFor({ name, user, id, run, role }: FarRef): FarLook[] {
  if (id !== undefined)
    return [
      { dir: path.dirname(artifactFile(".", anyUser, id)).replace(anyUser, "*"), name: `${id}.json` },
      { dir: indexDirectory(".", anyUser, id).replace(anyUser, "*"), name: `${id}.made.*` },
    ];
  if (run !== undefined) return outputsOf("*", isRunId(run) ? run : `*-${run}`, `${role}.*`);
  if (name === undefined) return [];
  const own = userAliasPart(".", user ?? anyUser, name);
  const global = user === undefined ? [{ dir: aliasDirectory(".", name), name: `${name}.*.json` }] : [];
  return [...global, { dir: user === undefined ? own.replace(anyUser, "*") : own, name: `${name}.*.json` }];
}

const anyUser = "anybody";

function outputsOf(user: string, run: string, name: string): FarLook[] {
  return [{ dir: `runs/${user}/${run}/.lab/outputs`, name }];
}

/** The registry's id, by its REGISTRY.json. Throws noinput where there is none, and what readRegistry does. */
export function farRegistry(files: readonly FarFile[], base: string): string {
  const file = files.find((one) => one.path === "REGISTRY.json");
  if (file?.text === undefined)
    throw fault("noinput", `there is no registry at ${base}`, {
      hint: "runs_base is the directory of REGISTRY.json there",
    });
  return readRegistry(file.text, "REGISTRY.json").id;
}

/** The name's generation that counts there for the user `me`: one's own, the global one, that of the only other who has it. */
export function farAlias(ref: FarRef, files: readonly FarFile[], me: string): Alias {
  const { name = "", user, word } = ref;
  const all = currentOf(files, name);
  const own = all.filter(({ scope }) => scope === "user");
  const global = all.find(({ scope }) => scope === "global");
  const named = own.find((alias) => alias.user === (user ?? me));
  // Who writes whose it is, means nobody else's.
  const found = user === undefined ? (named ?? global ?? (own.length === 1 ? own[0] : undefined)) : named;
  if (found) return found;
  if (own.length === 0 || user !== undefined) throw fault("noinput", `no artifact is called '${word}'`);
  throw fault("dataerr", `'${word}' could be ${own.map((alias) => `${alias.user}/${name}`).join(", ")}`, {
    hint: "write it with the user",
  });
}

/** What more must be brought to know the artifact that an alias means, or that an index names. */
export function looksForMaker(ref: FarRef, alias: Alias | undefined, files: readonly FarFile[]): FarLook[] {
  if (alias?.run !== undefined) return outputsOf(alias.run_user ?? alias.user, alias.run, `${alias.role}.*`);
  if (alias?.artifact !== undefined) return looksFor({ word: ref.word, id: alias.artifact }).slice(0, 1);
  const run = files.flatMap((file) => /\.made\.([^./]+)$/.exec(file.path)?.[1] ?? []).find(isRunId);
  return run === undefined ? [] : outputsOf("*", run, "*.json");
}

/** The artifact that is meant. Throws noinput where nothing is registered, dataerr where it is a whole stream. */
export function farArtifact(ref: FarRef, alias: Alias | undefined, files: readonly FarFile[]): Artifact {
  const id = ref.id ?? (ref.step === undefined ? alias?.artifact : undefined);
  const role = ref.role ?? alias?.role;
  const all = files.flatMap((file) => believed(file, files) ?? []);
  const whole = all.filter((one) => (id === undefined ? one.role === role : one.id === id));
  const made = current(whole.filter((one): one is RunArtifact => one.run !== undefined).sort(inOrder));
  if (new Set(made.map(({ run }) => run)).size > 1) throw fault("dataerr", `'${ref.word}' could be several runs`);
  const outside = whole.find((one) => one.run === undefined);
  const wanted = ref.step ?? (id === undefined ? alias?.step : undefined);
  const found =
    wanted === "latest" ? made.at(-1) : wanted === undefined ? undefined : made.find(({ step }) => step === wanted);
  if (found) return found;
  if (wanted === undefined && (made[0]?.step === undefined || id !== undefined)) {
    const one = outside ?? made[0];
    if (one) return one;
  }
  const steps = made.flatMap(({ step }) => step ?? []);
  if (steps.length === 0) throw fault("noinput", `nothing is registered as '${ref.word}'`);
  throw fault(
    wanted === undefined ? "dataerr" : "noinput",
    `'${ref.word}' is ${wanted === undefined ? "a whole stream" : "no step"}`,
    {
      hint: `its steps are ${steps.slice(-8).join(", ")}: ${ref.word.replace(/@[^@]*$/, "")}@${steps.at(-1)}, or @latest`,
    },
  );
}

function inOrder(a: RunArtifact, b: RunArtifact): number {
  return (a.step ?? -1) - (b.step ?? -1) || a.attempt - b.attempt || (a.revision ?? 1) - (b.revision ?? 1);
}

/** The newest generations of a name: the global one, and each user's. */
function currentOf(files: readonly FarFile[], name: string): Alias[] {
  const generations = new Map<string, Alias[]>();
  for (const file of files) {
    const alias = generation(file, files, name);
    if (alias) generations.set(path.dirname(file.path), [...(generations.get(path.dirname(file.path)) ?? []), alias]);
  }
  return [...generations.values()].flatMap((all) => {
    const counting = all[0]?.scope === "global" ? ladder(all.map((one) => one.generation)).counting : undefined;
    const [newest] = all
      .filter((one) => counting?.includes(one.generation) ?? true)
      .sort((a, b) => b.generation - a.generation);
    return newest && (newest.artifact !== undefined || newest.run !== undefined) ? [newest] : [];
  });
}

/** One generation, if the file is what it says, and its writer's. */
function generation({ path: at, uid, text }: FarFile, files: readonly FarFile[], name: string): Alias | undefined {
  const [, user, number] = /^aliases\/(?:by-user\/([^/]+)\/)?[0-9a-f]{2}\/.*\.([1-9]\d{0,8})\.json$/.exec(at) ?? [];
  const alias = number === undefined ? undefined : parsed(aliasSchema, at, text);
  if (!alias || alias.name !== name || alias.generation !== Number(number)) return undefined;
  if (alias.scope !== (user === undefined ? "global" : "user") || (user !== undefined && alias.user !== user))
    return undefined;
  return fits(alias) && uidOf(files, "aliases/by-user", alias.user) === uid ? alias : undefined;
}

/** All of it becomes part of a path. */
function fits({ artifact, run, run_user, role, step, user }: Alias): boolean {
  if (!isUserName(run_user ?? user) || (run === undefined) !== (role === undefined)) return false;
  return (
    run === undefined ||
    role === undefined ||
    (isName(role) && (artifact ?? artifactIdOf(run, role, step)) === artifactIdOf(run, role, step))
  );
}

/** An artifact's record, if it is where its maker, and nobody else, can have written it. */
function believed({ path: at, uid, text }: FarFile, files: readonly FarFile[]): Artifact | undefined {
  const [area = "", user = "", run = ""] = at.split("/");
  const artifact = area === "runs" || area === "artifacts" ? parsed(artifactSchema, at, text) : undefined;
  if (!artifact || artifact.user !== user || uidOf(files, area, user) !== uid || !isName(artifact.kind))
    return undefined;
  const { id, role, step, attempt, digest } = artifact;
  if (area === "artifacts")
    return artifact.run === undefined && externalArtifactIdOf(user, artifact.path, digest ?? "none") === id
      ? artifact
      : undefined;
  if (artifact.run !== run || role === undefined || attempt === undefined || !isName(role)) return undefined;
  const file = path.join("runs", user, run, path.relative("/", outputFile("/.lab", role, versionOf(artifact))));
  return artifactIdOf(run, role, step) === id && file === at ? artifact : undefined;
}

function uidOf(files: readonly FarFile[], area: string, user: string): number | undefined {
  return files.find((file) => file.text === undefined && file.path === `${area}/${user}`)?.uid;
}

/** A file that cannot be read says nothing, as a file of our own that cannot. */
function parsed<S extends typeof aliasSchema | typeof artifactSchema>(schema: S, at: string, text: string | undefined) {
  if (text === undefined) return undefined;
  try {
    return checked(schema, JSON.parse(text), at);
  } catch (error) {
    if (isFault(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
