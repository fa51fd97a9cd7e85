// What a list is asked for: what can be told of a run by its id, by the beginning of its line in a pack, and by its row.

import { fault } from "../../record/fault.js";
import { like } from "../../record/like.js";
import { timeOfRunId } from "../../record/run-id.js";
import { hasEnded, states } from "../../record/state.js";
import { timestamp } from "../../record/units.js";
import { idLength, lineStart } from "../../registry/pack-lines.js";
import type { RollRules } from "../../registry/roll.js";
import { isPlanned } from "../../registry/summary.js";
import type { Where } from "../../where/where.js";
import type { Planned, Row } from "./rows.js";

export interface Filter {
  /** As every command has it: what the table is asked to show, which may be more than a status has. */
  columns?: string;
  state: string[];
  mode: string[];
  name: string | undefined;
  user: string[];
  all: boolean;
  tag: string[];
  group: string | undefined;
  /** Only runs of this pipeline, however it is named. */
  pipeline?: string | undefined;
  since: number | undefined;
  until: number | undefined;
  recent: number | undefined;
  where: string[];
  note: string | undefined;
  sort: string | undefined;
  /** Only what is older than this run: where the page before it ended. */
  before?: string | undefined;
  /** Whether all are counted, of which a table shows the first. */
  summary?: boolean;
  limit: number | undefined;
}

const groups: Record<string, readonly string[]> = {
  active: states.filter((state) => !hasEnded(state)),
  ended: states.filter(hasEnded),
};

/** Whether a run was planned when the filter asks. */
export function inTime(id: string, { since, until, before }: Filter): boolean {
  if (before !== undefined && id >= before) return false;
  if (since === undefined && until === undefined) return true;
  const planned = timeOfRunId(id) ?? 0;
  return (since === undefined || planned >= since - 999) && (until === undefined || planned < until);
}

/** What of the filter can be told by the ids, the headers of packs and the first characters of their lines. */
export function rulesOf(filter: Filter): RollRules {
  const { since, until, before, recent } = filter;
  const wanted = wantedStates(filter.state);
  const name = filter.name === undefined ? undefined : like(filter.name);
  const beforeThen = until === undefined ? undefined : idAt(Math.ceil(until / 1000) * 1000);
  return {
    from: since === undefined ? undefined : idAt(since - 999),
    before: before === undefined || (beforeThen !== undefined && beforeThen < before) ? beforeThen : before,
    pack: recent === undefined ? undefined : ({ ended_last }) => Date.parse(ended_last) >= recent,
    passes: (head) => {
      const [, state = "", called, ended] = headPattern.exec(head) ?? [];
      return (
        state === "" ||
        ((wanted.size === 0 || wanted.has(state)) &&
          (name === undefined || called === undefined || name(called)) &&
          (recent === undefined || ended === undefined || Date.parse(ended) >= recent))
      );
    },
  };
}

/** State, name and end in the first characters of a line, as far as they are there and need no parser. */
const headPattern = new RegExp(
  `^.{${lineStart.length + idLength}}","state":"(\\w+)"(?:,"name":"([^"\\\\]*)"(?:,"ended_at":"([^"]*)")?)?`,
);

/** What the ids of runs that were planned then begin with. */
function idAt(ms: number): string {
  return timestamp(ms).slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
}

/** The states that words mean: their names, `active` and `ended`. Throws usage. */
export function wantedStates(words: readonly string[]): Set<string> {
  return new Set(words.flatMap((word) => groups[word] ?? [stateWord(word)]));
}

/** Whether a row passes the filter, to which `notesAbout` tells what people wrote about a run; what of it a caller has tested before is tested again. */
export function accepting(
  filter: Filter,
  where: Where | undefined,
  notesAbout: (run: string) => readonly object[] = () => [],
): (row: Row) => boolean {
  const wanted = wantedStates(filter.state);
  const name = filter.name === undefined ? undefined : like(filter.name);
  const words = where?.fields.map(([word = ""]) => word) ?? [];
  return ({ status, field, records }) =>
    (wanted.size === 0 || wanted.has(status.state)) &&
    (filter.mode.length === 0 || filter.mode.includes(status.mode ?? "")) &&
    (name === undefined || name(status.name)) &&
    filter.tag.every((tag) => status.tags?.includes(tag)) &&
    (filter.group === undefined || status.group === filter.group) &&
    (filter.recent === undefined ||
      !hasEnded(status.state) ||
      Date.parse(status.ended_at ?? status.planned_at) >= filter.recent) &&
    (where === undefined || where.passes(...records(words))) &&
    (filter.note === undefined ||
      JSON.stringify([field("narrative") ?? {}, ...notesAbout(status.id)])
        .toLowerCase()
        .includes(filter.note.toLowerCase()));
}

/** What of a filter can be told of what was planned, which never changes. */
export function plannedBy(filter: Filter, where: Where | undefined): Planned {
  const name = filter.name === undefined ? undefined : like(filter.name);
  const asked = where?.fields.every(([word = ""]) => isPlanned(word)) ? where : undefined;
  const named = (run: { name: string; tags?: readonly string[] | undefined; group?: string | undefined }) =>
    (name === undefined || name(run.name)) &&
    filter.tag.every((tag) => run.tags?.includes(tag)) &&
    (filter.group === undefined || run.group === filter.group);
  return {
    run: (run) => named(run) && (asked === undefined || asked.passes(run)),
    // A line says nothing of a plan that was too large for it.
    summary: (summary) =>
      named(summary as Parameters<typeof named>[0]) &&
      (asked === undefined || summary.plan === undefined || asked.passes(summary, summary.plan)),
  };
}

function stateWord(word: string): string {
  if ((states as readonly string[]).includes(word)) return word;
  throw fault("usage", `no state '${word}'`, { hint: `one of ${[...states, ...Object.keys(groups)].join(", ")}` });
}
