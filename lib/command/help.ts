// --help: short, and made from what the command declares.
import { purposeOf } from "./commands.js";
import { type Option, optionsOf, type Spec } from "./spec.js";
import { wrapped } from "./wrap.js";

/** The text that --help prints. */
export function helpText(spec: Spec): string {
  const own = Object.keys(spec.options);
  const all = optionsOf(spec);
  const usage = (spec.usage.length > 0 ? spec.usage : [""]).map((form, i) =>
    `${i === 0 ? "usage: " : "       "}${spec.name} [options] ${form}`.trimEnd(),
  );
  const lines = [`${spec.name} - ${purposeOf(spec.name)}`, "", ...usage];
  const ownOptions = own.concat(spec.acts ? ["dry-run"] : []);
  if (ownOptions.length > 0) lines.push("", ...table(ownOptions, all));
  const others = Object.keys(all).filter((name) => !ownOptions.includes(name));
  lines.push("", "Everywhere:", ...table(others, all), "", `The whole story: man ${spec.name}`);
  return `${lines.join("\n")}\n`;
}

function table(names: string[], all: Record<string, Option>): string[] {
  const rows = names.map((name) => [optionWords(name, all[name]), helpWords(all[name])] as const);
  const wide = Math.max(...rows.map(([words]) => words.length));
  return rows.flatMap(([words, help]) =>
    wrapped(help.split(" "), columns - wide - 4).map((line, i) => `  ${(i === 0 ? words : "").padEnd(wide)}  ${line}`),
  );
}

/** Help is read in a terminal of any width, and on paper. */
const columns = 80;

/** An option as help and manual show it: `-f, --follow`, `--limit N`. */
export function optionWords(name: string, option: Option | undefined): string {
  const value = option && option.type !== "boolean" ? ` ${option.value ?? "VALUE"}` : "";
  return `${option?.short ? `-${option.short}, ` : "    "}--${name}${value}`;
}

function helpWords(option: Option | undefined): string {
  if (!option) return "";
  const more = [
    option.choices?.join(", "),
    // The words may say it better: `default: a free one`.
    option.default === undefined || option.help.includes("default") ? undefined : `default ${option.default}`,
  ].filter(Boolean);
  return more.length > 0 ? `${option.help} (${more.join("; ")})` : option.help;
}
