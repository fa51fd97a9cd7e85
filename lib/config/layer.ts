// What a file says becomes a layer: paths absolute, one spelling for what may be written in two ways.
import path from "node:path";
import type { TomlFile } from "../toml/document.js";
import { type TomlPath, valueAt } from "../toml/path.js";
import type { Layer, Source, Table } from "./merge.js";
import type { Settings } from "./schema.js";
import { programs } from "./sections.js";

/** Whose home `~/` and `$HOME/` stand for, and which directory a relative path starts from. */
export interface Base {
  directory: string;
  home: string;
}

/** The layer of a checked file, or of the table at `prefix` in it. */
export function fileLayer(settings: Settings, file: TomlFile, base: Base, prefix: TomlPath = []): Layer {
  return layer(settings, base, (at) => ({ from: file.path, file, at: spelled(file, prefix, at) }));
}

/** A layer of checked settings whose values all come from where `source` says. */
export function layer(settings: Settings, base: Base, source: (at: TomlPath) => Source): Layer {
  const { filesystem, repos, scheduler, module_init, dispatch } = settings;
  const value: Table = { ...settings };
  const place = (text: string) => absolute(text, base);
  if (filesystem) value["filesystem"] = placed(filesystem, place);
  if (repos) value["repos"] = repositories(repos, place);
  if (scheduler) value["scheduler"] = schedulerOf(scheduler, place);
  if (module_init !== undefined) value["module_init"] = place(module_init);
  if (dispatch?.policies_dir !== undefined) {
    value["dispatch"] = { ...dispatch, policies_dir: place(dispatch.policies_dir) };
  }
  return { value, source };
}

/** An absolute path, normalised. */
export function absolute(text: string, { directory, home }: Base): string {
  const expanded = text.replace(/^(~|\$HOME|\$\{HOME\})(?=\/|$)/, () => home);
  return path.resolve(directory, expanded);
}

type Place = (text: string) => string;

function placed({ shared_group, ...roots }: NonNullable<Settings["filesystem"]>, place: Place): Table {
  const table: Table = shared_group === undefined ? {} : { shared_group };
  for (const [key, value] of Object.entries(roots)) {
    table[key] = typeof value === "string" ? place(value) : mapped(value, place);
  }
  return table;
}

/** A repository is always a table and says all of itself, so that no layer's path gets another layer's trust. */
function repositories(repos: NonNullable<Settings["repos"]>, place: Place): Table {
  return mapped(repos, (repo) =>
    typeof repo === "string"
      ? { path: place(repo), trusted: false }
      : { path: place(repo.path), trusted: repo.trusted ?? false },
  );
}

/** A program without a slash is looked for on PATH, so it stays as it is. */
function schedulerOf(scheduler: NonNullable<Settings["scheduler"]>, place: Place): Table {
  const { missing_job_grace_secs, ...rest } = scheduler;
  const table: Table = rest;
  if (missing_job_grace_secs !== undefined) table["missing_job_grace"] = missing_job_grace_secs;
  for (const program of programs) {
    const said = scheduler[program];
    if (said?.includes("/")) table[program] = place(said);
  }
  return table;
}

function mapped<T>(table: Record<string, T>, change: (value: T) => unknown): Table {
  const out: Table = Object.create(null) as Table;
  for (const [key, value] of Object.entries(table)) out[key] = change(value);
  return out;
}

/** The path in the file of a setting, which may have another name there. */
function spelled(file: TomlFile, prefix: TomlPath, at: TomlPath): TomlPath {
  const here = [...prefix, ...at];
  if (at[1] !== "missing_job_grace") return here;
  const alias = [...prefix, "scheduler", "missing_job_grace_secs"];
  return valueAt(file.value, alias) === undefined ? here : alias;
}
