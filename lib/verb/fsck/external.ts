// Artifacts that no run made: the id follows from the record, and the bytes are there.
import path from "node:path";
import { type Artifact, artifactSchema } from "../../record/artifact.js";
import { externalArtifactIdOf } from "../../record/artifact-id.js";
import { isMounted } from "./beside.js";
import type { Looking, Survey } from "./breach.js";
import { namesIn, recordIn } from "./files.js";
import { checkBytes } from "./outputs.js";

/** What a user has registered from outside. */
export function* checkExternal(survey: Survey, user: string, owner: number): Looking {
  const directory = path.join(survey.registry.base, "artifacts", user);
  for (const name of yield* namesIn(survey, "external", directory)) {
    yield undefined;
    const file = path.join(directory, name);
    const [, id] = /^(art-[0-9a-f]{20})\.json$/.exec(name) ?? [];
    if (id === undefined) {
      yield { check: "stray", path: file, message: "is no artifact" };
      continue;
    }
    const wrong = ({ id: its, user: whose, path: place, digest = "none" }: Artifact) => {
      if (its !== id || whose !== user) return `is ${its} of ${whose}`;
      return externalArtifactIdOf(user, place, digest) === id ? undefined : "its id does not follow from what it says";
    };
    const artifact = yield* recordIn(survey, file, { owner, schema: artifactSchema, check: "external", wrong });
    if (artifact && isMounted(survey, artifact.path)) yield* checkBytes(survey, artifact);
  }
}
