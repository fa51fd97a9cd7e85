// `[checks]`: what can be seen to be wrong before anything is submitted. Each is an error, a warning, or off.
import fs from "node:fs";
import path from "node:path";
import { resourceFindings } from "../../recipe/resource-findings.js";
import { sized } from "../../recipe/sized.js";
import { type Finding, topologyFindings } from "../../recipe/topology.js";
import { claims } from "../../record/claim.js";
import { fault, isFault } from "../../record/fault.js";
import { nearest } from "../../record/names.js";
import type { Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import type { Registry } from "../../registry/open.js";
import { type Entry, roll } from "../../registry/roll.js";
import { openRun } from "../../registry/runs.js";
import { argumentTroubles } from "./argparse.js";

/** A finding of a check that is not off; an error says how it can be let pass. */
export type Found = Omit<Finding, "level"> & { level: "error" | "warn" };

const levels = {
  preflight: "error",
  topology: "error",
  resources: "warn",
  unknown_args: "warn",
  near_duplicate: "warn",
} as const;
export type CheckName = keyof typeof levels;

/**
 * Looks at a run that is about to be created. Warnings are returned in words; throws dataerr for the first finding of a
 * check that is an error.
 */
export function checkRun(run: Run, registry: Registry): string[] {
  const warnings: string[] = [];
  for (const { level, message, hint } of findings(run, registry)) {
    if (level === "error") throw fault("dataerr", message, { hint });
    warnings.push(hint ? `${message} (${hint})` : message);
  }
  return warnings;
}

/** What the checks find, the strictest first; without a registry nothing is compared with what was run before. */
export function* findings(given: Run, registry?: Registry, only?: CheckName): Generator<Found> {
  const run = sized(given);
  for (const [name, look] of Object.entries(checks) as [CheckName, (typeof checks)[CheckName]][]) {
    if (only !== undefined && name !== only) continue;
    const level = run.checks?.[name] ?? levels[name];
    if (level === "off") continue;
    const off = `[checks] ${name} = "${level === "error" ? "warn" : "off"}" lets it pass`;
    for (const { hint, ...found } of look(run, registry)) {
      const words = level === "error" && found.level === undefined ? (hint ? `${hint}; ${off}` : off) : hint;
      yield { level, ...found, ...(words === undefined ? {} : { hint: words }) };
    }
  }
}

const checks: Record<CheckName, (run: Run, registry: Registry | undefined) => Finding[]> = {
  preflight,
  topology: topologyFindings,
  resources: resourceFindings,
  unknown_args: unknownArguments,
  near_duplicate: nearDuplicate,
};

/** The work directory and the script that the command names are in the source. */
function preflight(run: Run): Finding[] {
  const at = path.join(run.source.root, run.workdir);
  if (!isDirectory(at))
    return [
      {
        at: ["workdir"],
        message: `the source has no directory '${run.workdir}'`,
        hint: "workdir is relative to the source's root",
      },
    ];
  const script = scriptOf(run);
  if (script === undefined || fs.existsSync(script.file)) return [];
  return [
    {
      at: ["command"],
      message: `the source has no file '${script.word}'${run.workdir === "." ? "" : ` in '${run.workdir}'`}${guess(script.file)}`,
      hint: "the command runs in workdir of the snapshot",
    },
  ];
}

function guess(file: string): string {
  const directory = path.dirname(file);
  const near = nearest(path.basename(file), isDirectory(directory) ? fs.readdirSync(directory) : []);
  return near === undefined ? "" : ` (did you mean '${near}'?)`;
}

/** Who asks for the check by name is told where nothing can be said; that is never an error. */
function unknownArguments(run: Run): Finding[] {
  const script = scriptOf(run);
  if (script === undefined) return [];
  const found = argumentTroubles(script.file, run.args, run.checks?.["unknown_args"] !== undefined);
  return found.map(({ name, message, hint }) => ({
    at: name === undefined ? ["args"] : ["args", name],
    message: `${script.word} ${message}`,
    ...(hint === undefined ? {} : { hint }),
    ...(name === undefined ? { level: "warn" } : {}),
  }));
}

const interpreters = /^(python[\d.]*|bash|sh|zsh|Rscript|julia|perl|ruby|node|torchrun|accelerate|srun)$/;
const scripts = /^[^-{}$~/][^{}$]*\.(py|sh|bash|R|jl|pl|rb|js|mjs)$/;

/** The script inside the source that an argv runs, if that can be told: `python train.py`, `./run.sh`. */
function scriptOf({ command, source, workdir }: Run): { word: string; file: string } | undefined {
  if (typeof command === "string") return undefined;
  const [program = ""] = command;
  const word =
    /^\.{0,2}\/?[^/]+\//.test(program) && !path.isAbsolute(program)
      ? program
      : interpreters.test(path.basename(program))
        ? command.slice(1).find((next) => scripts.test(next))
        : undefined;
  return word === undefined || /[{}]/.test(word) ? undefined : { word, file: path.join(source.root, workdir, word) };
}

/** How many of one's newest runs are compared with. */
const looked = 50;

/** The same key was computed before, and this run claims nothing: it computes it again. Of one that claims lab-cache says so. */
function nearDuplicate(run: Run, registry: Registry | undefined): Finding[] {
  if (registry === undefined || run.key === undefined || claims(run)) return [];
  // Of a sweep the first point is looked at: what holds for it mostly holds for all, and each look takes its time.
  if ((run.sweep?.index ?? 0) > 0) return [];
  let seen = 0;
  for (const entry of roll(registry, [registry.user])) {
    if (++seen > looked) return [];
    const state = entry.id === run.id ? undefined : stateOfSame(registry, entry, run.key.digest);
    if (state !== "succeeded" && state !== "under way") continue;
    const message = `the same was run before, and runs again: ${entry.id} (${state})`;
    return [{ at: [], message, hint: `lab show ${handleOf(entry.id)}` }];
  }
  return [];
}

/** How a run stands that has the key; undefined for another, and for one that cannot be read. */
function stateOfSame(registry: Registry, { user, id, packed }: Entry, key: string): string | undefined {
  try {
    if (packed) {
      const summary = JSON.parse(packed.line.text()) as { key?: string; state: string };
      return summary.key === key ? summary.state : undefined;
    }
    const other = openRun(registry, user, id);
    return other?.run.key?.digest === key ? (other.facts.outcome?.state ?? "under way") : undefined;
  } catch (error) {
    if (isFault(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isDirectory(directory: string): boolean {
  return fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
