// What a command declares of itself: its options, its columns, what it reads.
import type { Format, TableStyle } from "./table.js";
import type { Tally } from "./tally.js";

export interface Option {
  /** `duration` gives seconds, `time` milliseconds, `strings` may be given often. */
  type: "boolean" | "string" | "strings" | "integer" | "duration" | "time";
  short?: string;
  /** What stands for the value in help: FILE, N, … */
  value?: string;
  default?: string;
  choices?: readonly string[];
  help: string;
}

export interface Column {
  key: string;
  title?: string;
  format?: Format;
  /** Left out where the terminal is too narrow for all. */
  spare?: boolean;
  /** Left out where none of the first rows has anything for it: a command that writes records of two kinds. */
  seldom?: boolean;
}

export interface Gathering {
  add(record: Record<string, unknown>): void;
  text(): string;
}

export interface Spec {
  name: string;
  /** What follows the options in the synopsis, one line a form. */
  usage: readonly string[];
  options: Readonly<Record<string, Option>>;
  columns?: readonly (string | Column)[];
  /** On a terminal, instead of a table: the text of one record. */
  view?: (record: Record<string, unknown>, style: TableStyle) => string;
  /** The option with which alone the view is taken. */
  viewWith?: string;
  /** On a terminal, instead of a table: the text of all records together, gathered for it. Options may choose the form. */
  whole?: (
    records: Record<string, unknown>[],
    style: TableStyle & { user: string | undefined },
    options: Record<string, unknown>,
  ) => string;
  /** The ids in a record, which -q gives, each once; without it the record's own. */
  ids?: (record: Record<string, unknown>) => readonly string[];
  /** Below a table in its usual form. */
  tally?: Tally;
  /** `records`: reads stdin; `runs`: its arguments, else records on stdin; `none`: no stdin. */
  input: "records" | "runs" | "none";
  /** The option (or options) that ask for this view also into a pipe. */
  plainWith?: string | readonly string[];
  /** On a terminal, instead of a table: takes the records one by one, and gives the text of them all at the end. */
  gather?: (style: TableStyle, options: Record<string, unknown>) => Gathering;
  /** It draws: what it gathers goes into a pipe too, unless --json asks for the records. */
  drawn?: boolean;
  /** It writes: it has --dry-run, and an unwritable stdout stops it with 74 instead of quietly. */
  acts?: boolean;
  /** Takes everything after `--` as one argv (lab-plan). */
  rest?: boolean;
  /** Least and most number of arguments, where not any. */
  args?: readonly [number, number];
  /**
   * For `runs`: none named means all that it is about (lab-reconcile), and stdin is read only for `-`. With a list: where
   * one of these options says which runs are meant.
   */
  optional?: boolean | readonly string[];
  reads?: readonly string[];
  writes?: readonly string[];
}

type ValueOf<O extends Option> = O["type"] extends "boolean"
  ? boolean
  : O["type"] extends "strings"
    ? string[]
    : O["type"] extends "integer" | "duration" | "time"
      ? O extends { default: string }
        ? number
        : number | undefined
      : O extends { default: string }
        ? string
        : string | undefined;

/** The options of a spec, as its function gets them. */
export type OptionsOf<S extends Spec> = { -readonly [K in keyof S["options"]]: ValueOf<S["options"][K]> };

/** Options that every command has. */
export const everywhere = {
  help: { type: "boolean", short: "h", help: "show this and stop" },
  version: { type: "boolean", help: "show the version and stop" },
  json: { type: "boolean", help: "records, one a line, also on a terminal" },
  table: { type: "boolean", help: "a table, also into a pipe" },
  columns: { type: "string", value: "A,B", help: "the table's columns" },
  "no-header": { type: "boolean", help: "a table without its first line" },
  quiet: { type: "boolean", short: "q", help: "only ids" },
  cluster: { type: "string", value: "FILE", help: "the cluster file (else $LAB_CLUSTER, then the usual places)" },
  env: { type: "string", value: "NAME", help: "the environment of .lab.toml" },
  config: { type: "strings", short: "c", value: "KEY=VALUE", help: "a setting, above all files" },
  "as-of": { type: "string", value: "TIME", help: "take TIME for the present moment" },
} as const satisfies Record<string, Option>;

export const dryRun = {
  type: "boolean",
  short: "n",
  help: "write nothing; show what would be done",
} as const satisfies Option;

/** All options of a command, its own first. */
export function optionsOf(spec: Spec): Record<string, Option> {
  return { ...spec.options, ...(spec.acts ? { "dry-run": dryRun } : {}), ...everywhere };
}
