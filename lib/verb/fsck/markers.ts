// The markers active/ and loose/: of each run those that it should have, and of each marker the run.
import path from "node:path";
import { fault } from "../../record/fault.js";
import { isRunId } from "../../record/run-id.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { envelope, marker, runDirectory, sealFile } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { list } from "../../registry/read.js";
import { deactivate, dropUnborn } from "../../registry/runs.js";
import { mark } from "../../registry/write.js";
import { hour_ms, type Looking, reading, type Survey, twice } from "./breach.js";
import { namesIn } from "./files.js";
import { emptyFile } from "./registry.js";

type Area = "active" | "loose";

/** The markers of a run. They are looked at before the seal, after which the first of them goes. */
export function* checkMarkers(survey: Survey, { run, dir, owner }: RunOnDisk): Looking {
  const { registry, now } = survey;
  const { user, id } = run;
  const file = (area: Area) => marker(registry.base, area, user, id);
  const mending = (mend: () => void) => (owner === registry.uid ? { mend } : {});
  const isActive = (yield* reading(survey, "active", file("active"), () => lookAt(file("active")))) !== undefined;
  const isLoose = (yield* reading(survey, "loose", file("loose"), () => lookAt(file("loose")))) !== undefined;
  const seal = yield* reading(survey, "active", sealFile(envelope(dir)), () => lookAt(sealFile(envelope(dir))));
  if (!isActive && !seal)
    yield {
      check: "active",
      path: file("active"),
      message: "is missing, and the run is not sealed: no pass looks after it",
      ...mending(() => mark(file("active"))),
    };
  if (isActive && seal && now - seal.mtime_ms > hour_ms)
    yield {
      check: "active",
      path: file("active"),
      message: "is there, and the run is sealed",
      ...mending(() => deactivate(registry, user, id)),
    };
  if (!isLoose && !survey.isPacked(user, id))
    yield {
      check: "loose",
      path: file("loose"),
      message: "is missing, and the run is in no pack: no list shows it",
      ...mending(() => mark(file("loose"))),
    };
}

/** Each marker of a user stands for a run, or for one that is being made. */
export function* checkMarked(survey: Survey, area: Area, user: string, owner: number): Looking {
  const directory = path.join(survey.registry.base, area, user);
  for (const name of yield* namesIn(survey, "marker", directory)) {
    const file = path.join(directory, name);
    if (isRunId(name)) yield* twice(() => stands(survey, file, { user, owner, id: name }));
    else yield { check: "stray", path: file, message: "is no marker of a run" };
  }
}

function* stands(
  survey: Survey,
  file: string,
  { user, owner, id }: { user: string; owner: number; id: string },
): Looking {
  const { registry, now } = survey;
  if (!(yield* emptyFile(survey, "marker", file, owner))) return;
  const lab = envelope(runDirectory(registry.base, user, id));
  const names = yield* reading(survey, "marker", lab, () => list(lab));
  const seen = lookAt(file);
  if (!names || names.includes("run.json") || !seen || now - seen.mtime_ms < hour_ms) return;
  const mend = owner === registry.uid && names.length === 0 ? { mend: () => drop(survey, id) } : {};
  yield { check: "marker", path: file, message: "there is no such run", run: id, ...mend };
}

/** However late it is said to be (`--as-of`), what somebody may be making this hour stays. */
function drop({ registry }: Survey, id: string): void {
  if (dropUnborn(registry, id)) return;
  throw fault(
    "tempfail",
    `cannot remove the markers of ${id} yet: they are of this hour, and somebody may be making it`,
    {
      hint: "lab fsck --repair in an hour",
    },
  );
}
