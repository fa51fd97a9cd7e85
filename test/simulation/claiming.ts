// Processes that want one thing computed: each claims it, seals its claim, follows who was first, or takes over, as
// lab-registry(5) says under "Claims". The scheduler is the simulation: a job lives as long as the process that sent it.
import path from "node:path";
import { isFault } from "../../lib/record/fault.js";
import { type Generation, generationsOf, holderOf, linkClaim, linkGo } from "../../lib/registry/claims.js";
import { fs } from "../../lib/registry/disk.js";
import { openRegistry, type Registry } from "../../lib/registry/open.js";
import { list, readText } from "../../lib/registry/read.js";
import { processStart } from "../../lib/registry/submissions.js";
import { replace, writeOnce } from "../../lib/registry/write.js";
import { base, slot } from "./place.js";
import type { Here } from "./programs.js";

export interface Wanted {
  run: string;
  /** How its job ends, should it have one. */
  ends: "ok" | "failed";
  /** How long it takes (milliseconds). */
  takes: number;
}

/** Which run's results one has in the end; `failed` is one's own job. */
export type Had = { by: string } | "failed" | "waits";

const lease_ms = 600_000;
const minute = 60_000;

export const claimPrograms = {
  compute: (wanted: Wanted, here: Here): Had => {
    const registry = openRegistry(base, here.uid);
    for (let round = 0; round < 400; round += 1) {
      try {
        const had = act(registry, wanted, here);
        if (had) return had;
      } catch (error) {
        // What went wrong outside is tried again, as the next command would.
        if (!isFault(error)) throw error;
        here.sleep(5000);
      }
    }
    return "waits";
  },
};

/** One look, and what it leads to. */
function act(registry: Registry, wanted: Wanted, here: Here): Had | undefined {
  const { run } = wanted;
  const generations = generationsOf(registry, slot);
  const next = (generations.at(-1)?.generation ?? 0) + 1;
  const holder = holderOf(generations);
  if (!holder) {
    linkClaim(registry, slot, next, { run });
    return undefined;
  }
  const { generation, claim, seal } = holder;
  if (claim.run === run) {
    if (seal === undefined && !linkGo(registry, slot, generation, { run, submission: 1, by: "submit" }).ours)
      return undefined;
    return work(registry, wanted, here, generation);
  }
  const end = endOf(registry, claim.user, claim.run);
  if (end === "ok") return { by: claim.run };
  if (end === "failed") {
    linkClaim(registry, slot, next, { run });
    return undefined;
  }
  if (seal === undefined) {
    if (ageOf(registry, holder, here) > lease_ms)
      linkGo(registry, slot, generation, { run: claim.run, by: "cache", void: true });
    else here.sleep(minute);
    return undefined;
  }
  const gone = processStart(claim.pid ?? 0) === undefined;
  here.sleep(minute + 5000);
  // What the job wrote before it ended may have been on its way.
  if (gone && endOf(registry, claim.user, claim.run) === undefined) linkClaim(registry, slot, next, { run });
  return undefined;
}

/** The job: its fence first, then its work. */
function work(
  registry: Registry,
  { run, ends, takes }: Wanted,
  { note, sleep }: Here,
  generation: number,
): Had | undefined {
  if (!mayBegin(registry, run, generation)) return undefined;
  note(`go ${generation}`);
  sleep(takes);
  while (!wrote(registry, run, ends)) sleep(10_000);
  note(`ends ${ends}`);
  return ends === "ok" ? { by: run } : "failed";
}

function mayBegin(registry: Registry, run: string, generation: number): boolean {
  const generations = generationsOf(registry, slot);
  const mine = generations.find((one) => one.generation === generation);
  return mine?.seal === "go" && mine.go?.run === run && holderOf(generations)?.generation === generation;
}

function wrote(registry: Registry, run: string, ends: string): boolean {
  try {
    writeOnce(outcomeFile(registry.user, run), ends, registry.modes.file);
    return true;
  } catch (error) {
    if (!isFault(error)) throw error;
    return false;
  }
}

function endOf(_: Registry, user: string, run: string): string | undefined {
  const file = outcomeFile(user, run);
  return list(path.dirname(file)).includes(path.basename(file)) ? readText(file) : undefined;
}

function outcomeFile(user: string, run: string): string {
  return path.join(base, "runs", user, `${run}.outcome`);
}

/** By the file server's clock. */
function ageOf(registry: Registry, { at }: Generation, { pid }: Here): number {
  const file = path.join(base, "leases", registry.user, `now-${pid}`);
  replace(file, "");
  try {
    return fs.statSync(file).mtimeMs - at;
  } catch {
    return 0;
  }
}
