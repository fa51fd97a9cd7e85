// Reads the layers of a recipe: the files it extends, itself, what the command line sets.
import fs from "node:fs";
import path from "node:path";
import { fault, isFault } from "../record/fault.js";
import type { Breach } from "../toml/breaches.js";
import { parseToml, readToml, type TomlFile } from "../toml/document.js";
import { positions } from "../toml/positions.js";
import type { Layer } from "./layers.js";
import { setLayer } from "./set.js";

export interface LayerOptions {
  /** `path=value`, in order. */
  set?: readonly string[];
  /** What relative paths on the command line are relative to. */
  cwd: string;
  /** Sees the table of all layers: what else is wrong with it here, which no recipe can know. */
  look?: (table: Record<string, unknown>) => Promise<Breach[]>;
  /** Of a recipe with a [sweep] every point is checked, and not the first alone. */
  points?: "every";
  /** The recipe's own text, where it was read before: what the file says now does not count. */
  text?: string;
}

/**
 * The layers, the strongest last. Throws dataerr for a circle of `extends`, for a base that cannot be read and for what
 * is no TOML, with its place; usage for a flag; what the system says for the recipe itself.
 */
export async function readLayers(file: string, options: LayerOptions): Promise<Layer[]> {
  return [...(await fileLayers(path.resolve(options.cwd, file), options.text)), ...setLayers(options)];
}

export function setLayers({ set = [], cwd }: LayerOptions): Layer[] {
  return set.map((text) => setLayer(text, cwd));
}

async function fileLayers(file: string, text: string | undefined): Promise<Layer[]> {
  const layers: Layer[] = [];
  const seen = new Set<string>();
  for (let next: string | undefined = file; next !== undefined; ) {
    const from: Layer | undefined = layers[0];
    const own: TomlFile = from ? await base(next, from) : text === undefined ? readToml(next) : parseToml(text, next);
    const real = fs.existsSync(next) ? fs.realpathSync(next) : next;
    if (from && seen.has(real)) {
      const chain = [...layers.map((layer) => layer.file.path).reverse(), next].join(" extends ");
      throw fault("dataerr", `${await extendsPlace(from.file)}: extends goes in a circle: ${chain}`);
    }
    seen.add(real);
    const dir = path.dirname(next);
    layers.unshift({ file: own, dir });
    next = "extends" in own.value ? path.resolve(dir, await extended(own)) : undefined;
  }
  return layers.map((layer) => ({ ...layer, file: withoutExtends(layer.file) }));
}

/** A base that is not there is an error of the file that names it. */
async function base(file: string, from: Layer): Promise<TomlFile> {
  try {
    return readToml(file);
  } catch (error) {
    if (!isFault(error) || error.message.startsWith(`${file}:`)) throw error;
    throw fault("dataerr", `${await extendsPlace(from.file)}: ${error.message}`, { cause: error });
  }
}

async function extended(file: TomlFile): Promise<string> {
  const up = file.value["extends"];
  if (typeof up === "string" && up !== "") return up;
  throw fault("dataerr", `${await extendsPlace(file)}: extends is no path of a recipe, in quotes`);
}

async function extendsPlace(file: TomlFile): Promise<string> {
  const { line, column } = (await positions(file)).of(["extends"], "value");
  return `${file.path}:${line}:${column}`;
}

/** The file as if it extended nothing. */
export function withoutExtends(file: TomlFile): TomlFile {
  const { extends: _, ...value } = file.value;
  return { ...file, value };
}
