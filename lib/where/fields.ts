// The values of fields: of the first record that has them, their own and nothing inherited.

export interface FieldReader {
  path: readonly string[];
  read(records: readonly object[]): unknown;
  /** Whether no record had it so far, and which names stood where it was looked for. */
  missed(): readonly string[] | undefined;
}

// Names are gathered for a hint; what many records have is known after a few.
const enough = 1000;

export function fieldReader(path: readonly string[]): FieldReader {
  const names = new Set<string>();
  let found = false;
  let looks = 0;
  return {
    path,
    read(records) {
      for (let i = 0; i < records.length; i += 1) {
        const value = own(records[i], path);
        if (value === undefined) continue;
        found = true;
        return value;
      }
      if (!found && looks < enough) {
        looks += 1;
        for (const record of records) gather(record, path, names);
      }
      return undefined;
    },
    missed: () => (found ? undefined : [...names]),
  };
}

/** `null` is what other programs write for what is absent. */
function own(record: unknown, path: readonly string[]): unknown {
  let value = record;
  for (let i = 0; i < path.length; i += 1) {
    const key = path[i] as string;
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value ?? undefined;
}

function gather(record: object | undefined, path: readonly string[], names: Set<string>): void {
  for (let depth = path.length - 1; depth >= 0; depth -= 1) {
    const table = own(record, path.slice(0, depth));
    if (typeof table !== "object" || table === null || Array.isArray(table)) continue;
    for (const key of Object.keys(table)) {
      if (names.size < enough) names.add([...path.slice(0, depth), key].join("."));
    }
    return;
  }
}
