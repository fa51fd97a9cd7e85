// What lab-throttle holds: each word is about the job that its file is called after.
import path from "node:path";
import { type Hold, holdSchema } from "../../record/policy.js";
import type { Looking, Survey } from "./breach.js";
import { namesIn, recordIn } from "./files.js";

/** The holds of a user. */
export function* checkHolds(survey: Survey, user: string, owner: number): Looking {
  const directory = path.join(survey.registry.base, "holds", user);
  for (const name of yield* namesIn(survey, "hold", directory)) {
    yield undefined;
    const file = path.join(directory, name);
    const [, job] = /^([A-Za-z0-9][A-Za-z0-9_+-]*)\.json$/.exec(name) ?? [];
    const wrong = (hold: Hold) =>
      hold.job === job && hold.user === user ? undefined : `is about job ${hold.job} of ${hold.user}`;
    if (job === undefined) yield { check: "stray", path: file, message: "is no hold" };
    else yield* recordIn(survey, file, { owner, schema: holdSchema, check: "hold", wrong });
  }
}
