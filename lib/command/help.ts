// --help: short, and made from what the command declares.
import { purposeOf } from "./commands.js";
import { type Option, optionsOf, type Spec } from "./spec.js";

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
  const width = Math.max(...rows.map(([words]) => words.length));
  return rows.map(([words, help]) => `  ${words.padEnd(width)}  ${help}`);
}

/** An option as help and manual show it: `-f, --follow`, `--limit N`. */
export function optionWords(name: string, option: Option | undefined): string {
  const value = option && option.type !== "boolean" ? ` ${option.value ?? "VALUE"}` : "";
  return `${option?.short ? `-${option.short}, ` : "    "}--${name}${value}`;
}

function helpWords(option: Option | undefined): string {
  if (!option) return "";
  const more = [
    option.choices?.join(", "),
    option.default === undefined ? undefined : `default ${option.default}`,
  ].filter(Boolean);
  return more.length > 0 ? `${option.help} (${more.join("; ")})` : option.help;
}
