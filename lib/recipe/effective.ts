// The recipe as it came to be: what files, --set and defaults made of it together, for people to read.
import type { Run } from "../record/run.js";
import { tomlString } from "./set.js";
import { tomlText } from "./toml-text.js";

const tables = [
  "args_format",
  "args",
  "params",
  "env",
  "environment",
  "resources",
  "launcher",
  "inputs",
  "outputs",
  "checkpoints",
  "collect",
  "eval",
  "after",
  "notify",
  "tracking",
  "checks",
  "narrative",
] as const;

/** The run's plan as TOML; resources are in seconds and bytes, as the record has them. Pure. */
export function effectiveRecipe(run: Run): string {
  const spelled = new Map(Object.entries(run.numbers ?? {}));
  const top: [string, unknown][] = [
    ["name", run.name],
    ["command", run.command],
    ["workdir", run.workdir === "." ? undefined : run.workdir],
    ["seed", run.seed],
    ["tags", run.tags.length > 0 ? run.tags : undefined],
  ];
  const sections = tables.flatMap((name) => {
    const table = name === "env" && run.pass.length > 0 ? { ...run.env, pass: run.pass } : run[name];
    const rows = Object.entries((table ?? {}) as Record<string, unknown>).filter(([, value]) => value !== undefined);
    return rows.length === 0 ? [] : ["", `[${name}]`, ...rows.map(([key, value]) => line([name, key], value, spelled))];
  });
  return [
    ...top.filter(([, value]) => value !== undefined).map(([key, value]) => line([key], value, spelled)),
    ...sections,
    "",
  ].join("\n");
}

function line(at: readonly string[], value: unknown, spelled: ReadonlyMap<string, string>): string {
  const key = at.at(-1) ?? "";
  const name = /^[A-Za-z0-9_-]+$/.test(key) ? key : tomlString(key);
  return `${name} = ${tomlText(value, spelled, [...at])}`;
}
