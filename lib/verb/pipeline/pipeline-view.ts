// How pipelines are doing, for eyes: a tree of their stages, and below it what each that is not done waits for or died of.
import { plain } from "../../command/plain.js";
import { type TableColumn, tableLines } from "../../command/table.js";
import { shorten } from "../../command/width.js";
import { dotOf } from "../../graph/dot.js";
import type { Drawing, Thing } from "../../graph/drawing.js";
import { mermaidOf } from "../../graph/mermaid.js";
import type { PipelineStatus, StageStatus } from "../../record/pipeline.js";
import { handleOf } from "../../record/run-id.js";
import { shortDuration } from "../../record/units.js";
import { type TreeStyle, treeText } from "../show/lineage-tree.js";

/** As the options ask: `dot`, `mermaid`, else a tree; those of a list, which have no stages, as a table. */
export function pipelineView(
  records: Record<string, unknown>[],
  style: TreeStyle,
  { dot, mermaid }: Record<string, unknown>,
): string {
  const all = records as unknown as PipelineStatus[];
  if (all.every(({ stages }) => stages === undefined)) return `${listLines(all, style).join("\n")}\n`;
  if (dot || mermaid) return all.map((one) => (dot ? dotOf(drawing(one)) : mermaidOf(drawing(one)))).join("");
  return all.map((one) => text(one, style)).join("\n");
}

function text(pipeline: PipelineStatus, style: TreeStyle): string {
  const { id, name, planned_at, from, dry_run } = pipeline;
  const ago = shortDuration(Math.max(0, (style.now - Date.parse(planned_at)) / 1000));
  const strong = style.colour ? `\u001b[1m${plain(name)}\u001b[0m` : plain(name);
  const head = [strong, ...(dry_run ? [] : [handleOf(id), `planned ${ago} ago`])];
  const pinned = from === undefined ? [] : [`extends ${handleOf(from)}`];
  const reasons = (pipeline.stages ?? []).flatMap((stage) => reasonLines(stage, style));
  const hint = dry_run ? undefined : hintFor(pipeline);
  return [
    `${[...head, ...pinned].join("  ")}\n${treeText(drawing(pipeline), style)}`,
    ...(reasons.length > 0 ? [`${reasons.join("\n")}\n`] : []),
    ...(hint === undefined ? [] : [`${hint}\n`]),
  ].join("\n");
}

function drawing({ stages = [], user, dry_run }: PipelineStatus): Drawing {
  const things = stages.map((stage): [string, Thing] => {
    const { name, runs, sweep } = stage;
    const whole = sweep ?? runs[0]?.run;
    const names = runs.length === 1 ? answered(runs[0], user) : [];
    return [
      name,
      {
        ...{ type: "run", id: name, name, state: stateOf(stage) },
        ...(whole === undefined || dry_run ? {} : { ref: handleOf(whole) }),
        ...(names.length === 0 ? {} : { aliases: names }),
      },
    ];
  });
  const arrows = stages.flatMap(({ name, after }) => after.map((from) => ({ from, to: name, kind: "used" as const })));
  return { things: new Map(things), arrows };
}

function answered(run: StageStatus["runs"][number] | undefined, me: string): string[] {
  if (run?.leader === undefined || run.state === "hit" || run.state === "follow") return [];
  const whose = run.leader_user === me ? "" : ` of ${run.leader_user}`;
  return [`${run.state === "cached" ? "answered by" : "follows"} ${handleOf(run.leader)}${whose}`];
}

const worst = ["error", "failed", "lost", "cancelled", "missing", "blocked", "deferred", "planned"];

/** One word for one run; of several what went wrong first. */
function stateOf({ counts, runs }: StageStatus): string {
  if (runs.length === 1) return runs[0]?.state ?? "";
  const rank = (state: string) => (worst.includes(state) ? worst.indexOf(state) : worst.length);
  const inOrder = Object.entries(counts).sort(([a], [b]) => rank(a) - rank(b));
  return inOrder.map(([state, n]) => `${state} ${n}`).join(", ");
}

const shownRuns = 3;

/** Why those are as they are that did not go well, wait, or would be computed. */
function reasonLines({ name, runs }: StageStatus, style: TreeStyle): string[] {
  const told = runs.filter(({ state, message }) => message !== undefined && !["succeeded", "cached"].includes(state));
  const lines = told.slice(0, shownRuns).map(({ run, state, mode, message = "" }) => {
    const how = mode === undefined || mode === state ? state : `${state} (${mode})`;
    const who = runs.length > 1 ? `${name} ${handleOf(run)}` : name;
    const line = `  ${plain(who)}: ${plain(how)}: ${plain(message)}`;
    return style.width === undefined ? line : shorten(line, style.width);
  });
  return told.length > shownRuns ? [...lines, `  ${plain(name)}: and ${told.length - shownRuns} more`] : lines;
}

function hintFor({ id, counts }: PipelineStatus): string | undefined {
  const { missing = 0, planned = 0, failed = 0, cancelled = 0 } = counts;
  if (missing + planned > 0)
    return `${missing + planned} of its runs were never ${missing > 0 ? "made" : "sent"}: lab pipeline resume ${handleOf(id)}`;
  if (failed + cancelled > 0) return `what did not succeed, once more: lab pipeline rerun ${handleOf(id)}`;
  return undefined;
}

function listLines(all: readonly PipelineStatus[], style: TreeStyle): string[] {
  const rows = all.map(({ id, name, user, planned_at, of, counts }) => {
    const done = (counts["succeeded"] ?? 0) + (counts["cached"] ?? 0);
    const rest = Object.entries(counts).filter(([state]) => state !== "succeeded" && state !== "cached");
    return { id, name, user, planned_at, of, done, rest: rest.map(([state, n]) => `${n} ${state}`).join(", ") };
  });
  const one = new Set(all.map(({ user }) => user)).size < 2;
  const columns: TableColumn[] = [
    { key: "id", title: "pipeline", format: "text" },
    { key: "name", title: "name", format: "text" },
    ...(one ? [] : [{ key: "user", title: "user", format: "text" as const }]),
    { key: "planned_at", title: "planned", format: "age" },
    { key: "of", title: "runs", format: "number" },
    { key: "done", title: "done", format: "number" },
    { key: "rest", title: "else", format: "text" },
  ];
  return tableLines(rows, columns, style).lines;
}
