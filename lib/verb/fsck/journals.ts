// The journals: every line an event of its user's.
import path from "node:path";
import * as v from "valibot";
import { eventSchema } from "../../record/records.js";
import { eachLine } from "../../registry/lines.js";
import { type Breach, type Looking, reading, type Survey } from "./breach.js";
import { namesIn, regular } from "./files.js";

/** The journals of a user. */
export function* checkJournals(survey: Survey, user: string, owner: number): Looking {
  const directory = path.join(survey.registry.base, "events", user);
  for (const name of yield* namesIn(survey, "journal", directory)) {
    const file = path.join(directory, name);
    if (!/^\d{8}-.+\.ndjson$/.test(name)) yield { check: "stray", path: file, message: "is no journal" };
    else if (yield* regular(survey, file, owner)) yield* journal(survey, file, user, owner);
  }
}

/** Of all that is wrong with one file the first is told, and how much there is. */
function* journal(survey: Survey, file: string, user: string, owner: number): Looking {
  const found: { first?: string; count: number } = { count: 0 };
  yield* reading(survey, "journal", file, () =>
    eachLine(file, owner, (line, number) => {
      const wrong = line === undefined ? "is longer than a mebibyte" : trouble(line, user);
      if (wrong === undefined) return;
      found.first ??= `line ${number} ${wrong}`;
      found.count += 1;
    }),
  );
  if (found.first === undefined) return;
  const more = found.count > 1 ? `, and ${found.count - 1} more lines` : "";
  yield { check: "journal", path: file, message: `${found.first}${more}` } satisfies Breach;
}

function trouble(line: string, user: string): string | undefined {
  if (line === "") return undefined;
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    return "is not JSON";
  }
  if (!v.is(eventSchema, event)) return "is no event";
  return event.user === user ? undefined : `calls itself ${event.user}'s`;
}
