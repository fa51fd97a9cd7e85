// The tree of a lineage on a terminal.
import { plain } from "../../command/plain.js";
import { paint, type TableStyle } from "../../command/table.js";
import { shorten, width } from "../../command/width.js";
import { arrowsBy, type Drawing, type Thing } from "../../graph/drawing.js";
import { type TreeLine, treeLines } from "../../graph/tree.js";
import type { NodeType } from "../../record/artifact.js";

export interface TreeStyle extends TableStyle {
  /** Who looks: what is hers does not say so. */
  user: string | undefined;
}

interface Row {
  thing: Thing;
  prefix: string;
  name: string;
  /** What follows the name and is never cut: that it was asked about, that there is more behind it. */
  signs: string;
  state: string;
  ref: string;
  names: string;
  path: string;
  /** It has its own line elsewhere. */
  again: boolean;
}

/** A line a thing: its name, how it is, what one types for it, its names, whose it is, and where, as far as there is room. */
export function treeText(drawing: Drawing, style: TreeStyle): string {
  const role = rolesIn(drawing);
  const rows = treeLines(drawing).map((line) => rowOf(line, role, style));
  const widest = (of: (row: Row) => string) => rows.reduce((most, row) => Math.max(most, width(of(row))), 0);
  const widths = fit(
    widest(({ prefix, name, signs }) => prefix + name + signs),
    widest(({ state }) => state),
    widest(({ ref }) => ref),
    style.width,
  );
  return rows.map((row) => `${drawn(row, widths, style)}\n`).join("");
}

/** What the first run that used a thing calls it. */
function rolesIn({ arrows }: Drawing): (id: string) => string | undefined {
  const used = arrowsBy("from", arrows);
  return (id) => used.get(id)?.find(({ kind }) => kind === "used")?.role;
}

function rowOf(
  { prefix, thing, arrow, mark }: TreeLine,
  roleOf: (id: string) => string | undefined,
  { user }: TreeStyle,
): Row {
  const again = mark === "above" || mark === "below";
  const whose = thing.user === undefined || thing.user === user ? [] : [thing.user];
  const hasPath = thing.type === "external" || thing.type === "artifact";
  const state = again
    ? `(${arrow?.kind === "parent" ? "child " : ""}${mark})`
    : stateOf(thing, arrow, roleOf(thing.id));
  return {
    thing,
    prefix,
    again,
    name: `${mark === "input" ? "← " : ""}${plain(thing.name)}`,
    signs: `${thing.cut ? " …" : ""}${thing.asked && !again ? " ◀" : ""}`,
    state: plain(state),
    ref: plain(thing.ref ?? ""),
    names: again ? "" : plain([...(thing.aliases ?? []), ...whose].join("  ")),
    path: again || !hasPath ? "" : plain(thing.path ?? ""),
  };
}

/** How a run is; what an input was used as. */
function stateOf({ type, state }: Thing, arrow: TreeLine["arrow"], role: string | undefined): string {
  if (arrow?.kind === "parent") return "parent";
  if (state !== undefined) return state;
  return type === "external" ? (arrow?.role ?? role ?? "external") : words[type];
}

const words: Record<NodeType, string> = { run: "", artifact: "", external: "", source: "source", collected: "file" };

interface Widths {
  name: number;
  state: number;
  /** 0: there is no room for it. */
  ref: number;
  /** For names and path together. */
  more: number;
}

/** The path gives way first, then what one would type, then the name. */
function fit(name: number, state: number, ref: number, terminal = Number.POSITIVE_INFINITY): Widths {
  const left = terminal - state - 2;
  if (left - 2 - ref < Math.min(name, 24)) return { name: Math.max(8, Math.min(name, left)), state, ref: 0, more: 0 };
  const most = Math.min(name, left - 2 - ref);
  return { name: most, state, ref, more: Math.max(0, left - ref - most - 4) };
}

const colours: Record<NodeType, string> = { run: "1", artifact: "32", external: "33", source: "2", collected: "35" };
const faint = "2";

function drawn(row: Row, at: Widths, { colour }: TreeStyle): string {
  const { thing, again, state, ref, names, path } = row;
  const tinted = (text: string, code: string) => (colour && text ? `\u001b[${code}m${text}\u001b[0m` : text);
  const padded = (text: string, shown: string, wide: number) => shown + " ".repeat(Math.max(0, wide - width(text)));
  const { branch, name, signs } = title(row, at.name);
  const painted = tinted(branch, faint) + tinted(name, again ? faint : colours[thing.type]) + tinted(signs, "1;36");
  const place = fromEnd(path, at.more - (names === "" ? 0 : width(names) + 2));
  return [
    padded(branch + name + signs, painted, at.name),
    padded(state, again ? tinted(state, faint) : colour ? paint(state, "state") : state, at.state),
    ...(at.ref > 0 ? [padded(ref, tinted(ref, "36"), at.ref)] : []),
    ...[at.more > 0 ? tinted(fitted(names, at.more), "33") : "", tinted(place, faint)].filter(Boolean),
  ]
    .join("  ")
    .trimEnd();
}

/** Branch, name and signs in so many columns; of a deep tree the left is cut off, since where a line hangs is nearest to it. */
function title({ prefix, name, signs }: Row, wide: number): { branch: string; name: string; signs: string } {
  const room = Math.max(4, wide - Math.min(width(name), 16) - width(signs));
  const branch = width(prefix) > room ? `…${prefix.slice(1 - room)}` : prefix;
  return { branch, name: fitted(name, wide - width(branch) - width(signs)), signs };
}

function fitted(text: string, wide: number): string {
  return width(text) <= wide ? text : shorten(text, wide);
}

/** The end of a path says more than its beginning; a few letters of it say nothing. */
function fromEnd(path: string, wide: number): string {
  if (width(path) <= wide) return path;
  if (wide < 12) return "";
  const chars = [...path];
  while (width(chars.join("")) > wide - 1) chars.shift();
  const slash = chars.indexOf("/");
  return `…${chars.slice(slash >= 0 && slash < chars.length - 1 ? slash : 0).join("")}`;
}
