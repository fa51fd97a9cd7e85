// What is wrong with an expression, and where: the message names the character, the excerpt points at it.
import { type Fault, fault } from "../record/fault.js";

/** A mistake at a place of the text: `at` and `to` count characters from 0. */
export class Misread extends Error {
  constructor(
    readonly at: number,
    message: string,
    readonly hint?: string,
    readonly to = at + 1,
  ) {
    super(message);
  }
}

/** The fault for a person: characters count from 1, and below the message stands the text with a caret. */
export function misreadFault(text: string, { at, to, message, hint }: Misread): Fault {
  if (text.trim() === "") return fault("usage", `cannot read --where: ${message}`, { hint });
  const excerpt = pointed(text, at, to);
  return fault("usage", `cannot read --where: ${visible(message)} at character ${at + 1}`, { hint, excerpt });
}

/** Control characters as their pictures, one for one. */
function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (one) => (one < " " ? String.fromCharCode(0x2400 + one.charCodeAt(0)) : "\ufffd"));
}

const widest = 72;

/** The piece of a text around a place, on one line, and a line below that points at it. */
function pointed(text: string, at: number, to: number): string {
  const characters = Array.from(text, (one) => (/\s/.test(one) ? " " : visible(one)));
  const start = Array.from(text.slice(0, at)).length;
  const length = Math.max(1, Array.from(text.slice(at, to)).length);
  const from = Math.max(0, Math.min(start - widest / 2, characters.length - widest));
  const shown = characters.slice(from, from + widest);
  const marks = "^".repeat(Math.min(length, Math.max(1, shown.length - (start - from))));
  const [left, right] = [from > 0 ? "…" : "", from + widest < characters.length ? "…" : ""];
  return `${left}${shown.join("")}${right}\n${" ".repeat(left.length + start - from)}${marks}`;
}
