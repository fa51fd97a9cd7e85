// What a run used and made, and an artifact by itself, as lab-show has them.
import type { Context } from "../../command/context.js";
import { localTime } from "../../command/table.js";
import type { Artifact } from "../../record/artifact.js";
import type { Link, Node } from "../../record/lineage.js";
import { measuresOf } from "../../record/result.js";
import type { Graces } from "../../record/state.js";
import { shortSize } from "../../record/units.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { neighboursOn } from "../../registry/neighbours.js";
import { thingsIn } from "./things-in.js";

/** A thing beside a run or artifact: the fields of a node, and the role in which it stands there. */
export type Beside = Node & { role?: string };

/** One output that is registered, or that others wait for. */
export interface Made extends Beside {
  step?: number;
  used_by?: Beside[];
}

export interface UsedAndMade {
  used?: Beside[];
  made?: Made[];
}

/** What a run used, save its source, and what it made with everybody's runs that used it. What cannot be read is reported. */
export async function usedAndMade(disk: RunOnDisk, context: Context, limits: Graces): Promise<UsedAndMade> {
  const things = await thingsIn(context, limits);
  const neighbours = neighboursOn(things);
  const node = things.run(disk);
  const used = (await neighbours(node, "up")).filter(
    ({ kind, node: { type } }) => kind === "used" && type !== "source",
  );
  const made = new Map<string, Made>();
  for (const link of await neighbours(node, "down")) {
    if (link.node.type !== "artifact") continue;
    const step = link.step === undefined ? {} : { step: link.step };
    const onward = await neighbours(link.node, "down");
    made.set(link.node.id, { ...beside(link), ...step, ...usersIn(onward) });
    // Who used a whole stream, used every step of it, and is named once.
    for (const { node: stream } of onward.filter(({ kind }) => kind === "part"))
      if (!made.has(stream.id)) made.set(stream.id, { ...stream, ...usersIn(await neighbours(stream, "down")) });
  }
  return {
    ...(used.length > 0 ? { used: used.map(beside) } : {}),
    ...(made.size > 0 ? { made: [...made.values()] } : {}),
  };
}

function usersIn(links: readonly Link[]): { used_by?: Beside[] } {
  const users = links.filter(({ kind }) => kind === "used").map(beside);
  return users.length > 0 ? { used_by: users } : {};
}

/** An artifact's record with its names, who made it, and who used it. */
export async function wholeArtifact(
  artifact: Artifact,
  producer: RunOnDisk | undefined,
  context: Context,
  limits: Graces,
): Promise<object> {
  const things = await thingsIn(context, limits);
  const neighbours = neighboursOn(things);
  const { role, step } = artifact;
  const node = producer && role !== undefined ? things.output(producer, role, step) : things.registered(artifact);
  const made_by = (await neighbours(node, "up")).map(beside)[0];
  return {
    ...artifact,
    ...(node.ref === undefined ? {} : { ref: node.ref }),
    ...(node.aliases ? { aliases: node.aliases } : {}),
    ...(made_by ? { made_by } : {}),
    ...usersIn(await neighbours(node, "down")),
  };
}

function beside({ node, role }: Link): Beside {
  return role === undefined ? node : { ...node, role };
}

/** The words of a card's line about an input: what it is called, where it is an artifact, and where that is. */
export function inputWords({ path, used = [] }: UsedAndMade & { path: string | undefined }, role: string): string[] {
  const input = used.find((one) => one.role === role);
  const place = input?.path ?? path;
  return [...(input?.type === "artifact" ? called(input) : []), ...(place === undefined ? [] : [place])];
}

/** `k7q3mz:model`, `best`, and how it is where it is not simply there. */
function called({ id, ref, aliases = [], user, state, type }: Beside): string[] {
  const how = state === undefined || type === "run" ? [] : [`(${state})`];
  return [ref ?? id, ...aliases, ...(ref === undefined && user !== undefined ? [`of ${user}`] : []), ...how];
}

/** Lines of a run's card: the names of what it made, and who used it; whose a run is, is said of others. */
export function madeLines({ made = [] }: UsedAndMade, owner: string): [key: string, text: string][] {
  return [
    ...namesIn(made).map((text): [string, string] => ["named", text]),
    ...made.flatMap(({ name, state, used_by = [] }): [string, string][] => {
      const what = state === undefined ? name : `${name} (${state})`;
      return used_by.map((run) => ["used by", `${what}: ${runText(run, owner)}`]);
    }),
  ];
}

/** `model: best, bob/best`; the name of a stream once, and not for each of its steps. */
function namesIn(made: readonly Made[]): string[] {
  const names = new Map<string, Set<string>>();
  for (const { name = "", role = "", step, aliases = [] } of made) {
    for (const alias of aliases) {
      const ofStream = step !== undefined && alias.endsWith(`@${step}`);
      const what = ofStream ? role : name;
      names.set(what, (names.get(what) ?? new Set()).add(ofStream ? alias.replace(/@\d+$/, "") : alias));
    }
  }
  return [...names].map(([what, those]) => `${what}: ${[...those].join(", ")}`);
}

/** `evaluate r4z1ab, succeeded, of bob`. */
function runText({ name, ref, state, user }: Beside, owner?: string): string {
  const whose = user === undefined || user === owner ? "" : `of ${user}`;
  return [[name, ref].filter(Boolean).join(" "), state, whose].filter(Boolean).join(", ");
}

type WholeArtifact = Artifact & { ref?: string; aliases?: string[]; made_by?: Beside; used_by?: Beside[] };

/** The rows of an artifact's card. */
export function artifactRows(artifact: WholeArtifact): [key: string, words: string[]][] {
  const { kind, ref, aliases, made_by, user, path, bytes, files, digest, digest_of, marker, result, note, tags, at } =
    artifact;
  const { imported_from: there } = artifact;
  const size =
    bytes === undefined
      ? []
      : [`${shortSize(bytes)}${files === undefined ? "" : ` in ${files} file${files === 1 ? "" : "s"}`}`];
  const by =
    made_by?.type === "run"
      ? [runText(made_by)]
      : [`registered by ${user}`, ...(made_by ? [`from ${made_by.ref ?? made_by.id}`] : [])];
  const rows: [string, string[]][] = [
    ["kind", [kind]],
    ["called", [...(ref === undefined ? [] : [ref]), ...(aliases ?? [])]],
    ["made by", by],
    ["imported from", there ? [`${there.cluster}: ${there.alias}`, there.run ?? there.id, `of ${there.user}`] : []],
    ["path", [path]],
    ["size", size],
    ["digest", digest === undefined ? [] : [digest, ...(digest_of === "stat" ? ["(of names, sizes and times)"] : [])]],
    ["marker", marker === undefined ? [] : [marker]],
    [
      "result",
      result ? measuresOf(result).measures.map(({ name, value }) => `${name}=${Number(value.toPrecision(6))}`) : [],
    ],
    ["note", note === undefined ? [] : [note]],
    ["tags", tags ?? []],
    ["registered", [localTime(at)]],
    ...(artifact.used_by ?? []).map((run): [string, string[]] => ["used by", [runText(run, user)]]),
  ];
  return rows.filter(([, words]) => words.length > 0);
}
