// All artifacts as lists want them: looked at once in slices, the newest first, and again where something has changed.

import type { Artifact } from "../../record/artifact.js";
import { isFault } from "../../record/fault.js";
import { externalArtifactsOf } from "../../registry/artifacts.js";
import { artifactsOf } from "../../registry/outputs.js";
import { roll, usersOnRoll } from "../../registry/roll.js";
import { believed, openRun, usersWith } from "../../registry/runs.js";
import { breather } from "../breathing.js";
import { artifactsOfEntry } from "../policy/policy-candidates.js";
import type { Served } from "./answering.js";

export interface KnownArtifacts {
  /** In no order. */
  all(): Iterable<Artifact>;
  /** Whether everything has been looked at. */
  ready(): boolean;
  /** Begins to look, or sees what has changed; resolves when there is something to show or all has been looked at. */
  look(): Promise<void>;
}

/** So many are enough to show a first page while the others come. */
const enough = 500;

/** What came from outside tells nobody when it comes, so it is looked at again so often (milliseconds). */
const outside_ms = 10_000;

export function knownArtifacts({ context, registry, index }: Served): KnownArtifacts {
  const ofRuns = new Map<string, Artifact[]>();
  let others: Artifact[] = [];
  let othersAt = 0;
  let whole: Promise<void> | undefined;
  let ready = false;
  const changed = new Set<string>();
  const report = (message: string) => void message;
  const first = signalled();
  const lookAtAll = async () => {
    const rest = breather();
    // Most runs may have made nothing: it is among those that others have their turn.
    for (const entry of roll(registry, usersOnRoll(registry), { report: (error) => report(error.message) })) {
      if (context.signal.aborted) return;
      for (const { artifact } of artifactsOfEntry(registry, entry, report)) keep(artifact);
      if (ofRuns.size >= enough) first.tell();
      const pause = rest();
      if (pause) await pause;
    }
    ready = true;
    first.tell();
  };
  const keep = (artifact: Artifact) => {
    const { run } = artifact;
    if (run !== undefined)
      ofRuns.set(run, [...(ofRuns.get(run) ?? []).filter(({ id }) => id !== artifact.id), artifact]);
  };
  const lookAgain = async () => {
    const rest = breather();
    for (const id of changed) {
      changed.delete(id);
      await rest();
      try {
        const { user } = believed(registry, id);
        const disk = user === undefined ? undefined : openRun(registry, user, id);
        if (disk) ofRuns.set(id, artifactsOf(disk));
      } catch (error) {
        if (!isFault(error)) throw error;
      }
    }
  };
  return {
    ready: () => ready,
    *all() {
      for (const some of ofRuns.values()) yield* some;
      yield* others;
    },
    async look() {
      if (!whole) {
        index.on("change", ({ runs }) => {
          for (const id of runs) changed.add(id);
        });
        whole = lookAtAll();
        whole.catch(() => first.tell());
      }
      if (Date.now() - othersAt > outside_ms) {
        others = usersWith(registry, "artifacts").flatMap((user) => externalArtifactsOf(registry, user, report));
        othersAt = Date.now();
      }
      await first.told;
      await lookAgain();
    },
  };
}

function signalled(): { told: Promise<void>; tell(): void } {
  let tell = () => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return { told, tell: () => tell() };
}
