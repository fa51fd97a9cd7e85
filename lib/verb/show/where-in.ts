// `--where` of lists: which words an expression may have. Read only where somebody asks.
import { artifactSchema } from "../../record/artifact.js";
import { eventSchema, statusSchema } from "../../record/records.js";
import { runSchema } from "../../record/run.js";
import { states } from "../../record/state.js";
import { readWhere, type Where } from "../../where/where.js";

const entries = ({ entries: all }: { entries: object }) => Object.keys(all);

const known = {
  /** What a run's status says, what its run.json says, and the last values of its metrics. */
  runs: { fields: [...entries(statusSchema), ...entries(runSchema), "metrics"], words: { state: states } },
  artifacts: { fields: entries(artifactSchema) },
  /** An event says what there is to say of its kind. */
  events: {
    fields: [
      ...entries(eventSchema),
      "name",
      "job",
      "mode",
      "message",
      "artifact",
      "kind",
      "role",
      "step",
      "scope",
      "policy",
      "attempt",
      "rule",
    ],
  },
};

/** The tests of some expressions over records of this kind. Throws usage. */
export function whereIn(kind: keyof typeof known, expressions: readonly string[], now: number): Where {
  return readWhere(expressions, { ...known[kind], now });
}
