// What people wrote about runs: each note is what its place says.
import path from "node:path";
import { noteSchema } from "../../record/note.js";
import { isRunId } from "../../record/run-id.js";
import { notesDirectory } from "../../registry/layout.js";
import { idOfNote, wrongPlace } from "../../registry/notes.js";
import type { Looking, Survey } from "./breach.js";
import { folder, namesIn, recordIn } from "./files.js";

/** The notes of a user, about anybody's runs. */
export function* checkNotes(survey: Survey, user: string, owner: number): Looking {
  const { base } = survey.registry;
  const all = path.join(base, "notes", user);
  for (const run of yield* namesIn(survey, "record", all)) {
    yield undefined;
    if (!isRunId(run)) {
      yield { check: "stray", path: path.join(all, run), message: "is no run's" };
      continue;
    }
    const directory = notesDirectory(base, user, run);
    if (!(yield* folder(survey, directory, owner))) continue;
    for (const name of yield* namesIn(survey, "record", directory)) {
      const file = path.join(directory, name);
      if (idOfNote(name) === undefined) yield { check: "stray", path: file, message: "is no note" };
      else
        yield* recordIn(survey, file, {
          owner,
          schema: noteSchema,
          check: "record",
          wrong: (note) => wrongPlace(note, file),
        });
    }
  }
}
