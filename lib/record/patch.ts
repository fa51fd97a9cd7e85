// What makes one record of another: a JSON merge patch (RFC 7386). Records have no null, so that null can say that a field goes.

type Fields = Record<string, unknown>;

/** The patch that makes `to` of `from`; undefined where they are the same. */
export function patchBetween(from: Fields, to: Fields): Fields | undefined {
  const patch: Fields = {};
  for (const key of Object.keys(from)) if (to[key] === undefined) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    const before = from[key];
    if (value === before || value === undefined) continue;
    const part =
      isFields(value) && isFields(before) ? patchBetween(before, value) : isSame(before, value) ? undefined : value;
    if (part !== undefined) patch[key] = part;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** The record with a patch applied; fields keep their order, new ones come last. */
export function patched(record: Fields, patch: Fields): Fields {
  const result = { ...record };
  for (const [key, value] of Object.entries(patch)) {
    const before = result[key];
    if (value === null) delete result[key];
    else result[key] = isFields(value) ? patched(isFields(before) ? before : {}, value) : value;
  }
  return result;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
