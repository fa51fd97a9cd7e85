// Names for artifacts, with their history: global ones that anybody may take, and each user's own. Every change is a new
// generation that is written once, so that of several who want a name at once exactly one gets each.
import path from "node:path";
import type { Alias } from "../record/artifact.js";
import { artifactIdOf, outputsIdOf } from "../record/artifact-id.js";
import { fault } from "../record/fault.js";
import { checkName } from "../record/names.js";
import { directoryOf, generationsIn, namesIn, type Owner, type Report, readGeneration } from "./alias-files.js";
import { fs } from "./disk.js";
import { indexed } from "./edges.js";
import { fanOut, indexDirectory, userAliasDirectory } from "./layout.js";
import { checkOwner, ownDirectory, ownerOf, type Registry } from "./open.js";
import { usersWith } from "./runs.js";
import { makeDirectory, mark, recordText, writeOnce } from "./write.js";

/** What a name means: an artifact (with the run, role and step that made it, if one did), or a whole stream: run and role. */
export interface AliasTarget {
  artifact?: string;
  run?: string;
  /** Whose run it is, where it is not the caller's own. */
  run_user?: string;
  role?: string;
  step?: number;
}

export interface Binding {
  scope: Alias["scope"];
  name: string;
  /** Without one the name is taken back. */
  target: AliasTarget | undefined;
  /** RFC 3339, UTC. */
  at: string;
  note?: string;
  /** Take it also from somebody else. */
  force?: boolean;
  /** It is enough that one of the caller's generations ever meant this: a repeated pass takes no newer one's place. */
  once?: boolean;
  /** Write nothing. */
  dry?: boolean;
}

/**
 * Gives a name to an artifact or a stream, or takes it back. That it is so already is enough. Throws `refused` where a
 * global name is somebody else's (also when it became so this very moment), dataerr where it cannot be a name.
 */
export function bindAlias(registry: Registry, binding: Binding): { alias: Alias; made: boolean } {
  const { scope, name, target, at, note, dry = false } = binding;
  checkAlias(name);
  const owner: Owner = scope === "global" ? { scope } : { scope, user: registry.user };
  const directory = directoryOf(registry, owner, name);
  if (!dry) makeOwn(registry, owner, directory);
  const mine = binding.once && target ? boundBefore(registry, owner, name, target) : undefined;
  if (mine) return { alias: mine, made: false };
  for (let known = 0; ; ) {
    const numbers = generationsIn(directory, owner, name);
    const current = firstThatCounts(registry, owner, name, known > (numbers[0] ?? 0) ? [known, ...numbers] : numbers);
    if (current && means(current, target) && (current.user === registry.user || !binding.force))
      return { alias: current, made: false };
    if (!current && !target) throw fault("noinput", `cannot take the name '${name}' back: nobody has given it`);
    const theirs = current && hasTarget(current) && current.user !== registry.user ? current : undefined;
    if (theirs && !binding.force) throw heldBy(theirs);
    const alias: Alias = {
      type: "alias",
      v: 1,
      name,
      scope,
      user: registry.user,
      generation: nextOf(Math.max(known, current?.generation ?? 0), numbers),
      ...target,
      ...(note === undefined ? {} : { note }),
      ...(theirs ? { taken_from: theirs.user } : {}),
      at,
    };
    if (dry) return { alias, made: true };
    if (target) noteName(registry, thingOf(target), scope, name);
    if (target?.run !== undefined) noteName(registry, outputsIdOf(target.run), scope, name);
    const file = path.join(directory, `${name}.${alias.generation}.json`);
    if (writeOnce(file, recordText(alias), registry.modes.file) === "made") return { alias, made: true };
    known = alias.generation;
  }
}

/** The number after the newest one that counts: what is no generation takes no more than its number. */
function nextOf(newest: number, taken: readonly number[]): number {
  let next = newest + 1;
  while (taken.includes(next)) next += 1;
  return next;
}

/** What a name means now, or undefined where it means nothing. `user`: whose name; undefined for a global one. */
export function currentAlias(
  registry: Registry,
  user: string | undefined,
  name: string,
  report?: Report,
): Alias | undefined {
  const owner = ownerOfNames(registry, user);
  if (!owner) return undefined;
  const numbers = generationsIn(directoryOf(registry, owner, name), owner, name, report);
  const current = firstThatCounts(registry, owner, name, numbers, report);
  return current && hasTarget(current) ? current : undefined;
}

/** All that a name has meant, newest first; generations that took it back are among them. */
export function aliasHistory(registry: Registry, user: string | undefined, name: string, report?: Report): Alias[] {
  const owner = ownerOfNames(registry, user);
  if (!owner) return [];
  const numbers = generationsIn(directoryOf(registry, owner, name), owner, name, report);
  return numbers.flatMap((number) => readGeneration(registry, owner, name, number, report) ?? []);
}

/** All names that a user has, or the global ones; also those that were taken back. */
export function aliasNames(registry: Registry, user: string | undefined): string[] {
  const owner = ownerOfNames(registry, user);
  if (!owner) return [];
  const root =
    owner.scope === "user" ? userAliasDirectory(registry.base, owner.user) : path.join(registry.base, "aliases");
  return fanOut()
    .flatMap((part) => namesIn(path.join(root, part), owner))
    .sort();
}

/** The users who have names of their own, the caller first. */
export function usersWithAliases(registry: Registry): string[] {
  const all = usersWith(registry, "aliases/by-user");
  return [...all.filter((user) => user === registry.user), ...all.filter((user) => user !== registry.user)];
}

/** The names, everybody's, that mean a thing now: an artifact's id, or for a whole stream artifactIdOf(run, role). */
export function aliasesOf(registry: Registry, thing: string): Alias[] {
  return namesNoted(registry, thing, (alias) => thingOf(alias) === thing);
}

/** The names, everybody's, that mean something now that a run made; one look for all of it. */
export function aliasesOfRun(registry: Registry, run: string): Alias[] {
  return namesNoted(registry, outputsIdOf(run), (alias) => alias.run === run);
}

/** The names that anybody has ever given a thing: whose they are, and what they are now is another question. */
export function namesEver(registry: Registry, thing: string): Pick<Alias, "scope" | "user" | "name">[] {
  const found = new Map<string, Pick<Alias, "scope" | "user" | "name">>();
  for (const [user, file] of indexed(registry, thing)) {
    const [, scope, name] = /^art-[0-9a-f]{20}\.named\.(global|user)\.(.+)$/.exec(file) ?? [];
    if (!file.startsWith(`${thing}.`) || name === undefined) continue;
    found.set(`${scope === "user" ? user : ""}/${name}`, { scope: scope as Alias["scope"], user, name });
  }
  return [...found.values()];
}

function namesNoted(registry: Registry, thing: string, isMeant: (alias: Alias) => boolean): Alias[] {
  const found = new Map<string, Alias>();
  for (const [writer, file] of indexed(registry, thing)) {
    const [, scope, name] = /^art-[0-9a-f]{20}\.named\.(global|user)\.(.+)$/.exec(file) ?? [];
    if (!file.startsWith(`${thing}.`) || name === undefined) continue;
    const current = currentAlias(registry, scope === "user" ? writer : undefined, name);
    if (current && isMeant(current)) found.set(`${current.scope}/${current.user}/${name}`, current);
  }
  return [...found.values()];
}

/** By what lineage and the index know the target of a name; of a whole stream it is the id of its run and role. */
export function thingOf({ artifact, run = "", role = "" }: AliasTarget): string {
  return artifact ?? artifactIdOf(run, role);
}

function checkAlias(name: string): void {
  checkName(name, "alias");
  if (/^(art|ext|src|col)-[0-9a-f]{20}$/.test(name))
    throw fault("dataerr", `the alias '${name}' cannot be a name: it looks like an id`);
}

/** The caller's directory, by which she is known as the writer of global names too. */
function makeOwn(registry: Registry, owner: Owner, directory: string): void {
  ownDirectory(registry, "aliases/by-user");
  if (owner.scope === "user") makeDirectory(directory, registry.modes.directory);
}

/** Whose names can be looked at: a user's directory counts only if it is hers. */
function ownerOfNames(registry: Registry, user: string | undefined): Owner | undefined {
  if (user === undefined) return { scope: "global" };
  const directory = userAliasDirectory(registry.base, user);
  if (ownerOf(directory) === undefined) return undefined;
  if (user === registry.user) checkOwner(directory, registry.uid);
  return { scope: "user", user };
}

function firstThatCounts(
  registry: Registry,
  owner: Owner,
  name: string,
  numbers: number[],
  report?: Report,
): Alias | undefined {
  for (const number of numbers) {
    const alias = readGeneration(registry, owner, name, number, report);
    if (alias) return alias;
  }
  return undefined;
}

function hasTarget({ artifact, run }: AliasTarget): boolean {
  return artifact !== undefined || run !== undefined;
}

function means(alias: Alias, target: AliasTarget | undefined): boolean {
  if (!target || !hasTarget(alias)) return !target && !hasTarget(alias);
  return alias.artifact === target.artifact && thingOf(alias) === thingOf(target);
}

function heldBy({ name, user, at }: Alias) {
  return fault("refused", `cannot take the global name '${name}': it is ${user}'s since ${at}`, {
    hint: "--force takes it; its history keeps that it was so",
  });
}

/** The first of the caller's generations that meant the target, newest first; the index tells where there can be none. */
function boundBefore(registry: Registry, owner: Owner, name: string, target: AliasTarget): Alias | undefined {
  if (!fs.existsSync(nameFile(registry, thingOf(target), owner.scope, name))) return undefined;
  const user = owner.scope === "user" ? owner.user : undefined;
  return aliasHistory(registry, user, name).find((alias) => alias.user === registry.user && means(alias, target));
}

/** Notes in the caller's index that she has given a thing a name. Twice is the same as once. */
export function noteName(registry: Registry, thing: string, scope: Alias["scope"], name: string): void {
  ownDirectory(registry, "index");
  makeDirectory(indexDirectory(registry.base, registry.user, thing), registry.modes.directory);
  mark(nameFile(registry, thing, scope, name));
}

function nameFile(registry: Registry, thing: string, scope: Alias["scope"], name: string): string {
  return namedFile(registry.base, registry.user, thing, scope, name);
}

/** Where a user's index tells that she has given a thing a name. */
export function namedFile(base: string, user: string, thing: string, scope: Alias["scope"], name: string): string {
  return path.join(indexDirectory(base, user, thing), `${thing}.named.${scope}.${name}`);
}
