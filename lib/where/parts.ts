// An expression in parts that can be asked by themselves: what `and`, `or` and `not` join, down to tests of one field.
import { type Compiled, compile, type Language } from "./compile.js";
import type { FieldReader } from "./fields.js";
import type { Node } from "./grammar.js";

export type Part =
  | { kind: "all" | "any"; of: readonly Part[] }
  | { kind: "not"; of: Part }
  /** A test of these fields, as which `reader` reads them. */
  | { kind: "test"; fields: readonly (readonly string[])[]; testing(reader: Reading): () => boolean };

type Reading = (path: readonly string[]) => FieldReader;

/** The parts of a tree that compiles: together they say what it says. What asks only one field stays whole. */
export function partsOf(node: Node, language: Language): Part {
  const whole = compile(node, language);
  if (new Set(whole.readers.map(({ path }) => JSON.stringify(path))).size < 2) return tested(node, language, whole);
  if (node.kind === "unary" && node.operator !== "-") return { kind: "not", of: partsOf(node.of, language) };
  const kind = node.kind === "binary" ? joining[node.operator] : undefined;
  if (!kind) return tested(node, language, whole);
  return { kind, of: joined(node, kind).map((one) => partsOf(one, language)) };
}

const joining: Readonly<Record<string, "all" | "any" | undefined>> = {
  and: "all",
  "&&": "all",
  or: "any",
  "||": "any",
};

/** `a and b and c` has three parts, however it nests. */
function joined(node: Node, kind: "all" | "any"): Node[] {
  const found: Node[] = [];
  const left = [node];
  for (let one = left.pop(); one; one = left.pop()) {
    if (one.kind === "binary" && joining[one.operator] === kind) left.push(one.right, one.left);
    else found.push(one);
  }
  return found;
}

function tested(node: Node, language: Language, { readers }: Compiled): Part {
  return {
    kind: "test",
    fields: readers.map(({ path }) => path),
    testing: (reader) => {
      const { test } = compile(node, { ...language, reader });
      return () => test([]);
    },
  };
}
