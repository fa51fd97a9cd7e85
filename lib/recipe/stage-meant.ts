// What was meant by a key that no stage of a pipeline has: one of its recipe, which has another form here, or an edge.
import { type Breach, unknownKey } from "../toml/breaches.js";
import { dotted, isTable, valueAt } from "../toml/path.js";
import { recipeSchema } from "./schema.js";

/** Words of other tools for what comes before a stage. */
const edges = ["after", "depends", "depends_on", "dependencies", "deps", "needs", "upstream"];

/** The breach with the form that is meant as its hint; any other as it is. */
export function meantInStage(breach: Breach, table: Record<string, unknown>): Breach {
  const { path, known } = breach;
  const [top, stage, key] = path;
  if (known === undefined || top !== "stages" || path.length !== 3 || typeof key !== "string") return breach;
  const hint = Object.hasOwn(recipeSchema.entries, key)
    ? `what differs from the stage's recipe: [stages.${stage}] set = { ${setting(key, valueAt(table, path))} }`
    : edges.includes(key)
      ? 'a stage comes after those that its inputs of type "stage" name: set = { "inputs.ROLE" = { type = "stage", stage = "…", role = "…" } }'
      : undefined;
  return hint === undefined ? breach : { ...unknownKey(key, [], path.slice(0, 2)), known, hint };
}

function setting(key: string, value: unknown): string {
  const names = isTable(value) ? Object.keys(value) : [];
  if (names.length === 0) return `${key} = …`;
  return names.map((name) => `"${dotted([key, name])}" = …`).join(", ");
}
