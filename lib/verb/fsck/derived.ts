// Derived metrics: each generation is a record of how it was made, and metrics.
import path from "node:path";
import { isRunId } from "../../record/run-id.js";
import { nameOf, readDerived } from "../../registry/derived.js";
import { derivedDirectory } from "../../registry/layout.js";
import { type Looking, reading, type Survey } from "./breach.js";
import { folder, namesIn, regular } from "./files.js";

/** What a user has derived, of anybody's runs. */
export function* checkDerived(survey: Survey, user: string, owner: number): Looking {
  const all = path.join(survey.registry.base, "derived", user);
  for (const run of yield* namesIn(survey, "record", all)) {
    yield undefined;
    if (!isRunId(run)) {
      yield { check: "stray", path: path.join(all, run), message: "is no run's" };
      continue;
    }
    const directory = derivedDirectory(survey.registry.base, user, run);
    if (!(yield* folder(survey, directory, owner))) continue;
    for (const name of yield* namesIn(survey, "record", directory)) {
      const file = path.join(directory, name);
      if (nameOf(name) === undefined) yield { check: "stray", path: file, message: "is no derived metric" };
      else if (yield* regular(survey, file, owner))
        yield* reading(survey, "record", file, () => [...readDerived(survey.registry, user, file).points()].length);
    }
  }
}
