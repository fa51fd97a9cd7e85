// Anything by a few letters of it: what begins with them comes before what only has them in it.
import type { Context } from "../../command/context.js";
import { isFault } from "../../record/fault.js";
import { aliasNames, usersWithAliases } from "../../registry/aliases.js";
import { findArtifact } from "../../registry/artifact-refs.js";
import { searchApi } from "../../serve/api/search.js";
import { type Column, codeAt } from "../../serve/index/column.js";
import { lowerTexts } from "../../serve/index/lower-texts.js";
import { counted } from "../../serve/index/select.js";
import { columnOf, fieldOf, newestFirst, placeOfKey } from "../../serve/index/table.js";
import { policiesDirectory, policiesOf } from "../policy/policy-files.js";
import { type Answering, answering, type Serving } from "./answering.js";
import { atMostEvery } from "./at-most-every.js";
import { asking } from "./index/asking.js";
import type { Index } from "./index/index.js";

interface Hit {
  kind: "run" | "artifact" | "alias" | "sweep" | "pipeline" | "policy" | "user" | "tag" | "group" | "page";
  id: string;
  title: string;
  detail?: string;
  href: string;
}

/** Of each kind. */
const most = 8;

export const search: Answering = (served) => {
  const policies = atMostEvery(15_000, () => policyHits(served.context));
  return answering(searchApi, async (_, { q, limit = 30 }, serving) => {
    const index = await asking(serving);
    const word = q.trim().toLowerCase();
    if (word === "") return { hits: [] };
    const hits = [
      ...(await policies()).filter(({ id }) => id.toLowerCase().includes(word)),
      ...found(index, word, q, serving),
    ];
    return { hits: hits.sort((a, b) => rank(a, word) - rank(b, word)).slice(0, limit) };
  })(served);
};

function found(index: Index, word: string, q: string, serving: Serving): Hit[] {
  return [
    ...runsOf(index, word),
    ...blocksOf(index, word, "sweep"),
    ...blocksOf(index, word, "pipeline"),
    ...namesOf(serving, word),
    ...artifactOf(serving, q.trim()),
    ...valuesOf(index, word, "user"),
    ...valuesOf(index, word, "tag"),
    ...valuesOf(index, word, "group"),
  ];
}

/** All of them; one that cannot be read is told of where policies are listed. */
async function policyHits(context: Context): Promise<Hit[]> {
  const quiet = { ...context, args: [], dryRun: true, report: () => {} };
  if ((await policiesDirectory(quiet)) === undefined) return [];
  const all = await policiesOf(quiet).catch((error) => {
    if (isFault(error)) return [];
    throw error;
  });
  return all.map(({ name, path }) => ({
    ...{ kind: "policy" as const, id: name, title: name, detail: path },
    href: `/policies/${encodeURIComponent(name)}`,
  }));
}

function rank({ id, title }: Hit, word: string): number {
  const [x, y] = [id.toLowerCase(), title.toLowerCase()];
  if (x === word || y === word || x.endsWith(`-${word}`)) return 0;
  return x.startsWith(word) || y.startsWith(word) ? 1 : 2;
}

const idLength = 22;
/** What an id begins with, or its last six characters do. */
const partOfId = /^(?:\d{1,8}|\d{8}-\d{0,6}|\d{8}-\d{6}-[\da-hjkmnp-tv-z]{0,6}|[\da-hjkmnp-tv-z]{1,6})$/;

/** By id, by its last six characters, and by name: the newest. */
function runsOf({ table }: Index, word: string): Hit[] {
  const named = having(columnOf(table, ["name"]), (name) => name.includes(word));
  const isId = word.length >= 3 && partOfId.test(word);
  if (!named && !isId) return [];
  const hits: Hit[] = [];
  for (const row of newestFirst(table)) {
    if (!isId && hits.length >= most) break;
    const meant = isId && isIdWith(table.keys[row] ?? "", word);
    if (!meant && (hits.length >= most || !named?.(row))) continue;
    const { id, user } = placeOfKey(table.keys[row] ?? "");
    const detail = [id.slice(-6), user, fieldOf(table, row, ["state"])].join(" · ");
    hits.push({ kind: "run", id, title: String(fieldOf(table, row, ["name"])), detail, href: `/runs/${id}` });
    if (hits.length > 2 * most) break;
  }
  return hits;
}

function isIdWith(key: string, word: string): boolean {
  return key.startsWith(word) || key.startsWith(word, idLength - 6);
}

/** Sweeps and pipelines by their ids, and by the names of their runs. */
function blocksOf({ table, feed }: Index, word: string, kind: "sweep" | "pipeline"): Hit[] {
  const column = columnOf(table, [kind, "id"]);
  const names = columnOf(table, ["name"]);
  if (!column || !names) return [];
  const hits = new Map<string, Hit>();
  const named = having(names, (name) => name.includes(word));
  const meant = having(column, (id) => id.startsWith(word) || id.endsWith(word));
  if (!named && !meant) return [];
  for (const row of newestFirst(table)) {
    const code = codeAt(column, row);
    if (code === 0 || !(meant?.(row) || named?.(row))) continue;
    const id = String(column.values[code]);
    if (hits.has(id)) continue;
    const name = String(names.values[codeAt(names, row)] ?? "");
    const { user } = placeOfKey(table.keys[row] ?? "");
    const of = feed.members.get(table.keys[row] ?? "")?.sweep?.of;
    const detail = [id.slice(-6), user, ...(of === undefined ? [] : [`${of} points`])].join(" · ");
    hits.set(id, { kind, id, title: name, detail, href: `/${kind}s/${id}` });
    if (hits.size >= most) break;
  }
  return [...hits.values()];
}

/** Says of a row whether its text, in small letters, passes; undefined where none does. */
function having(column: Column | undefined, passes: (text: string) => boolean): ((row: number) => boolean) | undefined {
  if (!column) return undefined;
  const has = Uint8Array.from(lowerTexts(column), (text, code) => (code > 0 && passes(text) ? 1 : 0));
  return has.includes(1) ? (row) => has[codeAt(column, row)] === 1 : undefined;
}

function namesOf({ registry }: Serving, word: string): Hit[] {
  const hits: Hit[] = [];
  for (const user of [undefined, ...usersWithAliases(registry)]) {
    for (const name of aliasNames(registry, user)) {
      if (!name.toLowerCase().includes(word)) continue;
      const id = user === undefined ? name : `${user}/${name}`;
      const detail = user === undefined ? "everybody's" : `${user}'s`;
      hits.push({ kind: "alias", id, title: name, detail, href: `/artifacts/${encodeURIComponent(id)}` });
    }
  }
  return hits.slice(0, most);
}

function artifactOf({ registry, context }: Serving, word: string): Hit[] {
  if (!/^(art|ext)-[0-9a-f]{4,20}$/.test(word)) return [];
  try {
    const { id = word, path = "" } = findArtifact(registry, word, context.cwd) as { id?: string; path?: string };
    return [{ kind: "artifact", id, title: id, detail: path, href: `/artifacts/${id}` }];
  } catch (error) {
    if (isFault(error)) return [];
    throw error;
  }
}

function valuesOf({ table }: Index, word: string, kind: "user" | "tag" | "group"): Hit[] {
  const column = columnOf(table, [kind === "tag" ? "tags" : kind]);
  if (!column || !lowerTexts(column).some((text) => text.includes(word))) return [];
  const counts = new Map<string, number>();
  for (const { value, count } of counted(newestFirst(table), column))
    for (const one of Array.isArray(value) ? value : [value])
      counts.set(String(one), (counts.get(String(one)) ?? 0) + count);
  return [...counts]
    .filter(([value]) => value.toLowerCase().includes(word))
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([value, count]) => ({
      ...{ kind, id: value, title: value, detail: `${count} runs` },
      href: `/runs?${new URLSearchParams({ [kind]: value })}`,
    }));
}
