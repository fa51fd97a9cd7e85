// The full line of a packed run: every JSON file of its .lab/, read from one place of one file.
import { isFault } from "../record/fault.js";
import { type PackedFiles, packedSchema, type Summary } from "../record/pack.js";
import { checked } from "../record/schema.js";
import { fs } from "./disk.js";
import { packFiles } from "./layout.js";
import type { Registry } from "./open.js";
import { openOwn, type Pack } from "./packs.js";

/** What every full line begins with; the run's id comes next. */
export const fullStart = '{"type":"packed","v":1,"id":"';

/**
 * The full line of a run, by the place that its summary gives (bytes); undefined where it is not there, or is not this
 * run's: then the run is to be opened.
 */
export function fullText(
  registry: Registry,
  pack: Pack,
  id: string,
  { full_at: at, full_bytes: length }: Place,
): Buffer | undefined {
  pack.full ??= openFull(registry, pack);
  if (pack.full < 0 || length < fullStart.length || at + length > pack.header.full_bytes) return undefined;
  const buffer = Buffer.allocUnsafe(length);
  const read = fs.readSync(pack.full, buffer, 0, length, at);
  const head = `${fullStart}${id}"`;
  return read === length && buffer.toString("latin1", 0, head.length) === head && buffer[length - 1] === 125
    ? buffer
    : undefined;
}

type Place = Pick<Summary, "full_at" | "full_bytes">;

/** The files of a packed run by their paths in .lab/; undefined as above. */
export function filesOf(registry: Registry, pack: Pack, id: string, place: Place): PackedFiles["files"] | undefined {
  try {
    const text = fullText(registry, pack, id, place)?.toString();
    return text === undefined ? undefined : checked(packedSchema, JSON.parse(text), "").files;
  } catch (error) {
    if (isFault(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function openFull(registry: Registry, { user, name }: Pack): number {
  try {
    return openOwn(registry, user, packFiles(registry.base, user, name).full)?.fd ?? -1;
  } catch (error) {
    if (isFault(error)) return -1;
    throw error;
  }
}
