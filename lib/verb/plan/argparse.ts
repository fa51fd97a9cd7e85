// What a Python script would say of the options that it is given, as far as its text tells.
import fs from "node:fs";
import { nearest } from "../../record/names.js";
import { type Declared, type DeclaredOption, declaredOptions } from "./python-options.js";

export interface ArgumentTrouble {
  /** The argument; absent for what holds for all. */
  name?: string;
  /** The rest of a sentence that begins with the script. */
  message: string;
  hint?: string;
}

/** What is wrong with the arguments; of a script that cannot be read as such, only if `saying` is asked for. */
export function argumentTroubles(
  file: string,
  given: Readonly<Record<string, unknown>>,
  saying: boolean,
): ArgumentTrouble[] {
  if (Object.keys(given).length === 0) return [];
  const declared = declaredBy(file);
  if (declared === undefined || "unreadable" in declared) {
    const why = declared?.unreadable ?? "no options are declared in its text";
    return saying ? [{ message: `cannot be asked for its options, so [args] are not looked at: ${why}` }] : [];
  }
  return Object.entries(given).flatMap(([name, value]) => troubleOf(name, value, declared) ?? []);
}

function declaredBy(file: string): Declared {
  try {
    if (!file.endsWith(".py")) return { unreadable: "it is no Python" };
    if (fs.statSync(file).size > 2 ** 20) return { unreadable: "it is larger than 1 MiB" };
    return declaredOptions(fs.readFileSync(file, "utf8"));
  } catch {
    return { unreadable: "it cannot be read" };
  }
}

function troubleOf(
  name: string,
  value: unknown,
  { options, abbreviates }: Exclude<Declared, undefined | { unreadable: string }>,
): ArgumentTrouble | undefined {
  const option = optionFor(name, options, abbreviates);
  if (option === undefined) {
    const all = options.flatMap(({ names }) => names);
    const near = all.find((one) => one.replaceAll("-", "_") === name.replaceAll("-", "_")) ?? nearest(name, all);
    return {
      name,
      message: `does not seem to know --${name}`,
      ...(near === undefined ? {} : { hint: `did you mean --${near}?` }),
    };
  }
  if (option.takes === "nothing" && typeof value !== "boolean")
    return { name, message: `takes no value for --${name}`, hint: "true gives the option, false leaves it out" };
  if (option.takes === "value" && value === true) return { name, message: `wants a value for --${name}` };
  return undefined;
}

/** argparse takes beginnings of its options' names that fit one only. */
function optionFor(name: string, options: readonly DeclaredOption[], abbreviates: boolean): DeclaredOption | undefined {
  const exact = options.find(({ names }) => names.includes(name));
  if (exact !== undefined || !abbreviates) return exact;
  const begun = options.filter(({ names }) => names.some((one) => one.startsWith(name)));
  return begun.length === 1 ? begun[0] : undefined;
}
