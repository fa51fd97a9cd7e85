// What a command's function gets beside its records: the arguments, the moment, the place, and how to say that
// something is wrong. Registry and scheduler are opened when they are first asked for.
import type { ResolvedConfig } from "../config/config.js";
import { type Fault, fault, isFault } from "../record/fault.js";
import type { StopSignal } from "../record/stop-signal.js";
import type { Registry } from "../registry/open.js";
import type { Scheduler } from "../scheduler/scheduler.js";

export interface Terminal {
  /** Whether a person looks at stdout. */
  out: boolean;
  /** Whether a person can type on stdin. */
  in: boolean;
  err: boolean;
  columns: number | undefined;
  colour: boolean;
}

export interface Context {
  name: string;
  args: string[];
  /** What stood after `--`, for commands that take it. */
  rest: string[] | undefined;
  /** The present moment in milliseconds (--as-of sets it). */
  now: number;
  /** The environment of the process, read only. */
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  dryRun: boolean;
  terminal: Terminal;
  /** Aborted by the first SIGTERM or SIGINT: stop before the next record. */
  signal: StopSignal;
  /** A line on stderr that is no error. */
  say(message: string): void;
  /** An error that belongs to one record (or file): said on stderr, and the exit status will be at least 1. */
  report(id: string | undefined, error: Fault): void;
  /** The command did not do all that it is for: its exit status is the fault's, after everything else is done. */
  abnormal(error: Fault): void;
  /** Raises the exit status to 1: the answer is no. */
  no(): void;
  /** Work that no record waits for: the command ends when its last record is written and this is done. It must not fail. */
  later(work: Promise<void>): void;
  config(): Promise<ResolvedConfig>;
  registry(): Promise<Registry>;
  scheduler(): Promise<Scheduler>;
}

export interface Place {
  env: Context["env"];
  cwd: string;
  home: string;
  uid: number;
}

export interface Asked {
  cluster: string | undefined;
  environment: string | undefined;
  set: string[];
}

const ofThePlace = new WeakSet<object>();

/** Whether the fault is that of no record: the configuration, the registry or the scheduler could not be opened. */
export function isOfThePlace(error: Fault): boolean {
  return error.code === "unavailable" || ofThePlace.has(error);
}

async function marked<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (typeof error === "object" && error !== null) ofThePlace.add(error);
    throw error;
  }
}

/** The lazily opened parts of a context, each opened once. */
export function openers(
  place: Place,
  asked: Asked,
  say: (message: string) => void,
): Pick<Context, "config" | "registry" | "scheduler"> {
  let config: Promise<ResolvedConfig> | undefined;
  let registry: Promise<Registry> | undefined;
  let scheduler: Promise<Scheduler> | undefined;
  const openConfig = () => {
    config ??= marked(resolve(place, asked, say));
    return config;
  };
  const openRegistry = () => {
    registry ??= marked(
      openConfig().then(async ({ config: { filesystem } }) => {
        const { openRegistry: open } = await import("../registry/open.js");
        try {
          return { ...open(filesystem.runs_base, place.uid), unnoted: journalTrouble(say) };
        } catch (error) {
          throw isFault(error) && error.code === "noperm" ? forMembers(error, filesystem.shared_group) : error;
        }
      }),
    );
    return registry;
  };
  const openScheduler = () => {
    scheduler ??= marked(makeScheduler(openConfig, openRegistry, place, say));
    return scheduler;
  };
  return { config: openConfig, registry: openRegistry, scheduler: openScheduler };
}

/** An unwritable journal stops nothing, and is said once. */
function journalTrouble(say: (message: string) => void): (trouble: Fault) => void {
  let said = false;
  return ({ message, hint }) => {
    if (!said) say(`${message}${hint ? ` (${hint})` : ""}; the journal goes without what is done now`);
    said = true;
  };
}

/** A registry that cannot be read is most often one of a group that one is not in. */
function forMembers(error: Fault, group: string | undefined): Fault {
  if (error.hint !== undefined) return error;
  const hint =
    group === undefined
      ? "ask who made the registry to let you in"
      : `the registry is for members of the group '${group}': id -nG tells yours`;
  return fault("noperm", error.message, { hint, cause: error });
}

async function resolve(place: Place, asked: Asked, say: (message: string) => void): Promise<ResolvedConfig> {
  const { resolveConfig } = await import("../config/config.js");
  const flags = {
    ...(asked.cluster === undefined ? {} : { cluster: asked.cluster }),
    ...(asked.environment === undefined ? {} : { env: asked.environment }),
    set: asked.set,
  };
  const resolved = await resolveConfig({ flags, env: place.env, cwd: place.cwd, home: place.home, uid: place.uid });
  // The wrappers let one of their commands say it, and no other.
  if (place.env["LAB_WARNINGS"] !== "off") for (const warning of resolved.warnings) say(warning);
  return resolved;
}

async function makeScheduler(
  openConfig: () => Promise<ResolvedConfig>,
  openRegistry: () => Promise<Registry>,
  place: Place,
  say: (message: string) => void,
): Promise<Scheduler> {
  const { schedulerFor } = await import("./scheduler.js");
  return schedulerFor(await openConfig(), await openRegistry(), place, say);
}
