// Looking at everything that runs depend on, one thing after the other; what cannot be opened ends only its own part.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Context, Place } from "../../command/context.js";
import { plain } from "../../command/plain.js";
import { capacityOf, kindOf } from "../../command/scheduler.js";
import { paint, type TableStyle } from "../../command/table.js";
import { hanging } from "../../command/wrap.js";
import type { Config, ResolvedConfig } from "../../config/config.js";
import { isFault, systemFault } from "../../record/fault.js";
import { shortSize } from "../../record/units.js";
import { registryFile } from "../../registry/layout.js";
import { type Registry, readRegistry } from "../../registry/open.js";
import { readText } from "../../registry/read.js";
import { serverTime } from "../../registry/server-time.js";
import { agentFindings } from "./agent.js";
import { doubtful, type Finding, well, wrong } from "./finding.js";
import { machine } from "./machine.js";
import { probed, registryFindings, untried } from "./registry.js";
import { repositoryFindings } from "./repositories.js";

/** Every check, in an order in which the first that fails explains the rest. In a dry run nothing is tried by writing. */
export async function* diagnose(context: Context): AsyncGenerator<Finding> {
  const { uid, homedir } = os.userInfo();
  const { dryRun } = context;
  const place = { env: context.env, cwd: context.cwd, home: context.env["HOME"] || homedir, uid };
  yield* machine(place);
  const resolved = yield* opened("configuration", () => context.config());
  if (!resolved) return;
  yield* configuration(resolved);
  const registry = yield* opened("registry", () => context.registry());
  const group = registry && (yield* opened("group", () => groupOfRegistry(registry)));
  if (registry) yield* part("registry", registryFindings(registry, group, dryRun));
  if (registry) yield* part("artifacts", artifactRoots(resolved.config, registry, group?.gid, dryRun));
  yield* part("repositories", repositoryFindings(resolved.config, group?.gid));
  if (registry)
    yield* part(
      "agent",
      agentFindings(registry, () => (dryRun ? Date.now() : serverTime(registry))),
    );
  yield* part("scheduler", scheduler(resolved.config, context, place));
}

/** One part of the looking; what it stumbles over is its last finding, and the others go on. */
async function* part(name: string, findings: Iterable<Finding> | AsyncIterable<Finding>): AsyncGenerator<Finding> {
  try {
    yield* findings;
  } catch (error) {
    const known = systemFault(error, "look further");
    if (!isFault(known)) throw error;
    yield wrong(name, known.message, { path: (error as NodeJS.ErrnoException).path, hint: known.hint });
  }
}

/** What could be opened; if not, that is the finding. */
async function* opened<T>(name: string, open: () => Promise<T> | T): AsyncGenerator<Finding, T | undefined> {
  try {
    return await open();
  } catch (error) {
    if (!isFault(error)) throw error;
    yield wrong(name, error.message, { hint: error.hint });
    return undefined;
  }
}

function* configuration({ files, warnings, kept }: ResolvedConfig): Generator<Finding> {
  for (const file of files) yield well("configuration", file, { path: file });
  for (const warning of warnings) yield doubtful("configuration", warning);
  if (kept.length > 0)
    yield doubtful("configuration", `without effect in this version: ${kept.join(", ")}`, {
      hint: "lab config shows where they are",
    });
}

function groupOfRegistry({ base }: Registry): { gid: number; name: string } | undefined {
  const file = registryFile(base);
  const { shared_group } = readRegistry(readText(file) ?? "", file);
  return shared_group === undefined ? undefined : { gid: fs.statSync(base).gid, name: shared_group };
}

/** Where jobs write: the caller's own directory of each kind that is there. */
function* artifactRoots(
  { filesystem }: Config,
  { user, uid }: Registry,
  gid: number | undefined,
  dry: boolean,
): Generator<Finding> {
  for (const root of rootsOf(filesystem)) {
    const name = `artifacts ${path.basename(root)}`;
    const own = path.join(root, user);
    const stat = fs.lstatSync(own, { throwIfNoEntry: false });
    if (!fs.existsSync(root))
      yield wrong(name, "there is no such directory", { path: root, hint: `lab init --kind ${path.basename(root)}` });
    else if (!stat) yield well(name, "is there; a first run makes your part of it", { path: root });
    else if (!stat.isDirectory() || stat.uid !== uid)
      yield wrong(name, "stands in the place of yours, and is not", { path: own, hint: "whoever owns it removes it" });
    else if (dry) yield untried(name, own);
    else yield* probed(name, own, gid, false);
  }
}

function rootsOf({ artifact_root, artifact_roots, output_roots }: Config["filesystem"]): string[] {
  const below =
    artifact_root === undefined || !fs.existsSync(artifact_root)
      ? []
      : fs
          .readdirSync(artifact_root, { withFileTypes: true })
          .flatMap((entry) => (entry.isFile() ? [] : path.join(artifact_root, entry.name)));
  return [...new Set([...below, ...Object.values(artifact_roots), ...Object.values(output_roots)])].sort();
}

async function* scheduler(config: Config, context: Context, place: Place): AsyncGenerator<Finding> {
  const kind = yield* opened("scheduler", () => kindOf(config, place));
  if (kind === undefined) return;
  if (kind === "local") {
    yield* localFindings(config);
    return;
  }
  const { slurmClient } = await import("../../scheduler/slurm/client.js");
  const { slurmSettings } = await import("../../scheduler/slurm/settings.js");
  const { slurmFindings } = await import("./slurm.js");
  const { sbatch, squeue, sacct, scancel, scontrol, sinfo } = config.scheduler;
  const slurm = slurmClient({ env: context.env, binaries: { sbatch, squeue, sacct, scancel, scontrol, sinfo } });
  const settings = yield* opened("slurm", () => slurmSettings(slurm));
  if (!settings) return;
  yield* slurmFindings(settings);
  const queue = yield* opened("queue", async () => (await context.scheduler()).queue());
  if (queue) yield well("queue", `answers; ${queue.size} of your jobs are in it`);
}

function* localFindings({ local }: Config): Generator<Finding> {
  const { cpus, gpus, mem_bytes } = capacityOf(local);
  yield well("scheduler", `this machine runs the jobs: ${cpus} cpus, ${gpus} gpus, ${shortSize(mem_bytes)} of memory`);
  if (!fs.existsSync("/proc/self/stat"))
    yield wrong("worker", "this machine has no /proc", { hint: "the local scheduler needs Linux" });
}

/** A finding for eyes: how it is, what, and below it where and what to do where it is not well. */
export function findingView(record: Record<string, unknown>, { colour, width }: TableStyle): string {
  const { ok, severity, name, message, hint, path: where } = record as unknown as Finding;
  const word = ok ? "ok" : (severity ?? "error");
  const mark = `${word.padEnd(9)}${plain(name).padEnd(22)} `;
  const [first = "", ...rest] = hanging(mark, plain(message).split(" "), width);
  const more = ok ? [] : [where, hint && `→ ${hint}`].filter((line) => line !== undefined && line !== "");
  const below = " ".repeat(32);
  return [
    (colour ? paint(word, "state") : word) + first.slice(word.length),
    ...rest,
    ...more.flatMap((line) => hanging(below, plain(String(line)).split(" "), width)),
  ]
    .map((line) => `${line}\n`)
    .join("");
}
