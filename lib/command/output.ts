// How records leave: NDJSON into a pipe, a table or a command's own view on a terminal, ids alone with -q.
import type { Terminal } from "./context.js";
import { carriesError, idOf } from "./each.js";
import { passesBy } from "./passes-by.js";
import type { Spec } from "./spec.js";
import { recordWriter, type TextWriter, textWriter } from "./stream.js";

export interface Output {
  /** With `now`, the record has left when the promise is kept; a table is for eyes and takes its time. */
  write(record: object, now?: boolean): Promise<void> | undefined;
  end(): Promise<void>;
  /** What of the view that was asked for is likely to be a slip, in words; asked at the end. */
  doubts?(): string[];
}

/** Opens stdout in the form that the options and the terminal ask for. */
export async function openOutput(
  spec: Spec,
  options: Record<string, unknown>,
  terminal: Terminal,
  stdout: number,
  now: number,
): Promise<Output> {
  const forEyes =
    [spec.plainWith ?? []].flat().some((name) => options[name] === true) ||
    options["table"] === true ||
    options["columns"] !== undefined ||
    ((terminal.out || spec.drawn === true) && options["json"] !== true);
  if (options["quiet"]) return spec.ids ? idsOnce(spec.ids, textWriter(stdout)) : ids(textWriter(stdout), spec.writes);
  if (!forEyes) return recordWriter(stdout);
  const { openView } = await import("./view.js");
  return openView(spec, options, terminal, textWriter(stdout), now);
}

function ids(text: TextWriter, writes: Spec["writes"] = []): Output {
  return {
    write(record) {
      const id = passesBy(record, writes) ? undefined : idOf(record);
      if (id !== undefined && !carriesError(record)) text.write(`${id}\n`);
      return text.ready();
    },
    end: () => text.end(),
  };
}

function idsOnce(of: NonNullable<Spec["ids"]>, text: TextWriter): Output {
  const given = new Set<string>();
  return {
    write(record) {
      if (carriesError(record)) return undefined;
      for (const id of of(record as Record<string, unknown>)) {
        if (!given.has(id)) text.write(`${id}\n`);
        given.add(id);
      }
      return text.ready();
    },
    end: () => text.end(),
  };
}
