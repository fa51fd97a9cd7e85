// A command on the command line as a recipe: `lab run -- python train.py --epochs 3`, in a form that can be repeated.
import path from "node:path";
import { fault } from "../record/fault.js";
import { tomlString } from "./set.js";
import { tokensIn } from "./tokens.js";

export interface AdHoc {
  /** Exactly as it was given. */
  argv: readonly string[];
  /** Relative to the source's root; absent or `.` for the root. */
  workdir?: string;
  /** Instead of the name made from the command. */
  name?: string;
}

/**
 * The text of a recipe that runs the argv exactly as it is. A word with something like a token in it goes through
 * [params], whose values no token is looked for in. Throws usage for a command without a word.
 */
export function adHocRecipe({ argv, workdir = ".", name }: AdHoc): string {
  const [program] = argv;
  if (program === undefined || program === "") throw fault("usage", "there is no command after --");
  if (program.startsWith("-"))
    throw fault("usage", `there is no command after --, only the option '${program}'`, {
      hint: "the command's program comes first; --set args.KEY=VALUE changes a recipe's arguments",
    });
  const params: string[] = [];
  const words = argv.map((word) => {
    if (tokensIn(word).length === 0) return tomlString(word);
    params.push(`word${params.length + 1} = ${tomlString(word)}`);
    return tomlString(`{params.word${params.length}}`);
  });
  return [
    `name = ${tomlString(name ?? nameOf(argv))}`,
    `command = [${words.join(", ")}]`,
    ...(workdir === "." || workdir === "" ? [] : [`workdir = ${tomlString(workdir)}`]),
    ...(params.length === 0 ? [] : ["", "[params]", ...params]),
    "",
  ].join("\n");
}

/** A name by the script that is run: `train` of `python -u src/train.py`, `pkg.train` of `python -m pkg.train`. */
function nameOf(argv: readonly string[]): string {
  const [program = "", ...rest] = argv;
  const script = argv.find((word, i) => !word.startsWith("-") && isScript(word) && (i === 0 || argv[i - 1] !== "-c"));
  const module = /^(python|torchrun)/.test(path.basename(program)) ? rest[rest.indexOf("-m") + 1] : undefined;
  const word =
    rest.includes("-m") && module !== undefined && !module.startsWith("-")
      ? module
      : path.basename(script ?? program).replace(extension, "");
  const plain = word
    .replaceAll(/[^A-Za-z0-9._+-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 64);
  return plain === "" ? "command" : plain;
}

const extension = /\.(py|sh|bash|R|r|jl|js|mjs|ts|pl|rb|lua|m|ipynb)$/;

/** Whether a word is a file to run, and no line of a shell. */
export function isScript(word: string): boolean {
  return extension.test(word) && !/[\s;|&]/.test(word);
}
