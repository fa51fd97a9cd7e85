// A reason for eyes: how it stands, the log's last words, what changed, what to try.
import { plain } from "../../command/plain.js";
import { paint as painted, type TableStyle } from "../../command/table.js";
import { hanging } from "../../command/wrap.js";
import { type Change, changeLine } from "../../graph/differences.js";
import { isOurLastWord } from "./last-error.js";

interface Reason {
  run: string;
  name?: string;
  state: string;
  mode?: string;
  message: string;
  detail?: string[];
  since?: { run: string; changed: Change[] };
  log?: string[];
  try?: string[];
}

export function reasonView(record: Record<string, unknown>, { colour, width }: TableStyle): string {
  const reason = record as unknown as Reason;
  const paint = (look: "handle" | "header" | "state", text: string) => (colour ? painted(text, look) : text);
  const block = (title: string | undefined, lines: string[]) =>
    [...(title === undefined ? [] : [`  ${paint("header", title)}`]), ...lines].join("\n");
  const name = reason.name === undefined ? "" : `${paint("handle", plain(reason.name))}  `;
  const blocks = [`${name}${paint("header", reason.run)}\n${stateLines(reason, width, paint)}`];
  const log = shownLog(reason);
  const bar = `  ${paint("header", "│")} `;
  if (log.length > 0)
    blocks.push(
      block(
        "the log's last words",
        log.map((line) => bar + line),
      ),
    );
  const detail = [...(reason.detail ?? []), ...(reason.since ? sinceLines(reason.since) : [])];
  if (detail.length > 0)
    blocks.push(
      block(
        undefined,
        detail.flatMap((line) => hanging("  ", prose(line), width)),
      ),
    );
  if (reason.try)
    blocks.push(
      block(
        "what to try",
        reason.try.flatMap((line) => hanging("  → ", prose(line), width)),
      ),
    );
  return `${blocks.join("\n\n")}\n\n`;
}

/** So many changes are shown; of more it is said where they are. */
const shown = 8;

function sinceLines({ run, changed }: NonNullable<Reason["since"]>): string[] {
  if (changed.length === 0) return [`nothing that is recorded changed since its last success (${run})`];
  const rest = changed.length > shown ? [`and ${changed.length - shown} more`] : [];
  return [`since its last success (${run}) these changed:`, ...changed.slice(0, shown).map(changeLine), ...rest];
}

type Paint = (look: "handle" | "header" | "state", text: string) => string;

function stateLines({ state, mode, message }: Reason, width: number | undefined, paint: Paint): string {
  const how = mode && mode !== state ? `${state} (${mode})` : state;
  const [first = "", ...rest] = hanging("  ", [...`${how}:`.split(" "), ...plain(message).split(" ")], width);
  return [first.replace(state, () => paint("state", state)), ...rest].join("\n");
}

/** What the first line says already is not said again in the log's words. */
function shownLog({ log = [], message }: Reason): string[] {
  const said = plain(message);
  return log.filter((line) => !isOurLastWord(line) && !line.includes(said));
}

/** Words between which a line may end. A command to be copied is one word, however long: broken, it would be another. */
function prose(line: string): string[] {
  const [, before = line, command] = /^(.*?)\b(lab [a-z-]+( .*)?)$/.exec(line) ?? [];
  return [...before.trim().split(" "), ...(command === undefined ? [] : [command])].filter(Boolean);
}
