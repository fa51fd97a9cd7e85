// A word that was taken for a recipe and is none: a program that lacks its --, or a recipe of another directory.
import fs from "node:fs";
import path from "node:path";
import { bashWord } from "../../job/quote.js";
import { type Fault, fault } from "../../record/fault.js";

/** The fault of a recipe that cannot be read, with what was probably meant by its name. */
export function meantOtherwise(file: string, error: Fault, cwd: string): Fault {
  const hint = hintFor(file, error, cwd);
  return hint === undefined ? error : fault(error.code, error.message, { hint, cause: error });
}

function hintFor(file: string, { code }: Fault, cwd: string): string | undefined {
  const program = scripts[path.extname(file)];
  if (program !== undefined) return `a command goes after --: lab run -- ${program} ${bashWord(file)}`;
  if (code !== "noinput" || path.isAbsolute(file)) return undefined;
  if (
    /^(python[\d.]*|bash|sh|node|Rscript|julia|torchrun|accelerate|deepspeed|mpirun|srun|uv|make|echo|sleep)$/.test(
      file,
    )
  )
    return `a command goes after --: lab run -- ${file} …`;
  const elsewhere = below(cwd, `${path.basename(file, ".toml")}.toml`, 3);
  return elsewhere === undefined ? undefined : `did you mean ${path.relative(cwd, elsewhere)}?`;
}

/** How a script is run, by its extension. */
const scripts: Record<string, string | undefined> = {
  ".py": "python3",
  ".sh": "bash",
  ".R": "Rscript",
  ".jl": "julia",
  ".js": "node",
};

/** The first file of this name below a directory, the shallowest first; `depth` levels down, a few hundred directories at most. */
function below(directory: string, name: string, depth: number): string | undefined {
  let level = [directory];
  for (let down = 0; down <= depth; down += 1) {
    const next: string[] = [];
    for (const dir of level.slice(0, 200)) {
      for (const entry of listed(dir)) {
        if (entry.name === name && entry.isFile()) return path.join(dir, name);
        if (entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
          next.push(path.join(dir, entry.name));
      }
    }
    level = next.sort();
  }
  return undefined;
}

function listed(directory: string): fs.Dirent[] {
  try {
    return fs.readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}
