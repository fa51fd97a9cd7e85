// Records and texts of runs as others may see them: what is called like a secret, or looks like one, has become `…`.
import { isSecretName } from "./secrets.js";

/**
 * The text of a recipe, a script of a job or a record (TOML, bash, JSON) without the values of what is called like a secret,
 * without passwords in addresses, and without tokens of a known form. Lines and their order stay. Rather too much is hidden.
 */
export function maskedText(text: string): string {
  return withoutKnown(
    text
      .replace(quoted, (all, quote, name, value) => (isHidden(name, value) ? `${quote}${name}=…` : all))
      .replace(assigned, (all, start, name, middle, value) => {
        const mark = opening.exec(value)?.[0] ?? "";
        const plain = value.slice(mark.length, value.length - mark.length);
        if (!isHidden(name, plain)) return all;
        return `${start}${name}${middle}${mark}…${mark}${"\n".repeat(value.split("\n").length - 1)}`;
      })
      .replace(flag, (all, name, between, value) => (isHidden(name, value) ? `--${name}${between}…` : all)),
  );
}

/** A record, or any part of one, with the same left out; what has nothing to hide is the very same object. */
export function maskedRecord<T>(value: T): T {
  return masked("", value) as T;
}

const word =
  "[\\w.-]{0,64}(?:key|token|secret|pass|pwd|cred|auth|cookie|private|sig|webhook|connection_string|jwt|bearer)[\\w.-]{0,64}";
// What is repeated has a bound, so that no text makes the time grow faster than its length.
/** A word of bash in quotes, as the scripts of jobs have variables: `'DB_PASSWORD=two words'`. */
const quoted = new RegExp(`(\\$?')(${word})=((?:[^'\\\\\\n]|\\\\.){0,32768})`, "gi");
const opening = /^(?:"""|'''|["']|(?:\\+"){3}|\\+")/;
/** As a text of JSON has them that has TOML or JSON inside, however deep: their quotes are escaped. */
const escaped = `(?<three>(?<mark>\\\\{1,7}")\\k<mark>\\k<mark>)[\\s\\S]{0,32768}?\\k<three>|(?<one>\\\\{1,7}")[^\\n]{0,32768}?(?<!\\\\)\\k<one>`;
const string = `"""[\\s\\S]{0,32768}?"""|'''[\\s\\S]{0,32768}?'''|"(?:[^"\\\\\\n]|\\\\.){0,32768}"|'[^'\\n]{0,32768}'`;
/** `NAME=value`, `name = "value"`, `"name": "value"`. */
const assigned = new RegExp(
  `(^|[^\\w.-])(${word})(\\\\{0,7}"?\\s{0,8}[=:]\\s{0,8})(${string}|${escaped}|[^\\s"',;&}\\])]+)`,
  "gi",
);
/** `--api-key value`, also as two strings of a list, which may be on two lines. */
const flag = new RegExp(
  `--(${word})(=|\\\\{0,7}["']?(?:,\\s{0,99}|[ \\t]{0,8})\\\\{0,7}["']?)((?:(?!\\\\+["'])[^\\s"',\\])])+)`,
  "gi",
);

const address = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)[^/@\s"']{1,1024}@/gi;
/** Forms of tokens that their makers have documented so that they are found: Hugging Face, OpenAI, GitHub, GitLab, Slack, AWS, W&B in .netrc. */
const known =
  /\b(?:hf_[A-Za-z0-9]{20,}|sk-[\w-]{20,}|gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abeprs]-[\w-]{10,}|(?:AKIA|ASIA)[0-9A-Z]{16})\b/g;

function withoutKnown(text: string): string {
  return text.replace(address, "$1…@").replace(known, "…");
}

/** Words of the toolkit's own that only sound like it: cache keys, names that are passed on, who wrote something. */
const own = /^(?:lab_)?(?:key|keys|pass|cache_key|key_parts|answered_key|author|authors|author_[a-z]+)$/i;

/** What follows the name of an exception is what went wrong: `KeyError: 'train'`. */
const exception = /(?:^|[._])[A-Z]\w*(?:Error|Exception|Warning)$/;

function isHidden(name: string, value: string): boolean {
  if (value === "" || value.startsWith("…") || own.test(name) || exception.test(name)) return false;
  if (/^(?:[-+]?[\d._]+(?:e[-+]?\d+)?|true|false|null|sha256:[0-9a-f]{64})$/i.test(value)) return false;
  // A value that only names a variable gives nothing away.
  if (/^["']?\$\{?\w+\}?["']?$/.test(value)) return false;
  return isSecretName(name, value);
}

function masked(name: string, value: unknown): unknown {
  if (typeof value === "string") {
    if (hides(name) && isHidden(name, value)) return "…";
    return suspicious.test(value) ? maskedText(value) : value;
  }
  if (Array.isArray(value)) return maskedList(name, value);
  if (typeof value !== "object" || value === null) return value;
  let changed: Record<string, unknown> | undefined;
  // A field that is told of by its path, with the values that it has, or what is told of one of these.
  const { path } = value as { path?: unknown };
  const told = typeof path === "string" ? path : name;
  const field = hides(told) ? told : undefined;
  for (const [key, part] of Object.entries(value)) {
    const named = field !== undefined && valued.has(key) ? field : key;
    const shown = masked(named, part);
    if (shown === part) continue;
    changed ??= { ...value };
    changed[key] = shown;
  }
  return changed ?? value;
}

const valued = new Set(["value", "values", "levels", "from", "to"]);

/** Words of a command line: what follows `--token` is one. */
function maskedList(name: string, list: unknown[]): unknown[] {
  let changed: unknown[] | undefined;
  for (const [i, part] of list.entries()) {
    const before = list[i - 1];
    const option = typeof before === "string" ? /^--?([\w-]+)$/.exec(before)?.[1] : undefined;
    const secret = option !== undefined && typeof part === "string" && hides(option) && isHidden(option, part);
    const shown = secret ? "…" : masked(name, part);
    if (shown === part) continue;
    changed ??= [...list];
    changed[i] = shown;
  }
  return changed ?? list;
}

const suspicious =
  /:\/\/[^/\s]{0,1024}@|(?:key|token|secret|pass|pwd|cred|auth|cookie|sig|jwt|bearer)[\w.-]{0,64}["']?\s{0,8}[=: ]|\b(?:hf_|sk-|gh[pousr]_|github_pat_|glpat-|xox|AKIA|ASIA)/i;
const one = new RegExp(`^${word}$`, "i");
/** The names that were asked for: records have few, and very many times. */
const asked = new Map<string, boolean>();

function hides(name: string): boolean {
  const before = asked.get(name);
  if (before !== undefined) return before;
  if (asked.size > 10_000) asked.clear();
  const found = one.test(name) && !own.test(name);
  asked.set(name, found);
  return found;
}
