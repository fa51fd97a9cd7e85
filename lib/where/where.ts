// `--where`: expressions over the fields of records, as lab-where(7) describes them.
import { nearest } from "../record/names.js";
import { compile } from "./compile.js";
import { grammar } from "./grammar.js";
import { Misread, misreadFault } from "./misread.js";
import { type Part, partsOf } from "./parts.js";

export interface Where {
  /** Whether all expressions hold of these records, of which an earlier one answers before a later one. */
  passes(...records: readonly object[]): boolean;
  /** The fields that are asked for, as paths. */
  fields: readonly (readonly string[])[];
  /** The same in parts, all of which are to hold, for those who have all values of a field at once. */
  parts(): Part[];
  /** Of fields that none of the records had: what to tell a person who got nothing. */
  missed(): string[];
}

export interface Known {
  /** The names that records may begin with. */
  fields: Iterable<string>;
  /** Of fields with a fixed set of words: these. */
  words?: Readonly<Record<string, readonly string[]>>;
  /** The present moment in milliseconds, for `planned_at > 3d`. */
  now: number;
}

/** Reads expressions, all of which are to hold. Throws usage, pointing at the character. */
export function readWhere(texts: readonly string[], { fields, words = {}, now }: Known): Where {
  const language = { fields: new Set(fields), words, now };
  const all = texts.map((text) => {
    try {
      const tree = grammar(text);
      return { ...compile(tree, language), parts: () => partsOf(tree, language) };
    } catch (error) {
      throw error instanceof Misread ? misreadFault(text, error) : error;
    }
  });
  const tests = all.map(({ test }) => test);
  const readers = all.flatMap((one) => one.readers);
  return {
    passes: (...records) => tests.every((test) => test(records)),
    fields: readers.map(({ path }) => path),
    parts: () => all.map(({ parts }) => parts()),
    missed: () => readers.flatMap((reader) => missing(reader.path.join("."), reader.missed())),
  };
}

function missing(field: string, names: readonly string[] | undefined): string[] {
  if (names === undefined || names.length === 0) return [];
  const near = nearest(field, names);
  return [`none has '${field}'${near ? `; did you mean '${near}'?` : ""}`];
}
