// The kinds of value that a configuration file may hold, each checked where it stands and brought to one unit.
import * as v from "valibot";
import { isName, isUserName } from "../record/names.js";
import { parseDuration, parseSize } from "../record/units.js";

/** A word that reaches a command line or a file's text: not empty, on one line. */
export const word = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.check(isPlain, "has a line break or another control character in it"),
);

/** A word that another program will see as an argument, and must not take for an option. */
export const argument = v.pipe(
  word,
  v.check((text) => !text.startsWith("-"), "begins with a dash"),
);

/**
 * A path as written: absolute, or relative to the directory of its file, or beginning with `~/` or `$HOME/`. A path
 * left over from an example is refused here, before anything is made at it.
 */
export const location = v.pipe(
  word,
  v.check(
    (text) => !/^\/path\/to(\/|$)/.test(text),
    (issue) => `is the placeholder '${issue.input}': write the real path`,
  ),
  v.check((text) => !/^~[^/]/.test(text), "begins with another user's home: write it out"),
  v.check(
    (text) => !text.replace(/^\$(HOME|\{HOME\})(?=\/|$)/, "").includes("$"),
    "has a variable in it: only $HOME at its beginning is known",
  ),
);

/** A name on PATH, or a path. */
export const program = v.pipe(
  location,
  v.check((text) => !text.startsWith("-"), "begins with a dash"),
);

export const whole = (least: number) => v.pipe(v.number(), v.integer(), v.minValue(least));

/** `10m`, `1h30m`, `08:00:00`, or a number of seconds. Becomes seconds. */
export const duration = v.pipe(
  v.union([v.string(), v.number()]),
  v.check(
    (value) => readable(parseDuration, value),
    (issue) => `cannot be the duration ${JSON.stringify(issue.input)}: write 90s, 10m or 1h30m`,
  ),
  v.transform((value) => (typeof value === "string" ? parseDuration(value) : value)),
);

/** `64GB`, `1.5TB`, or a number of bytes. Becomes bytes. */
export const size = v.pipe(
  v.union([v.string(), v.number()]),
  v.check(
    (value) => readable(parseSize, value) && Number.isInteger(typeof value === "string" ? 1 : value),
    (issue) => `cannot be the size ${JSON.stringify(issue.input)}: write 500MB, 64GB or 1.5TB`,
  ),
  v.transform((value) => (typeof value === "string" ? parseSize(value) : value)),
);

export const name = v.pipe(
  v.string(),
  v.check(isName, "cannot be a name: letters, digits and . _ + - only, a letter or digit first"),
);
export const userName = v.pipe(v.string(), v.check(isUserName, "cannot be a user's name"));
export const variable = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "cannot be the name of an environment variable"),
);

/** Something that is refused wherever it stands, whatever its value is. */
export const refused = (why: string) =>
  v.pipe(
    v.unknown(),
    v.check(() => false, why),
  );

/** Whether there is no control character. By hand: compiling a regular expression for it takes longer than the rest. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 32 || (code > 126 && code < 160)) return false;
  }
  return true;
}

function readable(parse: (text: string) => number, value: string | number): boolean {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0;
  try {
    parse(value);
    return true;
  } catch {
    return false;
  }
}
