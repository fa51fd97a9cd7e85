// Derived metrics: `derived/<author>/<run>/<name>.<generation>.ndjson`, a record of how they were made and then a metric a line.
// Each generation is written once; the highest of a name counts. They are beside the run, so that they change nothing of it.
import path from "node:path";
import { type Derived, derivedSchema } from "../record/derived.js";
import { fault, isFault } from "../record/fault.js";
import { type Point, pointsIn } from "../record/point.js";
import { checked } from "../record/schema.js";
import type { RunOnDisk } from "./facts.js";
import { derivedDirectory } from "./layout.js";
import { ownDirectory, type Registry } from "./open.js";
import { ownerOfUser } from "./owners.js";
import { list, parseJson, readText } from "./read.js";
import { makeDirectory, writeOnce } from "./write.js";

type Bad = (message: string) => void;
type Wanted = (name: string) => boolean;

/** Larger derived metrics are not kept (bytes). */
export const largestDerived = 64 * 2 ** 20;

/** What is derived of a run: by its owner and by the caller, who are those whose word is taken here. */
export function* derivedOf(
  registry: Registry,
  disk: RunOnDisk,
  bad: Bad,
  wanted: Wanted = () => true,
): Generator<Point> {
  for (const author of new Set([disk.run.user, registry.user]))
    for (const name of newest(namesOf(registry, author, disk.run.id)).values()) {
      const file = path.join(derivedDirectory(registry.base, author, disk.run.id), name);
      const read = tried(() => readDerived(registry, author, file), bad);
      for (const point of read?.points() ?? []) if (wanted(point.name)) yield point;
    }
}

/** The newest generation of a name that its author has derived of a run; undefined where there is none. Throws dataerr for a bad one. */
export function lastDerived(
  registry: Registry,
  author: string,
  run: string,
  name: string,
): { derived: Derived; points(): Generator<Point> } | undefined {
  const file = newest(namesOf(registry, author, run)).get(name);
  return file === undefined
    ? undefined
    : readDerived(registry, author, path.join(derivedDirectory(registry.base, author, run), file));
}

/** Keeps what the caller has derived, as the next generation of its name, and returns its record. */
export function keepDerived(registry: Registry, derived: Derived, lines: string): Derived {
  ownDirectory(registry, "derived");
  const { run, name } = derived;
  const directory = derivedDirectory(registry.base, registry.user, run);
  makeDirectory(directory, registry.modes.directory);
  const before = newest(namesOf(registry, registry.user, run)).get(name);
  for (let generation = before === undefined ? 1 : generationOf(before) + 1; ; generation += 1) {
    // In the order in which records have their fields.
    const record: Derived = Object.assign(
      { type: derived.type, v: derived.v, run, name, user: derived.user, generation },
      derived,
    );
    const file = path.join(directory, `${name}.${generation}.ndjson`);
    if (writeOnce(file, `${JSON.stringify(record)}\n${lines}`, registry.modes.file) === "made") return record;
  }
}

function namesOf(registry: Registry, author: string, run: string): string[] {
  const directory = derivedDirectory(registry.base, author, run);
  return ownerOfUser(registry, path.dirname(directory), author) === undefined ? [] : list(directory);
}

/** The file of the highest generation of each name. */
function newest(files: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of files) {
    const name = nameOf(file);
    if (name === undefined) continue;
    const other = found.get(name);
    if (other === undefined || generationOf(other) < generationOf(file)) found.set(name, file);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `ppl.3.ndjson` → `ppl`; undefined for other names. */
export function nameOf(file: string): string | undefined {
  return /^([A-Za-z0-9].*)\.[1-9]\d{0,8}\.ndjson$/.exec(file)?.[1];
}

function generationOf(file: string): number {
  return Number(/\.(\d+)\.ndjson$/.exec(file)?.[1]);
}

/** One generation. Throws dataerr where it is not what its name says. */
export function readDerived(
  registry: Registry,
  author: string,
  file: string,
): { derived: Derived; points(): Generator<Point> } {
  const owner = ownerOfUser(registry, path.dirname(path.dirname(file)), author);
  const text = readText(file, { limit: 2 * largestDerived, ...(owner === undefined ? {} : { owner }) }) ?? "";
  const end = text.indexOf("\n") + 1;
  const derived = checked(derivedSchema, parseJson(text.slice(0, end), file, 1), `'${file}'`);
  const name = `${derived.name}.${derived.generation}.ndjson`;
  if (derived.run !== path.basename(path.dirname(file)) || derived.user !== author || name !== path.basename(file))
    throw fault("dataerr", `cannot trust '${file}': it speaks of '${derived.name}' of ${derived.run}`);
  return { derived, points: () => pointsOfDerived(derived, text.slice(end), file) };
}

function* pointsOfDerived({ name, user }: Derived, text: string, file: string): Generator<Point> {
  const bad = (index: number) => {
    throw fault("dataerr", `cannot read '${file}': line ${index + 2} is no metric`);
  };
  for (const point of pointsIn(text, bad)) yield { ...point, more: { ...point.more, derived: name, by: user } };
}

function tried<T>(read: () => T, bad: Bad): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isFault(error)) throw error;
    bad(error.message);
    return undefined;
  }
}
