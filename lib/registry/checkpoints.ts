// What there is to go on from in a run's own directories: where its pointer points, the complete steps of its streams, files.
import path from "node:path";
import type { Options } from "globby";
import { type Candidate, isUnfinished, stepInName, usualGlobs } from "../record/checkpoint.js";
import { errnoOf, fault, systemFault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import { fs } from "./disk.js";
import { entriesOf, markerAt, stepOf } from "./steps.js";

/** A run, and its directory. */
export interface Of {
  run: Pick<Run, "checkpoints" | "outputs">;
  dir: string;
}

/**
 * What the run's pointer file names: the file is the authority, so that one that names nothing of this run's is no reason to
 * look elsewhere. Undefined where the recipe names none, or it is not there. Throws dataerr.
 */
export function pointedAt({ run, dir }: Of): Candidate | undefined {
  const name = run.checkpoints?.pointer;
  if (name === undefined) return undefined;
  const places = placesOf({ run, dir });
  for (const place of places) {
    const file = path.join(place, name);
    const text = textOf(file, { run, dir });
    if (text === undefined) continue;
    const said = saidBy(text, file);
    const found = [path.resolve(path.dirname(file), said), path.resolve(place, said)].find((at) => isThere(at));
    if (found === undefined) throw fault("dataerr", `'${file}' names '${said}', which is not there`);
    if (!ownOf({ run, dir }).some((own) => isInside(real(found), real(own))))
      throw fault("dataerr", `'${file}' names '${found}', which is none of this run's own`);
    const step = stepInName(path.basename(found));
    return { path: found, ...(step === undefined ? {} : { step }) };
  }
  return undefined;
}

/** The complete steps of the run's streams; else the files that its globs match, those of one step's directory as that. */
export async function candidatesOf(of: Of): Promise<Candidate[]> {
  const steps = Object.entries(of.run.outputs).flatMap(([role, output]) =>
    output.type === "checkpoint_stream" && output.path !== undefined && output.marker !== undefined
      ? completeSteps(role, output.path, output.marker)
      : [],
  );
  return steps.length > 0 ? steps : filesOf(of);
}

/** The steps of a stream that have the marker; all, where there is to be none. */
export function completeSteps(role: string, stream: string, marker: string | undefined): Candidate[] {
  return entriesOf(stream).flatMap((entry) => {
    const step = entry.isDirectory() ? stepOf(entry.name) : undefined;
    const at = path.join(stream, entry.name);
    return step !== undefined && (marker === undefined || markerAt(path.join(at, marker)))
      ? [{ path: at, step, role }]
      : [];
  });
}

/** The run's directory and those of its outputs, as far as they are there. Nothing else is its own. */
function ownOf({ run, dir }: Of, counts: (output: Run["outputs"][string]) => boolean = () => true): string[] {
  const outputs = Object.values(run.outputs).flatMap((output) => (output.path && counts(output) ? [output.path] : []));
  return [dir, ...outputs].filter((place) => fs.statSync(place, { throwIfNoEntry: false })?.isDirectory());
}

/** Those of them where a pointer and files are looked for: a stream has its own rule. */
function placesOf(of: Of): string[] {
  return ownOf(of, ({ type }) => type !== "checkpoint_stream");
}

async function filesOf(of: Of): Promise<Candidate[]> {
  const { globby } = await import("globby");
  const found = new Map<string, Candidate>();
  const globs = (of.run.checkpoints?.globs ?? usualGlobs).filter((glob) => !glob.split("/").includes(".."));
  const plain = { followSymbolicLinks: false, onlyFiles: true, expandDirectories: false, suppressErrors: true };
  const options: Options = { ...plain, braceExpansion: false, extglob: false, objectMode: true };
  for (const place of placesOf(of)) {
    for (const glob of globs) {
      const entries = (await globby(glob, { ...options, cwd: place })) as unknown as {
        path: string;
        dirent: { isFile(): boolean };
      }[];
      for (const { path: name, dirent } of entries) {
        if (!dirent.isFile() || (place === of.dir && /^(\.lab|src\.\d+)\//.test(name))) continue;
        const candidate = candidateIn(place, name, spelledOut(glob));
        if (candidate) found.set(candidate.path, candidate);
      }
    }
  }
  return [...found.values()];
}

/** How many parts of a glob's path stand before its first pattern. */
function spelledOut(glob: string): number {
  const parts = glob.split("/");
  const first = parts.findIndex((part) => /[*?[]/.test(part));
  return first < 0 ? parts.length - 1 : first;
}

/** The first directory whose name has a step, from the top, else the file; undefined for what is being written. */
function candidateIn(place: string, name: string, from: number): Candidate | undefined {
  const parts = name.split("/");
  const own = parts.slice(from);
  if (own.some(isUnfinished)) return undefined;
  const directory = own.slice(0, -1).findIndex((part) => stepInName(part) !== undefined);
  const kept = directory < 0 ? parts : parts.slice(0, from + directory + 1);
  const step = stepInName(kept.at(-1) ?? "");
  return { path: path.join(place, ...kept), ...(step === undefined ? {} : { step }) };
}

const largestPointer = 65_536;

/**
 * A pointer may be a link within the run's own, to a file of the run's owner. What was opened is what counts, whatever has its name by then; and nothing is
 * waited for.
 */
function textOf(file: string, of: Of): string | undefined {
  let fd = -1;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const stat = fs.fstatSync(fd);
    if (!stat.isFile() || stat.size > largestPointer) throw fault("dataerr", `cannot read '${file}': it is no pointer`);
    const at = fs.readlinkSync(`/proc/self/fd/${fd}`);
    if (stat.uid !== fs.statSync(of.dir).uid || !ownOf(of).some((place) => isInside(at, real(place))))
      throw fault("dataerr", `cannot trust '${file}': it is '${at}', which is none of this run's own`);
    return fs.readFileSync(fd, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw systemFault(error, `read '${file}'`);
  } finally {
    if (fd >= 0) fs.closeSync(fd);
  }
}

const keys = ["latest_checkpoint_rel", "latest_checkpoint", "checkpoint", "path"];

/** A JSON object that names a path, or the first line that is not empty. */
function saidBy(text: string, file: string): string {
  const line = text.split("\n").find((one) => one.trim() !== "");
  const said = text.trimStart().startsWith("{") ? fromJson(text) : line?.trim();
  if (said !== undefined && said !== "") return said;
  throw fault("dataerr", `'${file}' names no checkpoint`, { hint: `one line with a path, or JSON with ${keys[0]}` });
}

function fromJson(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    return keys.map((key) => value[key]).find((one): one is string => typeof one === "string");
  } catch {
    return undefined;
  }
}

function isThere(at: string): boolean {
  return fs.statSync(at, { throwIfNoEntry: false }) !== undefined;
}

function real(at: string): string {
  return fs.realpathSync(at);
}

function isInside(at: string, place: string): boolean {
  return at.startsWith(`${place}${path.sep}`);
}
