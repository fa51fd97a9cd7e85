// Every JSON file of a run's .lab/, as a pack keeps them.
import path from "node:path";
import { fault, systemFault } from "../record/fault.js";
import { type Dirent, fs } from "./disk.js";
import { envelope } from "./layout.js";
import { readText } from "./read.js";
import { isTempName } from "./temp-name.js";

/** Deeper there is none, and more than so many are none of ours. */
const limits = { depth: 2, files: 10_000 };

/** The JSON files of a run's .lab/ by their paths in it, in order. Throws faults: dataerr where one is none, or another's. */
export function jsonFilesOf(dir: string, owner: number): Record<string, unknown> {
  const lab = envelope(dir);
  const names = filesIn(lab, "", limits.depth).sort();
  if (names.length > limits.files) throw fault("dataerr", `cannot pack '${lab}': it has ${names.length} files`);
  const files: Record<string, unknown> = {};
  for (const name of names) {
    const text = readText(path.join(lab, name), { owner });
    if (text !== undefined) files[name] = parsed(text, path.join(lab, name));
  }
  return files;
}

function filesIn(lab: string, below: string, depth: number): string[] {
  return entries(path.join(lab, below)).flatMap((entry) => {
    const name = path.join(below, entry.name);
    if (entry.isDirectory()) return depth > 1 ? filesIn(lab, name, depth - 1) : [];
    return entry.name.endsWith(".json") && !isTempName(entry.name) ? [name] : [];
  });
}

function entries(directory: string): Dirent[] {
  try {
    return fs.readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    throw systemFault(error, `list '${directory}'`);
  }
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fault("dataerr", `cannot read '${file}': it is not JSON`);
  }
}
