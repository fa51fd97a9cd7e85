// Globs as git has them, as regular expressions over paths in bytes.

// In this order: `**/` as a whole name, stars, `?`, a bracket expression, an escaped character, any other.
const parts = /(?<=^|\/)\*{2,}\/|\*+|\?|\[[!^]?(?:\]|\\.|\[:[a-z]+:\]|[^\]\\])(?:\\.|\[:[a-z]+:\]|[^\]\\])*\]|\\.|./gs;

/** The regular expression for a glob that is matched against a whole path. Throws SyntaxError for what is no glob. */
export function globRegExp(glob: string): RegExp {
  if (glob === "" || glob.endsWith("/") || glob.includes("\0")) throw new SyntaxError("it names nothing");
  return new RegExp(`^${glob.replace(parts, partOf)}$`, "s");
}

function partOf(part: string, at: number, glob: string): string {
  if (part.endsWith("*/")) return "(?:.*/)?";
  if (part.startsWith("**") && at + part.length === glob.length && (at === 0 || glob[at - 1] === "/")) return ".*";
  if (part.startsWith("*")) return "[^/]*";
  if (part === "?") return "[^/]";
  if (part === "[" || part === "\\") throw new SyntaxError(`nothing ends the '${part}'`);
  return part.length > 2 ? setOf(part) : literal(part.slice(-1));
}

const classes: Record<string, string> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: " \\t\\n\\v\\f\\r",
  upper: "A-Z",
  xdigit: "0-9A-Fa-f",
};

/** A bracket expression; whatever is in it, it matches no slash. */
function setOf(part: string): string {
  const [, not, body = ""] = /^\[([!^]?)(.*)\]$/s.exec(part) ?? [];
  const inside = body.replace(
    /\[:([a-z]+):\]|\\(.)|(.)/gs,
    (item, name?: string, escaped?: string, plain?: string, at = 0) => {
      if (name !== undefined) return classes[name] ?? "";
      const isRange = plain === "-" && at > 0 && at + item.length < body.length;
      return isRange ? "-" : literal(escaped ?? plain ?? "");
    },
  );
  return not ? `[^/${inside}]` : `(?!/)[${inside}]`;
}

function literal(character: string): string {
  return /\w/.test(character) ? character : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
