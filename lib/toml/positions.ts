// Where in a TOML file a key or a value stands, and how its numbers are spelled. The parser that knows is loaded on use.
import type { AST } from "toml-eslint-parser";
import type { TomlFile } from "./document.js";
import { dotted, type TomlPath } from "./path.js";

export interface Position {
  /** Both count from 1. */
  line: number;
  column: number;
}

export interface Positions {
  /** Where the key, or the value, at the path begins; the nearest table that has a place if it has none itself. */
  of(path: TomlPath, part: "key" | "value"): Position;
}

/** The places of every key and value of a file. */
export async function positions(file: TomlFile): Promise<Positions> {
  const places = new Map<string, Place>();
  for (const { path, key, value } of await read(file)) {
    const place = places.get(dotted(path)) ?? {};
    places.set(dotted(path), {
      key: place.key ?? key,
      value: place.value ?? value,
    });
  }
  return {
    of(path, part) {
      for (let length = path.length; length > 0; length -= 1) {
        const place = places.get(dotted(path.slice(0, length)));
        const exact = length === path.length ? place?.[part] : undefined;
        const node = exact ?? place?.key ?? place?.value;
        if (node)
          return {
            line: node.loc.start.line,
            column: node.loc.start.column + 1,
          };
      }
      return { line: 1, column: 1 };
    },
  };
}

/**
 * Numbers and dates as they are written (digits' underscores left out), by dotted path: what JavaScript's number
 * cannot tell, 1.0 from 1 and 1e-4 from 0.0001. Nothing is parsed where the text can have neither floats nor dates.
 */
export async function spellings(file: TomlFile): Promise<Map<string, string>> {
  const spelled = new Map<string, string>();
  if (!/\d[\d_]*(?:[.eE]|:\d|-\d)|inf|nan/.test(file.text)) return spelled;
  for (const { path, value } of await read(file)) {
    if (value?.type !== "TOMLValue") continue;
    if (value.kind === "float" || value.kind === "integer") spelled.set(dotted(path), value.number);
    else if ("datetime" in value) spelled.set(dotted(path), value.datetime);
  }
  return spelled;
}

interface Place {
  key?: AST.TOMLNode | undefined;
  value?: AST.TOMLContentNode | undefined;
}

type Placed = Place & { path: TomlPath };

const known = new WeakMap<TomlFile, Promise<Placed[]>>();

function read(file: TomlFile): Promise<Placed[]> {
  const places = known.get(file) ?? parsed(file.text);
  known.set(file, places);
  return places;
}

/** A text that smol-toml took and this parser does not has no places, rather than no message. */
async function parsed(text: string): Promise<Placed[]> {
  const { parseTOML, ParseError } = await import("toml-eslint-parser");
  try {
    const [top] = parseTOML(text.replace(/^\uFEFF/, ""), {
      tomlVersion: "1.1",
    }).body;
    return top.body.flatMap((item) => (item.type === "TOMLTable" ? ofTable(item) : ofKeyValue(item, [])));
  } catch (error) {
    if (error instanceof ParseError) return [];
    throw error;
  }
}

/** The names of a header, each with its path; the index of an array of tables stands where the name before it does. */
function ofTable(table: AST.TOMLTable): Placed[] {
  let names = 0;
  const headers = table.resolvedKey.map((key, i) => {
    if (typeof key === "string") names += 1;
    return {
      path: table.resolvedKey.slice(0, i + 1),
      key: table.key.keys[names - 1],
    };
  });
  return [...headers, ...table.body.flatMap((item) => ofKeyValue(item, table.resolvedKey))];
}

function ofKeyValue(item: AST.TOMLKeyValue, prefix: TomlPath): Placed[] {
  const names = item.key.keys.map((key) => (key.type === "TOMLBare" ? key.name : key.value));
  const path = [...prefix, ...names];
  return [
    ...item.key.keys.map((key, i) => ({
      path: [...prefix, ...names.slice(0, i + 1)],
      key,
    })),
    { path, value: item.value },
    ...within(item.value, path),
  ];
}

function within(value: AST.TOMLContentNode, path: TomlPath): Placed[] {
  if (value.type === "TOMLInlineTable") return value.body.flatMap((item) => ofKeyValue(item, path));
  if (value.type !== "TOMLArray") return [];
  return value.elements.flatMap((element, i) => [
    { path: [...path, i], value: element },
    ...within(element, [...path, i]),
  ]);
}
