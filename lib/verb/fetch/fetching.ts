// An artifact of another cluster: looked up there, copied, verified, and registered here with where it is from.
import path from "node:path";
import type { Context } from "../../command/context.js";
import type { Artifact } from "../../record/artifact.js";
import { fault, isFault } from "../../record/fault.js";
import { contentFingerprint, type Fingerprint, statFingerprint } from "../../record/fingerprint.js";
import { checkName } from "../../record/names.js";
import { shortSize, timestamp } from "../../record/units.js";
import { bindAlias, currentAlias } from "../../registry/aliases.js";
import { externalArtifactsOf, type Looked, openArtifact, registerExternal } from "../../registry/artifacts.js";
import { farRef } from "../../registry/foreign.js";
import { note } from "../../registry/journal.js";
import type { Registry } from "../../registry/open.js";
import { usersWith } from "../../registry/runs.js";
import { trusted } from "../trust.js";
import { type Connection, connect } from "./connection.js";
import { bringHere, type Copying, placeHere } from "./copy.js";
import { foreignCluster } from "./foreign-cluster.js";
import { lookUpThere } from "./look-up.js";
import { surveyThere } from "./survey.js";

export interface Fetching {
  foreign: string | undefined;
  as: string | undefined;
  "no-copy": boolean;
}

type From = NonNullable<Artifact["imported_from"]>;

/** Brings the artifact that the command line names. Twice is the same as once, and what was interrupted goes on. */
export async function* fetchArtifact(asked: Fetching, context: Context): AsyncGenerator<object> {
  if (asked.foreign === undefined)
    throw fault("usage", "of which cluster?", { hint: "--foreign FILE, its cluster file with [remote]" });
  const ref = farRef(context.args[0] ?? "");
  if (asked.as !== undefined) checkName(asked.as, "alias");
  const registry = await context.registry();
  const foreign = await foreignCluster(path.resolve(context.cwd, asked.foreign));
  const connection = await connect(foreign, context.env, context.signal);
  try {
    const theirs = await lookUpThere(connection, foreign, ref, context.signal);
    const from = fromOf(theirs.artifact, { cluster: foreign.name, registry: theirs.registry, alias: ref.word });
    if (theirs.registry === registry.id)
      throw fault("refused", `'${ref.word}' of ${foreign.name} is in this registry`, {
        hint: `lab alias NAME ${from.id}`,
      });
    const name = asked.as ?? freeName(registry, ref.name, from);
    const there = await fromBefore(context, registry, from, asked["no-copy"]);
    if (there) context.say(`nothing is copied: it is here since ${there.at}`);
    yield named(there ?? (await brought(connection, from, asked["no-copy"], context)), name, context, registry);
  } finally {
    connection.close();
  }
}

function fromOf(artifact: Artifact, where: Pick<From, "cluster" | "registry" | "alias">): From {
  const { id, kind, user, path: place, digest, digest_of, run, recipe, role, step, attempt, at } = artifact;
  const all = { ...where, id, kind, user, path: place, digest, digest_of, run, recipe, role, step, attempt, at };
  if (path.posix.normalize(place) !== place || place.endsWith("/"))
    throw fault("dataerr", `cannot fetch '${place}': it is no path to one thing`);
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as From;
}

/** Its name there, unless that means something else here: nobody's own work goes under by what somebody fetches. */
function freeName(registry: Registry, name: string | undefined, from: From): string | undefined {
  const mine = name === undefined ? undefined : currentAlias(registry, registry.user, name);
  if (mine === undefined) return name;
  const before =
    mine.artifact === undefined ? undefined : openArtifact(registry, mine.artifact)?.artifact.imported_from;
  if (before?.registry === from.registry && before.alias === from.alias) return name;
  throw fault("refused", `you have a '${name}' already, which is not from there`, {
    hint: `--as NAME gives what is fetched another name, --as ${name} this one from now on`,
  });
}

/** The same bytes, if somebody whom the caller trusts has brought them and they are what they were. */
async function fromBefore(
  context: Context,
  registry: Registry,
  from: From,
  noCopy: boolean,
): Promise<Artifact | undefined> {
  const trusts = await trusted(context);
  const users = usersWith(registry, "artifacts").filter(trusts);
  for (const user of [...users].sort((a, b) => Number(b === registry.user) - Number(a === registry.user))) {
    const same = externalArtifactsOf(registry, user).find(
      (one) => isSame(one, from) && (noCopy || one.imported_from?.path !== one.path) && isIntact(one),
    );
    if (same) return same;
  }
  return undefined;
}

/** What the registry there says of it is the same; or the same contents are known here by their digest. */
function isSame({ imported_from: before, digest, kind }: Artifact, from: From): boolean {
  if (from.digest === undefined || kind !== from.kind) return false;
  if (from.digest_of === "sha256" && digest === from.digest) return true;
  return before?.registry === from.registry && before.id === from.id && before.digest === from.digest;
}

function isIntact({ path: place, stat_digest }: Artifact): boolean {
  try {
    return stat_digest !== undefined && statFingerprint(place).digest === stat_digest;
  } catch (error) {
    if (isFault(error)) return false;
    throw error;
  }
}

/** Copied and verified, or found where it is; and registered. */
async function brought(connection: Connection, from: From, noCopy: boolean, context: Context): Promise<Artifact> {
  const registry = await context.registry();
  const { config } = await context.config();
  const seen = await surveyThere(connection, from.path, context.signal);
  if (from.digest_of === "stat" && seen.digest !== from.digest)
    throw fault("dataerr", `what is at '${from.path}' there is not what was registered there`, {
      hint: `it has changed since ${from.at}`,
    });
  const register = (place: string, looked: Looked) => {
    const external = { path: place, kind: from.kind, imported_from: from, at: timestamp(Date.now()) };
    const digest = from.digest_of ?? "stat";
    const { artifact, made } = registerExternal(registry, { ...external, digest }, context.dryRun, looked);
    if (made && !context.dryRun)
      note(registry, "artifact_registered", undefined, { name: artifact.path, artifact: artifact.id });
    return artifact;
  };
  if (noCopy) return register(from.path, lookHere(from, seen));
  const copying: Copying = { connection, from, seen, config, registry, context };
  if (context.dryRun) return register(placeHere(copying).place, { stat: seen, digest: from.digest ?? seen.digest });
  if (context.terminal.err) context.say(`copying ${shortSize(seen.bytes)} in ${seen.files} files from ${from.cluster}`);
  return bringHere(copying, register);
}

/** Where both clusters mount the same file system, it is what it is there. */
function lookHere(from: From, seen: Fingerprint): Looked {
  let here: Fingerprint;
  try {
    here = statFingerprint(from.path);
  } catch (error) {
    if (!isFault(error)) throw error;
    throw fault("noinput", `'${from.path}' of ${from.cluster} is not to be seen here`, {
      hint: "without --no-copy it is copied",
      cause: error,
    });
  }
  const digest = from.digest_of === "sha256" ? contentFingerprint(from.path).digest : here.digest;
  if (here.digest !== seen.digest || (from.digest !== undefined && digest !== from.digest))
    throw fault("dataerr", `what is at '${from.path}' here is not what is there on ${from.cluster}`, {
      hint: "without --no-copy it is copied",
    });
  return { stat: here, digest };
}

function named(artifact: Artifact, name: string | undefined, context: Context, registry: Registry): object {
  const dry = context.dryRun;
  if (name !== undefined) {
    const binding = { scope: "user" as const, name, target: { artifact: artifact.id }, at: timestamp(Date.now()), dry };
    const bound = bindAlias(registry, binding);
    if (bound.made && !dry) note(registry, "alias_set", undefined, { name, scope: "user", artifact: artifact.id });
  }
  return { ...artifact, ...(name === undefined ? {} : { alias: name }), ...(dry ? { dry_run: true } : {}) };
}
