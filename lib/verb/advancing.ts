// What can go on now: runs that waited for an input, and have it or a job to wait for; those whose input will never come end.
import fs from "node:fs";
import path from "node:path";
import type { Context } from "../command/context.js";
import { isOfThePlace } from "../command/context.js";
import { lookAtProducers } from "../pass/producers.js";
import type { Sender } from "../pass/submit.js";
import { isFault } from "../record/fault.js";
import { stateOf } from "../record/state.js";
import type { RunOnDisk } from "../registry/facts.js";
import { envelope, runDirectory } from "../registry/layout.js";
import type { Registry } from "../registry/open.js";
import { marked, openRun } from "../registry/runs.js";
import { tellOfEnd } from "./passes.js";
import { graces } from "./runs.js";
import { senderOf, sendRun } from "./sending.js";
import { rendered } from "./submitting.js";

const patience_s = 20;

/**
 * One advance pass over the caller's blocked runs (or `only` these). Yields those that were sent, have ended, or wait for
 * something else than before; a dry pass yields those that would be sent or would end. Throws `unavailable`.
 */
export async function* advancePass(context: Context, only?: readonly string[]): AsyncGenerator<RunOnDisk> {
  const registry = await context.registry();
  const limits = await graces(context);
  let sender: Sender | undefined;
  for (const id of only ?? marked(registry, "active", registry.user)) {
    if (context.signal.aborted) return;
    try {
      const run = blockedRun(registry, id, limits);
      if (!run) continue;
      sender ??= await senderOf(patience_s, context);
      if (context.dryRun ? await mayGo(run, sender, context) : await advanceOne(run, sender, context))
        yield openRun(registry, registry.user, id) ?? run;
    } catch (error) {
      if (!isFault(error) || isOfThePlace(error)) throw error;
      // Somebody else is sending it this moment, or nobody knows yet whether it was taken: another pass does.
      if (error.code === "tempfail") context.say(`${id}: ${error.message}`);
      else context.report(id, error);
      const refused = error.code === "refused" ? openRun(registry, registry.user, id) : undefined;
      if (!refused?.facts.outcome) continue;
      tellOfEnd(refused.run, refused.facts.outcome, context);
      yield refused;
    }
  }
}

/** The ids of these runs, and of all the caller's own that they wait for, directly or not. */
export function withUpstream(registry: Registry, disks: readonly RunOnDisk[]): string[] {
  const ids = new Set(disks.map(({ run }) => run.id));
  for (const queue = [...disks]; ; ) {
    const disk = queue.pop();
    if (!disk) return [...ids];
    const { decision, outcome } = disk.facts;
    for (const id of decision?.decision === "blocked" && !outcome ? (decision.runs ?? []) : []) {
      if (ids.has(id)) continue;
      const producer = openRun(registry, registry.user, id);
      if (!producer) continue;
      ids.add(id);
      queue.push(producer);
    }
  }
}

/** The run if it is blocked. Most runs have never been, which shows without opening them. */
function blockedRun(registry: Registry, id: string, limits: Parameters<typeof stateOf>[2]): RunOnDisk | undefined {
  const lab = envelope(runDirectory(registry.base, registry.user, id));
  if (!fs.existsSync(path.join(lab, "decision-1.json"))) return undefined;
  const run = openRun(registry, registry.user, id);
  return run && stateOf(run.facts, Date.now(), limits).state === "blocked" ? run : undefined;
}

/** Whether there is news of it. */
async function advanceOne(disk: RunOnDisk, sender: Sender, context: Context): Promise<boolean> {
  let run = rendered(disk);
  if (run.phase !== "rendered") {
    const { renderRun } = await import("./rendering.js");
    run = await renderRun(disk.run, context);
  }
  const sent = await sendRun(run, sender, context);
  if (sent.how === "blocked") return sent.news;
  if (sent.how === "failed" && sent.ended) tellOfEnd(disk.run, sent.ended, context);
  return true;
}

async function mayGo({ run }: RunOnDisk, { registry, scheduler, now }: Sender, context: Context): Promise<boolean> {
  const asking = { registry, scheduler, graces: await graces(context), now: now() };
  return (await lookAtProducers(run, asking)).awaited.length === 0;
}
