// Layers of settings become one, and it is remembered which layer each value came from. Pure.
import type { TomlFile } from "../toml/document.js";
import { dotted, isTable, type TomlPath } from "../toml/path.js";

export type Table = Record<string, unknown>;

/** Where a value came from. */
export interface Source {
  /** A file as it was named, a variable's name, `-c`, `--env`, or `default`. */
  from: string;
  /** The file and the path in it, from which its line can be had. */
  file?: TomlFile;
  at?: TomlPath;
}

export interface Layer {
  value: Table;
  source(path: TomlPath): Source;
}

export interface Merged {
  value: Table;
  /** By dotted key, one for each value that is no table. */
  sources: Map<string, Source>;
}

/**
 * Lays each layer over those before it: tables merge key by key, everything else (lists too) is replaced whole. The
 * layers are not changed. Among layers that agree on what is a table this is associative.
 */
export function merge(layers: readonly Layer[]): Merged {
  const merged: Merged = { value: Object.create(null) as Table, sources: new Map() };
  for (const layer of layers) lay(layer, layer.value, [], merged.value, merged.sources);
  return merged;
}

function lay(layer: Layer, over: Table, path: TomlPath, under: Table, sources: Merged["sources"]): void {
  for (const key of Object.keys(over)) {
    const here = [...path, key];
    const before = under[key];
    const item = over[key];
    if (isTable(item)) {
      if (before !== undefined && !isTable(before)) sources.delete(dotted(here));
      const inner: Table = isTable(before) ? before : (Object.create(null) as Table);
      under[key] = inner;
      lay(layer, item, here, inner, sources);
    } else {
      if (isTable(before)) forget(here, before, sources);
      under[key] = item;
      sources.set(dotted(here), layer.source(here));
    }
  }
}

/** A table that gives way to a value takes the sources of all that was in it along. */
function forget(path: TomlPath, table: Table, sources: Merged["sources"]): void {
  for (const [key, item] of Object.entries(table)) {
    const here = [...path, key];
    if (isTable(item)) forget(here, item, sources);
    else sources.delete(dotted(here));
  }
}
