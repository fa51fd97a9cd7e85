// Notes about runs: what somebody saw, learned, or would do next.
import type { Context } from "../../command/context.js";
import { fault, isFault, recordError } from "../../record/fault.js";
import { type Note, verdicts } from "../../record/note.js";
import { largestNote, noteOf, writeNote } from "../../registry/notes.js";
import { namedRuns } from "../runs.js";

export interface Annotation {
  lesson: string | undefined;
  next: string | undefined;
  outcome: string | undefined;
  tag: string[];
}

/** Writes one note about each run and yields it. The first argument is the run, all others are the text. */
export async function* annotate(
  records: AsyncIterable<unknown>,
  options: Annotation,
  context: Context,
): AsyncGenerator<object> {
  const [first, ...said] = context.args;
  const says = noteIn(said, options);
  const registry = await context.registry();
  for await (const named of namedRuns(records, { ...context, args: first === undefined ? [] : [first] })) {
    if ("other" in named) {
      yield named.other;
      continue;
    }
    const { id } = named.run.run;
    try {
      const about = { run: id, ...says };
      yield context.dryRun
        ? { ...noteOf(registry, about, context.now), dry_run: true }
        : writeNote(registry, about, context.now);
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(id, error);
      yield { ...noteOf(registry, { run: id, ...says }, context.now), error: recordError(error) };
    }
  }
}

/** Throws usage where nothing is said, or too much. */
function noteIn(words: readonly string[], { lesson, next, outcome, tag }: Annotation): Pick<Note, "text"> {
  const text = words.join(" ").trim();
  const note = {
    ...(text === "" ? {} : { text }),
    ...(lesson === undefined ? {} : { lesson }),
    ...(next === undefined ? {} : { next }),
    ...(outcome === undefined ? {} : { outcome: verdictIn(outcome) }),
    ...(tag.length > 0 ? { tags: tag } : {}),
  };
  if (Object.keys(note).length === 0)
    throw fault("usage", "nothing to note", {
      hint: "lab annotate RUN 'what you saw', or --lesson, --next, --outcome, --tag",
    });
  if (Buffer.byteLength(JSON.stringify(note)) > largestNote - 1024)
    throw fault("usage", `a note of more than ${largestNote - 1024} bytes is too long`);
  return note;
}

function verdictIn(word: string): (typeof verdicts)[number] {
  const found = verdicts.find((verdict) => verdict === word);
  if (found) return found;
  throw fault("usage", `no outcome '${word}'`, { hint: `one of ${verdicts.join(", ")}` });
}
