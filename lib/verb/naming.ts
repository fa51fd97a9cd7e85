// Names for artifacts: giving them, taking them back, and telling what they mean and have meant.
import type { Context } from "../command/context.js";
import type { Alias } from "../record/artifact.js";
import { fault, isFault } from "../record/fault.js";
import { like } from "../record/like.js";
import { isUserName, nearest } from "../record/names.js";
import { handleOf } from "../record/run-id.js";
import { timestamp } from "../record/units.js";
import { type AliasTarget, aliasHistory, aliasNames, bindAlias, currentAlias } from "../registry/aliases.js";
import { type ArtifactRef, findArtifact, meantBy } from "../registry/artifact-refs.js";
import { note } from "../registry/journal.js";
import type { Registry } from "../registry/open.js";
import { artifactsOf, isSealed } from "../registry/outputs.js";
import { trusted } from "./trust.js";

export interface Naming {
  history: boolean;
  list: boolean;
  mine: boolean;
  remove: boolean;
  force: boolean;
  note: string | undefined;
}

/** What lab-alias was asked for, as alias records. */
export async function* nameArtifacts(asked: Naming, context: Context): AsyncGenerator<object> {
  checkWords(asked, context.args);
  const registry = await context.registry();
  const [name, ref] = context.args;
  if (asked.list || name === undefined) yield* listed(registry, asked.mine ? registry.user : undefined, name, context);
  else if (ref !== undefined || asked.remove) yield await given(registry, asked, name, ref, context);
  else yield* told(registry, asked, name, context);
}

function checkWords({ history, list, mine, remove, force, note: why }: Naming, args: readonly string[]): void {
  const modes = [history && "--history", list && "--list", remove && "--remove"].filter((word) => word !== false);
  if (modes.length > 1) throw fault("usage", `${modes.join(" and ")} cannot go together`);
  if (args.length === 0 && !list && !mine)
    throw fault("usage", "which name?", { hint: "lab alias NAME, lab alias NAME ARTIFACT, or lab alias --list" });
  const gives = !list && (args.length === 2 || (remove && args.length === 1));
  if (args.length === 2 && modes.length > 0)
    throw fault("usage", `${modes[0]} takes ${list ? "a pattern" : "a name"} alone`);
  if (remove && args.length === 0) throw fault("usage", "which name is to be taken back?");
  if (history && args.length === 0) throw fault("usage", "whose history? name it");
  if (!gives && (force || why !== undefined))
    throw fault("usage", `${force ? "--force" : "--note"} is for giving a name: lab alias NAME ARTIFACT`);
}

function* listed(
  registry: Registry,
  user: string | undefined,
  pattern: string | undefined,
  context: Context,
): Generator<object> {
  const wanted = pattern === undefined ? undefined : like(pattern);
  for (const name of aliasNames(registry, user)) {
    if (wanted && !wanted(name)) continue;
    const alias = currentAlias(registry, user, name, context.say);
    if (alias) yield shown(alias);
  }
}

function* told(registry: Registry, { history, mine }: Naming, word: string, context: Context): Generator<object> {
  const { user, name } = ownerAndName(registry, mine, word);
  if (/[@:]/.test(name))
    throw fault("noinput", `'${word}' is no name by itself`, { hint: `what it means: lab show ${word}` });
  const said = new Set<string>();
  const report = (message: string) => {
    if (!said.has(message)) context.say(message);
    said.add(message);
  };
  const found = history
    ? aliasHistory(registry, user, name, report)
    : [currentAlias(registry, user, name, report)].filter((alias) => alias !== undefined);
  if (found.length === 0) throw unknown(registry, user, name);
  for (const alias of found) yield history ? shown(alias) : { ...shown(alias), ...placeOf(registry, alias, context) };
}

/** `user/name` is a user's own; so is a name with --mine. */
function ownerAndName(registry: Registry, mine: boolean, word: string): { user: string | undefined; name: string } {
  const [user = "", name, ...more] = word.split("/");
  if (name === undefined) return { user: mine ? registry.user : undefined, name: word };
  if (more.length > 0 || !isUserName(user) || mine)
    throw fault("usage", `'${word}' cannot be a name`, { hint: "a global name, or USER/NAME" });
  return { user, name };
}

function unknown(registry: Registry, user: string | undefined, name: string) {
  const [last] = aliasHistory(registry, user, name);
  const by = last?.user === registry.user ? "you" : last?.user;
  if (last)
    return fault("noinput", `the name '${name}' means nothing: ${by} took it back at ${last.at}`, {
      hint: `lab alias --history ${user === undefined ? name : `${user}/${name}`}`,
    });
  const who = user === registry.user ? "you have" : `${user} has`;
  const whose = user === undefined ? `no global name '${name}'` : `${who} no name '${name}'`;
  const near = nearest(name, aliasNames(registry, user));
  if (near !== undefined) return fault("noinput", whose, { hint: `did you mean ${near}?` });
  const own = user === undefined ? aliasNames(registry, registry.user) : [];
  const mine = own.includes(name) ? name : nearest(name, own);
  const hint = mine === undefined ? "lab alias --list shows them" : `one of your own is lab alias --mine ${mine}`;
  return fault("noinput", whose, { hint });
}

async function given(
  registry: Registry,
  { mine, remove, force, note: why }: Naming,
  name: string,
  ref: string | undefined,
  context: Context,
): Promise<object> {
  const found = ref === undefined ? undefined : await toBeNamed(registry, ref, context);
  const { alias, made } = bindAlias(registry, {
    scope: mine ? "user" : "global",
    name,
    target: found && targetOf(registry, found),
    at: timestamp(Date.now()),
    ...(why === undefined ? {} : { note: why }),
    force,
    dry: context.dryRun,
  });
  if (made && !context.dryRun) {
    const about = { name, scope: alias.scope, ...(alias.artifact ? { artifact: alias.artifact } : {}) };
    note(registry, remove ? "alias_removed" : "alias_set", alias.run, about);
  }
  return { ...shown(alias), ...(found ? { path: found.path } : {}), ...(context.dryRun ? { dry_run: true } : {}) };
}

/** What is to be named must be there, or be a stream. */
async function toBeNamed(registry: Registry, ref: string, context: Context): Promise<ArtifactRef> {
  const found = findArtifact(registry, ref, context.cwd, { trusts: await trusted(context), report: context.say });
  if (found.warning !== undefined) context.say(found.warning);
  if (found.id === undefined) mustHaveSteps(found, ref, context);
  if (!found.pending || found.id === undefined) return found;
  throw fault("refused", `cannot name '${ref}': the run ${found.run} has not made it`, {
    hint: "a name can be given when it has succeeded",
  });
}

/** A stream whose run has ended without any step will never mean anything; one that has none yet may. */
function mustHaveSteps({ producer, role }: ArtifactRef, ref: string, context: Context): void {
  if (!producer || artifactsOf(producer).some((one) => one.role === role)) return;
  if (isSealed(producer.dir))
    throw fault("refused", `cannot name '${ref}': its run has ended without any step`, {
      hint: `lab why ${handleOf(producer.run.id)}`,
    });
  context.say(`'${ref}' has no step yet; the name means something for runs that need one when there is one`);
}

function targetOf(registry: Registry, { id, run, user, role, step }: ArtifactRef): AliasTarget {
  return {
    ...(id === undefined ? {} : { artifact: id }),
    ...(run === undefined ? {} : { run }),
    ...(run === undefined || user === undefined || user === registry.user ? {} : { run_user: user }),
    ...(role === undefined ? {} : { role }),
    ...(step === undefined ? {} : { step }),
  };
}

/** With what it means, in the words by which other commands take it. */
function shown(alias: Alias): object {
  const { type, v, ...more } = alias;
  const id = alias.artifact ?? (alias.run === undefined ? undefined : `${alias.run}:${alias.role}`);
  return { type, v, ...(id === undefined ? {} : { id }), ...more };
}

function placeOf(registry: Registry, alias: Alias, context: Context): { path?: string } {
  try {
    return { path: meantBy(registry, alias, context.cwd).path };
  } catch (error) {
    if (!isFault(error)) throw error;
    context.say(`${alias.name}: ${error.message}`);
    return {};
  }
}
