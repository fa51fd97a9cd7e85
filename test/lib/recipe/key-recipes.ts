// Recipes for the tests of keys: what a recipe means, drawn at random, and its text in any of the ways to write it.
import fc from "fast-check";
import type { ArtifactInput, Run } from "../../../lib/record/run.js";

/** Numbers as TOML tells them apart; everything else as it is. */
export type Value = { int: number } | { float: number } | { table: Record<string, Value> } | string | boolean | Value[];

/** Who made an input, or what it is. */
export type Made = Pick<ArtifactInput, "key" | "epoch" | "role" | "step" | "digest">;

/** What counts. */
export interface Meaning {
  command: string | string[];
  workdir: string;
  seed?: number;
  args: Record<string, Value>;
  space: boolean;
  params: Record<string, Value>;
  env: Record<string, string>;
  pass: string[];
  modules: string[];
  setup: string[];
  place?: { kind: "conda" | "venv" | "container"; name: string };
  inherit: boolean;
  gpus: number;
  nodes: number;
  components: { gpus: number; nodes: number }[];
  source: { digest: string; paths?: string };
  external: Record<
    string,
    { digest: string; kind: "file" | "directory"; fingerprint: "stat" | "sha256" } | { path: string }
  >;
  artifacts: Record<string, Made>;
  outputs: Record<string, { type: string; marker?: string }>;
}

const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,5}$/);
// Two roles that differ in a dash would have one variable of the job.
const role = fc.stringMatching(/^[a-z]{1,4}$/);
const text = fc.oneof(
  word,
  fc.string({ unit: "grapheme", maxLength: 6 }).map((one) => one.replace(/[{}\p{Cc}]/gu, "")),
);
const digest = fc.integer({ min: 0, max: 2 ** 31 }).map((n) => `sha256:${n.toString(16).padStart(64, "0")}`);
const number = fc.oneof(
  fc.integer({ min: -2000, max: 200_000 }).map((int) => ({ int })),
  fc
    .oneof(fc.double(), fc.constantFrom(0, -0, 1, -1, 1e20, 1e21, 1e22, 1e-7, 0.1, 1e3, 1234.5))
    .map((float) => ({ float })),
);
const scalar: fc.Arbitrary<Value> = fc.oneof(text, number, fc.boolean());
const argument: fc.Arbitrary<Value> = fc.oneof(scalar, fc.array(fc.oneof(text, number), { maxLength: 3 }));
const param: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(word, text), tie("value"), { maxKeys: 3 }).map((table) => ({ table })),
  ),
})).value;
const few = <T>(of: fc.Arbitrary<T>, names = word) => fc.dictionary(names, of, { maxKeys: 3 });
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const made: fc.Arbitrary<Made> = fc.oneof(
  fc.record({ key: digest, epoch: fc.constantFrom("1", "2"), role: word, step: optional(fc.nat(3)) }).map(present),
  digest.map((one) => ({ digest: one })),
);

/** Without what is undefined, which JSON and TOML have not got. */
function present<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never;
}

export const meaning: fc.Arbitrary<Meaning> = fc
  .record({
    command: fc.oneof(
      fc.tuple(word, fc.array(text, { maxLength: 2 })).map(([program, rest]) => [program, ...rest]),
      word,
    ),
    workdir: fc.constantFrom(".", "sub", "sub/dir"),
    seed: optional(fc.nat(5)),
    args: few(argument),
    space: fc.boolean(),
    params: few(param, fc.oneof(word, text)),
    env: few(fc.oneof(text, fc.nat(9).map(String)), fc.stringMatching(/^E[A-Z0-9_]{0,3}$/)),
    pass: fc.uniqueArray(fc.constantFrom("P1", "P2", "P3")).map((names) => names.sort()),
    modules: fc.array(word, { maxLength: 2 }),
    setup: fc.array(word, { maxLength: 2 }),
    place: optional(
      fc.record({ kind: fc.constantFrom("conda" as const, "venv" as const, "container" as const), name: word }),
    ),
    inherit: fc.boolean(),
    gpus: fc.nat(3),
    nodes: fc.integer({ min: 1, max: 3 }),
    components: fc.array(fc.record({ gpus: fc.nat(2), nodes: fc.integer({ min: 1, max: 2 }) }), { maxLength: 2 }),
    source: fc.record({ digest, paths: optional(digest) }).map(present),
    external: few(
      fc.oneof(
        fc.record({
          digest,
          kind: fc.constantFrom("file" as const, "directory" as const),
          fingerprint: fc.constantFrom("stat" as const, "sha256" as const),
        }),
        word.map((name) => ({ path: `/data/${name}` })),
      ),
      role.map((name) => `x${name}`),
    ),
    artifacts: few(
      made,
      role.map((name) => `a${name}`),
    ),
    outputs: few(
      fc.record({ type: fc.constantFrom("model", "file", "table"), marker: optional(word) }).map(present),
      role,
    ),
  })
  .map((all) => present(all) as Meaning);

/** A meaning with one part from another: the same, or one that differs in that part alone. */
export function grafted(base: Meaning, other: Meaning, part: keyof Meaning): Meaning {
  const { [part]: _, ...rest } = base;
  return present({ ...rest, [part]: other[part] }) as Meaning;
}

/** The meaning as a text that two meanings share only if they are the same. Nobody's code but this test's. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  if ("float" in value && Object.keys(value).length === 1)
    return `f${Object.is(value.float, -0) ? "-0" : String(value.float)}`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical((value as Record<string, unknown>)[key])}`).join()}}`;
}

/** What does not count, drawn from a seed, and how the text is written. */
export function recipeText(of: Meaning, seed: number): string {
  const dice = diceOf(seed);
  const bare = (key: string) => (/^[A-Za-z0-9_-]+$/.test(key) && dice(2) ? key : JSON.stringify(key));
  const string = (one: string) => (!/['\p{Cc}]/u.test(one) && dice(2) ? `'${one}'` : JSON.stringify(one));
  const spaces = () => " ".repeat(dice(3));
  const write = (value: Value): string => {
    if (typeof value === "string") return string(value);
    if (typeof value === "boolean") return String(value);
    if (Array.isArray(value))
      return `[${spaces()}${value.map(write).join(`,${spaces()}`)}${dice(2) && value.length > 0 ? "," : ""}]`;
    if ("int" in value) return integer(value.int, dice);
    if ("float" in value) return float(value.float, dice);
    return `{${shuffled(Object.entries(value.table), dice)
      .map(([key, inner]) => `${bare(key)}${spaces()}=${spaces()}${write(inner)}`)
      .join(", ")}}`;
  };
  const top: [string, Value][] = [
    ["name", pick(["fit", "other name", "x"], dice)],
    ["command", of.command],
  ];
  if (of.seed !== undefined) top.push(["seed", { int: of.seed }]);
  if (of.workdir !== "." || dice(2)) top.push(["workdir", `${dice(2) ? "./" : ""}${of.workdir}${dice(2) ? "/" : ""}`]);
  if (dice(2)) top.push(["tags", ["a", "b"].slice(dice(3))]);
  const tables = shuffled(Object.entries(tablesOf(of, dice)), dice);
  const line = (key: string, value: Value) =>
    `${spaces()}${key}${spaces()}=${spaces()}${write(value)}${dice(4) ? "" : " # a comment"}\n`;
  let head = shuffled(top, dice)
    .map(([key, value]) => line(bare(key), value))
    .join("");
  let body = "";
  for (const [name, table] of tables) {
    const entries = shuffled(Object.entries(table), dice);
    const form = dice(3);
    // Dotted keys and inline tables stand before the first header.
    if (form === 0 && entries.length > 0)
      head += entries.map(([key, value]) => line(`${name}.${bare(key)}`, value)).join("");
    else if (form === 1) head += line(name, { table });
    else body += `${dice(2) ? "\n" : ""}[${name}]\n${entries.map(([key, value]) => line(bare(key), value)).join("")}`;
  }
  return `${dice(2) ? "# a recipe\n" : ""}${head}${body}`;
}

type Dice = (sides: number) => number;

/** A small generator of its own, so that a seed is enough to see a text again (mulberry32). */
function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

function pick<T>(all: readonly T[], dice: Dice): T {
  return all[dice(all.length)] as T;
}

function shuffled<T>(all: readonly T[], dice: Dice): T[] {
  const left = [...all];
  return all.map(() => left.splice(dice(left.length), 1)[0] as T);
}

function integer(n: number, dice: Dice): string {
  const grouped = String(n).replace(/(\d)(?=(\d{3})+$)/g, "$1_");
  const forms = [String(n), grouped];
  if (n >= 0) forms.push(`+${n}`, `0x${n.toString(16)}`, `0o${n.toString(8)}`, `0b${n.toString(2)}`);
  return pick(forms, dice);
}

function float(x: number, dice: Dice): string {
  if (Number.isNaN(x)) return pick(["nan", "+nan", "-nan"], dice);
  const sign = x < 0 || Object.is(x, -0) ? "-" : pick(["", "+"], dice);
  const size = Math.abs(x);
  if (size === Number.POSITIVE_INFINITY) return `${sign}inf`;
  const plain = size.toExponential();
  const forms = [plain, plain.replace("e+", "E"), plain.replace(/^(\d)(e|$)/, "$1.0$2")];
  const short = String(size);
  if (!short.includes("e")) {
    const dotted = short.includes(".") ? short : `${short}.0`;
    forms.push(dotted, `${dotted}0`, dotted.replace(/^(\d)(\d)/, "$1_$2"));
  }
  return `${sign}${pick(forms, dice)}`;
}

type Table = Record<string, Value>;

function tablesOf(of: Meaning, dice: Dice): Record<string, Table> {
  const some = (table: Table) => Object.fromEntries(Object.entries(table).filter(() => dice(2)));
  const maybeEmpty = (list: string[]) => list.length > 0 || dice(2) === 1;
  const inputs: Table = {};
  for (const [role, one] of Object.entries(of.external)) {
    const known =
      "path" in one
        ? { fingerprint: "none", path: one.path }
        : { fingerprint: one.fingerprint, path: pick(["/a", "/b/c"], dice) };
    inputs[role] = { table: { type: "external", ...known } };
  }
  for (const role of Object.keys(of.artifacts))
    inputs[role] = { table: { type: "artifact", artifact: pick(["best", "ada/model"], dice) } };
  const outputs = Object.entries(of.outputs).map(([role, output]): [string, Value] => [
    role,
    { table: { ...output, ...some({ alias: `${role}_{run.id}`, digest: pick(["stat", "none"], dice) }) } },
  ]);
  const resources: Table = some({
    time: "1h",
    mem: "1GB",
    cpus: { int: 1 + dice(9) },
    partition: "p",
    account: "x",
    qos: "q",
    constraint: "a100",
    priority: { int: 3 },
  });
  if (of.gpus > 0 || dice(2)) resources["gpus"] = { int: of.gpus };
  if (of.nodes > 1 || dice(2)) resources["nodes"] = { int: of.nodes };
  if (of.components.length > 0)
    resources["components"] = of.components.map(({ gpus, nodes }) => ({
      table: { gpus: { int: gpus }, nodes: { int: nodes }, ...some({ cpus: { int: 2 }, mem: "2GB" }) },
    }));
  const all: Record<string, Table> = {
    args: of.args,
    params: of.params,
    env: {
      ...Object.fromEntries(
        Object.entries(of.env).map(([name, value]): [string, Value] => [
          name,
          /^\d$/.test(value) && dice(2) ? { int: Number(value) } : value,
        ]),
      ),
      ...(of.pass.length > 0 ? { pass: [...shuffled(of.pass, dice), ...of.pass.slice(dice(3))] } : {}),
    },
    environment: {
      ...(maybeEmpty(of.modules) ? { modules: of.modules } : {}),
      ...(maybeEmpty(of.setup) ? { setup: of.setup } : {}),
      ...(of.place ? { [of.place.kind]: of.place.name } : {}),
      ...(of.inherit || dice(2) ? { inherit: of.inherit } : {}),
    },
    args_format: of.space ? { style: "space" } : some({ style: "equals" }),
    source: {
      ...(of.source.paths === undefined ? {} : { paths: ["src"] }),
      ...some({ ignore: ["*.log"], unpack: "node" }),
    },
    resources,
    inputs,
    outputs: Object.fromEntries(outputs),
    narrative: some({ hypothesis: "it works", note: "a note", group: "g" }),
    tracking: some({ wandb: { table: { project: "p" } } }),
    checks: some({ topology: "off", preflight: "warn" }),
    collect: dice(2) ? { globs: ["*.csv"] } : {},
    after: some({ afterok: ["1"] }),
    notify: dice(2) ? { run: "hook" } : {},
  };
  return Object.fromEntries(
    Object.entries(all).filter(([name, table]) => Object.keys(table).length > 0 || (!needy.has(name) && dice(3) === 0)),
  );
}

/** A planned run with what lab-snapshot and lab-resolve would have found. */
export function resolved(run: Run, of: Meaning, seed: number): Run {
  const dice = diceOf(seed);
  const inputs: Run["inputs"] = {};
  for (const [role, input] of Object.entries(run.inputs)) {
    const outside = of.external[role];
    if (input.type === "external")
      inputs[role] =
        outside && "digest" in outside
          ? { ...input, recorded: { kind: outside.kind, digest: outside.digest, files: 1 + dice(9), bytes: 1 } }
          : input;
    else {
      const by = of.artifacts[role] ?? {};
      const maker =
        by.digest === undefined
          ? { run: pick(["20261120-201455-aaaaaa", "20261120-201455-bbbbbb"], dice), user: pick(["ada", "bob"], dice) }
          : {};
      inputs[role] = {
        ...input,
        ...by,
        ...maker,
        id: `art-${"0".repeat(19)}${dice(10)}`,
        path: pick(["/x", "/y"], dice),
      };
    }
  }
  const { digest: tree, paths } = of.source;
  return {
    ...run,
    inputs,
    source: {
      ...run.source,
      digest: paths === undefined ? tree : `sha256:${String(dice(9)).repeat(64)}`,
      ...(paths === undefined ? {} : { paths_digest: paths }),
      commit: pick(["a", "b"], dice),
    },
    epoch: pick(["1", "7"], dice),
    run_dir: pick(["/r/1", "/r/2"], dice),
  };
}

/** Tables that cannot be empty. */
const needy = new Set(["notify", "collect", "args_format"]);
