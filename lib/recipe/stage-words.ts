// What a pipeline sets in the recipe of a stage, as the words of --set: they are checked, recorded and read again as those.
import path from "node:path";
import type { Problem } from "../record/records.js";
import { spellings, type TomlFile } from "../toml/document.js";
import { isTable, parseDotted, type TomlPath } from "../toml/path.js";
import { positions } from "../toml/positions.js";
import type { StageTable } from "./pipeline-schema.js";
import { tomlText } from "./toml-text.js";

export interface StageWord {
  /** `path=value` in the stage's recipe. */
  word: string;
  /** Where the pipeline's file says it; what a flag says has no place. */
  at?: TomlPath;
  flag?: string;
}

/** The words of a stage: what is set in it, then what it is made for each of. */
export async function stageWords(name: string, stage: StageTable, file: TomlFile): Promise<StageWord[]> {
  const words = await setWords(stage.set, ["stages", name, "set"], file);
  const { foreach } = stage;
  if (foreach === undefined || typeof foreach === "string") return words;
  const at = ["stages", name, "foreach"];
  const spelled = await spellings(file);
  return [
    ...words,
    { word: `sweep.${Array.isArray(foreach) ? "points" : "axes"}=${tomlText(foreach, spelled, at)}`, at },
  ];
}

/** The words of a table of what is set in a recipe, which is at this place of a file. */
export async function setWords(
  set: Readonly<Record<string, unknown>> | undefined,
  place: TomlPath,
  file: TomlFile,
): Promise<StageWord[]> {
  if (set === undefined) return [];
  const spelled = await spellings(file);
  const dir = path.dirname(file.path);
  return Object.entries(set).map(([key, value]): StageWord => {
    const at = [...place, key];
    return { word: `${key}=${tomlText(inDirectory(key, value, dir), spelled, at)}`, at };
  });
}

/** Relative paths of inputs are relative to the file that says them, wherever it is read again. */
function inDirectory(key: string, value: unknown, dir: string): unknown {
  const keys = key.startsWith("inputs") ? parseDotted(key) : [];
  const absolute = (text: unknown) =>
    typeof text === "string" && !/^[/~{]/.test(text) && text !== "" ? path.resolve(dir, text) : text;
  if (keys.length === 3 && keys[2] === "path") return absolute(value);
  if (keys.length !== 2 || !isTable(value) || value["path"] === undefined) return value;
  return { ...value, path: absolute(value["path"]) };
}

/** A problem of what was set, at the place where the pipeline sets it; any other as it is. */
export async function relocated(found: Problem, words: readonly StageWord[], file: TomlFile): Promise<Problem> {
  if (found.path !== undefined) return found;
  const said = words.find(({ word }) => found.message.startsWith(`--set ${word}: `));
  if (!said) return found;
  const message = found.message.slice(`--set ${said.word}: `.length);
  if (said.at === undefined) return { ...found, message: `${said.flag}: ${message}` };
  const place = (await positions(file)).of(said.at, "value");
  return { ...found, message, path: file.path, line: place.line, column: place.column };
}
