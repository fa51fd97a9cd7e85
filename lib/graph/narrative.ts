// The story of runs as Markdown.
import type { NarrativeRecord, Note } from "../record/note.js";
import { shortDuration } from "../record/units.js";

/** A section for a run: title, how it ended, why it was made, what was done and what came of it. What is not known has no place. Pure. */
export function narrativeText(story: NarrativeRecord): string {
  const { run, name, user, narrative = {}, notes = [] } = story;
  const { hypothesis, context, intent, expected_outcome, note } = narrative;
  const parts = [
    `## ${escaped(name)} · ${run}`,
    [ending(story), `by ${escaped(user)}, planned ${story.planned_at}`, ...belongs(story)].join("  \n"),
    ...part("Hypothesis", hypothesis),
    ...part("Context", context),
    ...part("Intent", intent),
    ...part("Note", note),
    ["### What was done", "", fenced(story.command), ...params(story), ...changes(story)].join("\n"),
    ...part("Expected", expected_outcome),
    ...outcomePart(story),
    ...lessons("What was learned", notes, "lesson"),
    ...lessons("Next", notes, "next"),
    ...remarks(notes),
  ];
  return `${parts.join("\n\n")}\n`;
}

function ending({ state, mode, message, elapsed_s }: NarrativeRecord): string {
  const how = mode !== undefined && mode !== state ? ` (${mode})` : "";
  const after = elapsed_s === undefined ? "" : ` after ${shortDuration(elapsed_s)}`;
  return `**${state}**${how}${after}${message === undefined ? "" : `: ${escaped(message)}`}`;
}

function belongs({ tags, group, parent }: NarrativeRecord): string[] {
  const words = [
    ...(tags ? [`tags: ${tags.map(escaped).join(", ")}`] : []),
    ...(group === undefined ? [] : [`group: ${escaped(group)}`]),
    ...(parent === undefined ? [] : [`after: ${escaped(parent)}`]),
  ];
  return words.length > 0 ? [words.join(" · ")] : [];
}

function part(title: string, text: string | undefined): string[] {
  return text === undefined ? [] : [`### ${title}\n\n${text.trim()}`];
}

function params({ params = {} }: NarrativeRecord): string[] {
  const rows = Object.entries(params).map(([name, value]) => `| ${cell(name)} | ${cell(worded(value))} |`);
  return rows.length > 0 ? ["", "| parameter | value |", "|---|---|", ...rows] : [];
}

function changes({ changed, parent }: NarrativeRecord): string[] {
  if (changed === undefined) return [];
  const lines = changed.length > 0 ? changed.map((line) => `- ${escaped(line)}`) : ["- nothing that is recorded"];
  return ["", `Changed since ${escaped(parent ?? "")}:`, "", ...lines];
}

function outcomePart({ metrics = {}, notes = [] }: NarrativeRecord): string[] {
  const verdicts = notes.flatMap(({ outcome, author, at }) =>
    outcome === undefined ? [] : [`**${outcome}** — ${escaped(author)}, ${at.slice(0, 10)}`],
  );
  const rows = Object.entries(metrics).map(([name, value]) => `| ${cell(name)} | ${cell(worded(value))} |`);
  if (verdicts.length + rows.length === 0) return [];
  const table = rows.length > 0 ? [["| metric | last |", "|---|---:|", ...rows].join("\n")] : [];
  return [["### Outcome", ...verdicts, ...table].join("\n\n")];
}

function lessons(title: string, notes: readonly Note[], key: "lesson" | "next"): string[] {
  const lines = notes.flatMap((note) => (note[key] === undefined ? [] : [item(note[key], note)]));
  return lines.length > 0 ? [[`### ${title}`, "", ...lines].join("\n")] : [];
}

function remarks(notes: readonly Note[]): string[] {
  const lines = notes.flatMap((note) => (note.text === undefined ? [] : [item(note.text, note)]));
  return lines.length > 0 ? [["### Notes", "", ...lines].join("\n")] : [];
}

function item(text: string, { author, at }: Note): string {
  return `- ${text.trim().replaceAll("\n", "\n  ")} — ${escaped(author)}, ${at.slice(0, 10)}`;
}

function worded(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What Markdown would read as its own. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, "\\$&").replaceAll("\n", " ");
}

function cell(text: string): string {
  return escaped(text);
}

function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}sh\n${text}\n${fence}`;
}
