// A time as records have it.

/** RFC 3339 in UTC, with Z: the text of a regular expression that has no groups of its own. */
export const utcTime = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z`;
