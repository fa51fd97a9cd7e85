// Whether every token of a recipe or run can be replaced where it stands. Pure; nothing is replaced.
import { fault } from "../record/fault.js";
import { nearest } from "../record/names.js";
import type { Run } from "../record/run.js";
import type { Breach } from "../toml/breaches.js";
import { isTable, type TomlPath } from "../toml/path.js";
import { argumentTexts, isPoint, leaves, type TokenSubject, tokensIn } from "./tokens.js";

/**
 * A text with tokens: `text` takes all; `name` becomes a name or a relative path, so that no absolute one may come into
 * it; `shell` is for the shell alone, where only what looks like one of ours is worth a word.
 */
interface Place {
  path: TomlPath;
  text: string;
  kind: "text" | "name" | "shell";
}

export interface Tokened extends TokenSubject {
  command?: unknown;
  extra_args?: unknown;
  env?: unknown;
  workdir?: unknown;
  collect?: unknown;
  eval?: unknown;
  environment?: unknown;
}

/** Every token that is unknown, or cannot stand where it does, with the place in the recipe. */
export function tokenBreaches(subject: Tokened): Breach[] {
  const known = knownTokens(subject);
  return places(subject).flatMap(({ path, text, kind }) =>
    [...new Set(tokensIn(text))].flatMap((word): Breach[] => {
      const isLater = word === "checkpoint.path" && path[0] === "eval" && ["command", "args"].includes(String(path[1]));
      const trouble =
        known.has(word) || isLater
          ? misplaced(word, kind, subject)
          : (unavailable(word, subject) ?? (kind === "shell" ? undefined : unknown(word, known)));
      return trouble === undefined ? [] : [{ path, part: "value", ...trouble }];
    }),
  );
}

/** Throws dataerr for the first token of a run that cannot be replaced; those in its inputs have been, at planning. */
export function checkTokens(run: Run): void {
  // What a resolver will add nobody knows yet: each point is looked at when it is made.
  if (run.expand?.["resolver"] !== undefined) return;
  const inputs = Object.fromEntries(Object.entries(run.inputs).map(([role, { type }]) => [role, { type }]));
  const [first] = tokenBreaches({ ...run, inputs });
  if (first) throw fault("dataerr", first.message, { hint: first.hint });
}

interface Trouble {
  message: string;
  hint?: string;
}

function places(subject: Tokened): Place[] {
  const field = (path: TomlPath, value: unknown, kind: Place["kind"]): Place[] =>
    Array.isArray(value)
      ? value.flatMap((item, i) => field([...path, i], item, kind))
      : typeof value === "string"
        ? [{ path, text: value, kind }]
        : [];
  const table = (name: string, value: unknown, kind: Place["kind"]): Place[] =>
    isTable(value) ? Object.entries(value).flatMap(([key, item]) => field([name, key], item, kind)) : [];
  const inEach = (name: string, value: unknown, key: string): Place[] =>
    isTable(value)
      ? Object.entries(value).flatMap(([role, item]) =>
          isTable(item) ? field([name, role, key], item[key], "name") : [],
        )
      : [];
  const inEval = ({ command, workdir, checkpoint, args }: Record<string, unknown>): Place[] => [
    ...field(["eval", "command"], command, "text"),
    ...field(["eval", "workdir"], workdir, "name"),
    ...field(["eval", "checkpoint"], checkpoint, "text"),
    ...(isTable(args) ? Object.entries(args).flatMap(([key, item]) => field(["eval", "args", key], item, "text")) : []),
  ];
  return [
    ...field(["command"], subject.command, "text"),
    ...field(["workdir"], subject.workdir, "name"),
    ...table("args", subject.args, "text"),
    ...field(["extra_args"], subject.extra_args, "text"),
    ...table("env", subject.env, "text").filter(({ path }) => path[1] !== "pass"),
    ...inEach("inputs", subject.inputs, "path"),
    ...inEach("inputs", subject.inputs, "artifact"),
    ...inEach("outputs", subject.outputs, "alias"),
    ...table("collect", subject.collect, "name"),
    ...(isTable(subject.eval) ? inEval(subject.eval) : []),
    ...(isTable(subject.environment) ? field(["environment", "setup"], subject.environment["setup"], "shell") : []),
  ];
}

function knownTokens(subject: Tokened): Set<string> {
  const roles = (table: unknown, name: string) =>
    isTable(table) ? Object.keys(table).map((role) => `${name}.${role}.path`) : [];
  return new Set([
    ...["run.id", "run.dir", "run.name", "run.handle", "recipe.name"],
    ...(subject.seed === undefined ? [] : ["seed"]),
    ...(isPoint(subject) ? ["sweep.index"] : []),
    ...leaves(subject.params, ["params"]).flatMap(([path, value]) => (Array.isArray(value) ? [] : [path.join(".")])),
    ...argumentTexts(subject).map(([key]) => `args.${key}`),
    ...roles(subject.inputs, "inputs"),
    ...artifacts(subject).map((role) => `inputs.${role}.id`),
    ...roles(subject.outputs, "outputs"),
  ]);
}

/** The roles of inputs that are artifacts, or will be when it is a stage of a pipeline. */
function artifacts({ inputs }: Tokened): string[] {
  if (!isTable(inputs)) return [];
  return Object.entries(inputs).flatMap(([role, input]) =>
    isTable(input) && ["artifact", "stage", "from"].includes(String(input["type"])) ? [role] : [],
  );
}

/** Tokens that exist, but have nothing to stand for here. */
function unavailable(word: string, subject: Tokened): Trouble | undefined {
  if (word === "checkpoint.path")
    return { message: "the token {checkpoint.path} has no value here: it has one in eval.command and eval.args" };
  if (word === "sweep.index") return { message: "the token {sweep.index} has no value: it is of no sweep" };
  if (word === "seed")
    return { message: "the token {seed} has no value: the recipe has no seed", hint: "set seed = 0" };
  const [family, ...rest] = word.split(".");
  const key = rest.join(".");
  if (
    family === "inputs" &&
    key.endsWith(".id") &&
    isTable(subject.inputs) &&
    Object.hasOwn(subject.inputs, key.slice(0, -3))
  ) {
    return { message: `the token {${word}} has no value: an external input has a path and no id` };
  }
  const table = family === "args" ? subject.args : family === "params" ? subject.params : undefined;
  const value = isTable(table)
    ? rest.reduce<unknown>((at, part) => (isTable(at) && Object.hasOwn(at, part) ? at[part] : undefined), table)
    : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  return { message: `the token {${word}} has no value: ${key} is a ${Array.isArray(value) ? "list" : "table"}` };
}

function unknown(word: string, known: ReadonlySet<string>): Trouble {
  const near = nearestToken(word, known);
  return {
    message: `unknown token {${word}}${near === undefined ? "" : ` (did you mean {${near}}?)`}`,
    hint: `for the braces themselves, write them as a value in [params] and name that: {params.…}`,
  };
}

/** Within its family if that is known, so that `{params.split}` is not taken for `{params.lr}`. */
function nearestToken(word: string, known: ReadonlySet<string>): string | undefined {
  const [family = "", ...rest] = word.split(".");
  const members = [...known].filter((token) => token.startsWith(`${family}.`));
  if (members.length === 0) return nearest(word, known);
  const near = nearest(
    rest.join("."),
    members.map((token) => token.slice(family.length + 1)),
  );
  return near === undefined ? undefined : `${family}.${near}`;
}

/**
 * A known token in a place that cannot have it. `{args.K}` is the text that the argument K gets, its own tokens
 * replaced; so that there are no cycles, it may not name an argument that names another.
 */
function misplaced(word: string, kind: Place["kind"], subject: Tokened): Trouble | undefined {
  if (kind === "shell") {
    return {
      message: `the token {${word}} cannot stand in environment.setup`,
      hint: "the LAB_ variables are set there",
    };
  }
  const inner = word.startsWith("args.") ? tokensIn(new Map(argumentTexts(subject)).get(word.slice(5)) ?? "") : [];
  if (inner.some((token) => token.startsWith("args."))) {
    return { message: `the token {${word}} cannot stand here: that argument names another`, hint: "name that one" };
  }
  if (kind !== "name" || ![word, ...inner].some(isPath)) return undefined;
  return { message: `the token {${word}} cannot stand here: it is a path, and this is a name or a relative path` };
}

function isPath(word: string): boolean {
  return word === "run.dir" || /^(inputs|outputs)\..*\.path$/.test(word);
}
