// A recipe is made of layers: the files it extends, itself, and what the command line sets. Later ones win.
import type { TomlFile } from "../toml/document.js";
import { isTable, type TomlPath, valueAt } from "../toml/path.js";

export interface Layer {
  file: TomlFile;
  /** What relative paths in it are relative to. */
  dir: string;
  /** The words of the command line, where it is no file: `--set params.lr=1e-4`. */
  flag?: string;
}

/**
 * One table of all: tables merge key by key, everything else (lists too) is replaced by the later. So is an input of which a
 * later layer says that it is of another type.
 */
export function merged(layers: readonly { file: { value: Record<string, unknown> } }[]): Record<string, unknown> {
  return layers.reduce((sum, { file }) => merge(sum, file.value, []), emptyTable());
}

function merge(
  base: Record<string, unknown>,
  over: Record<string, unknown>,
  at: readonly string[],
): Record<string, unknown> {
  const sum = Object.assign(emptyTable(), base);
  for (const [key, value] of Object.entries(over)) {
    const below = sum[key];
    const isMerged = isTable(below) && isTable(value) && !isOtherInput(below, value, at);
    sum[key] = isTable(value) ? merge(isMerged ? below : emptyTable(), value, [...at, key]) : value;
  }
  return sum;
}

function isOtherInput({ type: before }: Record<string, unknown>, { type }: Record<string, unknown>, at: TomlPath) {
  return at.length === 1 && at[0] === "inputs" && type !== undefined && type !== before;
}

/** Tables have no prototype, as those of the parser: no key of a recipe means anything to JavaScript. */
function emptyTable(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

/** The layer that says what `table`, all of them merged, has at the path, or at the nearest table around it. */
export function layerOf(layers: readonly Layer[], table: Record<string, unknown>, path: TomlPath): Layer | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const part = path.slice(0, length);
    if (valueAt(table, part) === undefined) continue;
    return layers.findLast((layer) => valueAt(layer.file.value, part) !== undefined);
  }
  return layers.findLast((layer) => layer.flag === undefined) ?? layers[0];
}
