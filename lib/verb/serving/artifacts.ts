// Artifacts and their names as the page shows them.
import type { Alias, Artifact } from "../../record/artifact.js";
import { artifactIdOf } from "../../record/artifact-id.js";
import { fault } from "../../record/fault.js";
import { measuresOf } from "../../record/result.js";
import {
  aliasesOf,
  aliasHistory,
  aliasNames,
  currentAlias,
  namesEver,
  usersWithAliases,
} from "../../registry/aliases.js";
import { findArtifact } from "../../registry/artifact-refs.js";
import { artifactsOf } from "../../registry/outputs.js";
import { aliasesApi, artifactApi, artifactsApi } from "../../serve/api/artifacts.js";
import { breather } from "../breathing.js";
import { graces } from "../runs.js";
import { wholeArtifact } from "../show/showing-artifacts.js";
import { trusted } from "../trust.js";
import { type Answering, answering, type Serving } from "./answering.js";
import { knownArtifacts } from "./known-artifacts.js";
import { nowhere } from "./lineage.js";
import { anyRef } from "./refs.js";

export const artifacts: Answering = (served) => {
  const known = knownArtifacts(served);
  return answering(artifactsApi, async (_, query, { registry }) => {
    const { kind, role, user, q, latest, sort = "-at", limit = 100, cursor = 0 } = query;
    await known.look();
    const users = user?.map((one) => (one === "me" ? registry.user : one));
    const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const rest = breather();
    const kinds = new Map<string, number>();
    const owners = new Map<string, number>();
    let found: Artifact[] = [];
    for (const artifact of known.all()) {
      await rest();
      if (role && !role.includes(artifact.role ?? "")) continue;
      if (words.length > 0 && !words.every((word) => textOf(artifact).includes(word))) continue;
      const ofKind = !kind || kind.includes(artifact.kind);
      const ofUser = !users || users.includes(artifact.user);
      // Of each choice as many as there would be if it were made.
      if (ofUser) kinds.set(artifact.kind, (kinds.get(artifact.kind) ?? 0) + 1);
      if (ofKind) owners.set(artifact.user, (owners.get(artifact.user) ?? 0) + 1);
      if (ofKind && ofUser) found.push(artifact);
    }
    if (latest) found = newestSteps(found);
    found.sort(orders[sort]);
    const shown = found.slice(cursor, cursor + limit).map((one) => ({ ...one, ...headlineOf(one) }));
    return {
      ...{ artifacts: shown, total: found.length, kinds: listed(kinds), users: listed(owners), ready: known.ready() },
      ...(cursor + limit < found.length ? { next: cursor + limit } : {}),
    };
  })(served);
};

type Order = (a: Artifact, b: Artifact) => number;
const byTime: Order = (a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : (b.step ?? -1) - (a.step ?? -1));
const bySize: Order = (a, b) => (b.bytes ?? -1) - (a.bytes ?? -1) || byTime(a, b);
const orders = {
  "-at": byTime,
  at: (a, b) => byTime(b, a),
  "-bytes": bySize,
  bytes: (a, b) => bySize(b, a),
} satisfies Record<string, Order>;

function textOf({ recipe = "", role = "", kind, path, alias = "", run = "", id, step }: Artifact): string {
  return `${recipe} ${role} ${kind} ${path} ${alias} ${run} ${id} ${step ?? ""}`.toLowerCase();
}

function newestSteps(all: readonly Artifact[]): Artifact[] {
  const newest = new Map<string, Artifact>();
  for (const artifact of all) {
    const key = artifact.run === undefined ? artifact.id : `${artifact.run} ${artifact.role}`;
    const other = newest.get(key);
    if (!other || (artifact.step ?? -1) > (other.step ?? -1)) newest.set(key, artifact);
  }
  return [...newest.values()];
}

function headlineOf({ result }: Artifact): { headline?: string } {
  const { measures = [], headline } = result ? measuresOf(result) : {};
  const value = measures.find(({ name }) => name === headline)?.value;
  return value === undefined ? {} : { headline: `${headline} ${Number(value.toPrecision(6))}` };
}

function listed(counts: ReadonlyMap<string, number>): { value: string; count: number }[] {
  const all = [...counts].map(([value, count]) => ({ value, count }));
  return all.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

const mostUsers = 200;

export const artifact = answering(artifactApi, async ({ id = "" }, _, serving) => {
  const { context, registry } = serving;
  const found = findArtifact(registry, anyRef(id), nowhere, { trusts: await trusted(context), report: () => {} });
  const { producer, role } = found;
  const steps = (producer && role !== undefined ? artifactsOf(producer) : []).filter(
    (one) => one.role === role && one.step !== undefined,
  );
  const one = found.artifact ?? steps.at(-1);
  if (!one) throw fault("noinput", `'${id}' is not made yet`, { hint: "its run has not registered it" });
  const whole = (await wholeArtifact(one, producer, context, await graces(context))) as Artifact & {
    used_by?: object[];
  };
  const left = Math.max(0, (whole.used_by?.length ?? 0) - mostUsers);
  const shown = left > 0 ? { ...whole, used_by: whole.used_by?.slice(-mostUsers) } : whole;
  return {
    artifact: { ...shown, ...headlineOf(one) } as never,
    ...(left > 0 ? { more_users: left } : {}),
    ...{ names: namesOf(one, serving), steps: steps.slice(-500) },
  };
});

/** Every name that means it, or has, with all that the name has meant; of a step those of its stream too. */
function namesOf({ id, run, role, step }: Artifact, { registry }: Serving) {
  const stream = run === undefined || role === undefined || step === undefined ? [] : [artifactIdOf(run, role)];
  const names = [id, ...stream].flatMap((thing) => [...aliasesOf(registry, thing), ...namesEver(registry, thing)]);
  const found = new Map(names.map((one) => [`${one.scope === "user" ? one.user : ""}/${one.name}`, one]));
  return [...found.values()].map(({ scope, user, name }) => ({
    ...{ name, scope },
    ...(scope === "user" ? { user } : {}),
    history: aliasHistory(registry, scope === "user" ? user : undefined, name),
  }));
}

export const aliases = answering(aliasesApi, async (_, { user, q, limit = 500 }, { registry }) => {
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const owners = user
    ? user.map((one) => (one === "me" ? registry.user : one))
    : [undefined, ...usersWithAliases(registry)];
  const rest = breather();
  const found: Alias[] = [];
  for (const owner of owners) {
    for (const name of aliasNames(registry, owner)) {
      await rest();
      const shown = owner === undefined ? name : `${owner}/${name}`;
      if (!words.every((word) => shown.toLowerCase().includes(word))) continue;
      if (found.length === limit) return { aliases: found, more: true };
      const alias = currentAlias(registry, owner, name);
      if (alias) found.push(withId(alias));
    }
  }
  return { aliases: found };
});

/** With what it means as one word. */
function withId(alias: Alias): Alias {
  const id = alias.artifact ?? (alias.run === undefined ? undefined : `${alias.run}:${alias.role}`);
  return id === undefined ? alias : { ...alias, id };
}
