// What makes two cache keys differ, and what differs between their runs without counting.
import type { Difference } from "../record/key.js";
import type { Run } from "../record/run.js";

/** A run, and what made its key. */
export interface Keyed {
  run: Run;
  of: Record<string, unknown>;
}

/** By path: what differs in what made the keys, and what else differs between the runs. Pure. */
export function keyDifferences(a: Keyed, b: Keyed): { differs: Difference[]; besides: Difference[] } {
  const differs = compared(counting(a), counting(b)).map((one) => ({ ...one, ...makers(one.path, a.run, b.run) }));
  const told = new Set(differs.map(({ path }) => path));
  const others = [...compared(besides(a), besides(b)), ...compared(spellings(a, b), spellings(b, a))];
  return { differs, besides: others.filter(({ path }) => !told.has(path)) };
}

type Leaves = Map<string, unknown>;

function compared(a: Leaves, b: Leaves): Difference[] {
  const paths = [...new Set([...a.keys(), ...b.keys()])];
  return paths
    .filter((path) => JSON.stringify(a.get(path)) !== JSON.stringify(b.get(path)))
    .map((path) => ({ path, ...given("a", a.get(path)), ...given("b", b.get(path)) }));
}

function given<K extends string>(key: K, value: unknown): { [P in K]?: unknown } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: unknown });
}

/** What went in; a float that JSON writes as an integer is a text here, as it was written. */
function counting({ of: { floats, ...of }, run }: Keyed): Leaves {
  const all: Leaves = new Map(leaves("", of));
  for (const entry of Array.isArray(floats) ? floats : []) {
    const path = String(entry).replace(/ -0$/, "");
    const spelled = run.numbers?.[path];
    if (spelled !== undefined) all.set(path, `${spelled} (a float)`);
  }
  return all;
}

const whole = ["name", "user", "tags", "group", "parent", "repo", "collect", "after", "notify"] as const;
const inParts = ["narrative", "resources", "tracking", "checks"] as const;

/** What is left of a run: what people say of it, what it asks for, where things are. Ids and times differ always. */
function besides({ run }: Keyed): Leaves {
  const all: Leaves = new Map();
  for (const key of whole) if (run[key] !== undefined) all.set(key, run[key]);
  for (const key of inParts) for (const [path, value] of leaves(`${key}.`, run[key] ?? {})) all.set(path, value);
  for (const [role, { path }] of Object.entries(run.inputs))
    if (path !== undefined) all.set(`inputs.${role}.path`, path);
  for (const [role, { alias, digest }] of Object.entries(run.outputs)) {
    all.set(`outputs.${role}.alias`, alias.replaceAll(run.id, "{run.id}").replaceAll(run.id.slice(-6), "{run.handle}"));
    all.set(`outputs.${role}.digest`, digest);
  }
  const { root, commit, branch, ignore, include, unpack } = run.source;
  for (const [path, value] of leaves("source.", { root, commit, branch, ignore, include, unpack }))
    all.set(path, value);
  if (run.source.paths !== undefined && run.source.digest !== undefined) all.set("source.digest", run.source.digest);
  // Of numbers of nodes and GPUs the key has its own.
  for (const path of ["resources.gpus", "resources.nodes"]) all.delete(path);
  return all;
}

/** Numbers as they are written, of which one of the two has more than JSON can say. */
function spellings({ run, of }: Keyed, other: Keyed): Leaves {
  const values = new Map(leaves("", { args: of["args"] ?? {}, params: of["params"] ?? {} }));
  const paths = [...Object.keys(run.numbers ?? {}), ...Object.keys(other.run.numbers ?? {})];
  return new Map(paths.map((path) => [path, run.numbers?.[path] ?? String(values.get(path))]));
}

function* leaves(prefix: string, table: object): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(table)) {
    if (value === undefined) continue;
    const path = `${prefix}${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}`;
    const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isTable && Object.keys(value).length > 0) yield* leaves(`${path}.`, value);
    else if (!isTable) yield [path, value];
  }
}

/** Of an input that a run made, which run that was. */
function makers(path: string, a: Run, b: Run): Pick<Difference, "a_run" | "b_run"> {
  const role = /^inputs\.(.+)\.(?:key|epoch)$/.exec(path)?.[1] ?? "";
  const makerOf = (run: Run) => {
    const input = Object.hasOwn(run.inputs, role) ? run.inputs[role] : undefined;
    return input?.type === "artifact" ? input.run : undefined;
  };
  const [one, other] = [makerOf(a), makerOf(b)];
  return { ...(one === undefined ? {} : { a_run: one }), ...(other === undefined ? {} : { b_run: other }) };
}
