// Which options a Python script declares, as far as its text tells.
import fs from "node:fs";

const declaration = /add_argument\(\s*((?:["'][^"']+["']\s*,?\s*)+)/g;
/** Scripts whose options are declared elsewhere, or not at all. */
const elsewhere =
  /parse_known_args|\bimport\s+(hydra|click|fire|typer|absl|tyro|draccus)\b|\bfrom\s+(hydra|click|fire|typer|absl|tyro|draccus|transformers)\b|HfArgumentParser|add_subparsers|parents=/;

/** The names of `given` that an argparse script declares no option for; none where that cannot be told. */
export function unknownArguments(file: string, given: readonly string[]): string[] {
  let text: string;
  try {
    if (!file.endsWith(".py") || fs.statSync(file).size > 2 ** 20) return [];
    text = fs.readFileSync(file, "utf8");
  } catch {
    return [];
  }
  if (!text.includes("argparse") || elsewhere.test(text)) return [];
  const known = new Set<string>();
  for (const [, words = ""] of text.matchAll(declaration)) {
    for (const [, name = ""] of words.matchAll(/["']--?([^"']+)["']/g)) known.add(name);
  }
  // argparse takes unique beginnings of its options, and `--no-x` of BooleanOptionalAction.
  const accepts = (name: string) =>
    [...known].some((option) => option === name || option.startsWith(name) || `no-${option}` === name);
  return known.size === 0 ? [] : given.filter((name) => !accepts(name));
}
