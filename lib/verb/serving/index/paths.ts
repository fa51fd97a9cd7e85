// Fields by the names that people write: `params.lr`, `metrics.val/accuracy`, `sweep`.
import { separator, type Table } from "../../../serve/index/table.js";

type Path = readonly string[];

/** What stands for more than it says. */
const short: Readonly<Record<string, Path>> = {
  sweep: ["sweep", "id"],
  pipeline: ["pipeline", "id"],
  stage: ["pipeline", "stage"],
  key: ["key", "digest"],
  recipe: ["recipe", "path"],
  short: ["id"],
};

const known = new WeakMap<Table, { columns: number; paths: Map<string, Path> }>();

/** The path of a dotted name: one that rows have, where there is one, since the name of a metric may have dots itself. */
export function pathNamed(table: Table, name: string): Path {
  if (Object.hasOwn(short, name)) return short[name] ?? [name];
  let all = known.get(table);
  if (!all || all.columns !== table.columns.size) {
    const paths = new Map<string, Path>();
    for (const key of table.columns.keys()) paths.set(key.split(separator).join("."), key.split(separator));
    all = { columns: table.columns.size, paths };
    known.set(table, all);
  }
  return all.paths.get(name) ?? name.split(".");
}
