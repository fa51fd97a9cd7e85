// Many runs to the scheduler at once: first who answers for each is asked anew where that may have changed, and those whose
// script is old get one, again as elements of arrays; then all go.
import type { Context } from "../../command/context.js";
import { carriesError } from "../../command/each.js";
import type { Sender } from "../../pass/submit.js";
import { fault, isFault } from "../../record/fault.js";
import { isRun } from "../../record/phase.js";
import type { Run } from "../../record/run.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { openRun } from "../../registry/runs.js";
import { decisionOf } from "./caching.js";
import { answeredNow, hasBegun, isOld, mustBeAsked, type Sent, sendRun, withoutBest } from "./sending.js";
import { type AllSent, sendElements } from "./sending-elements.js";

/** Sends these runs, each with the newest script that it has. Says of each what became of it, or why nothing did. */
export async function sendMany(
  runs: readonly Run[],
  sender: Sender,
  by: "submit" | "advance",
  context: Context,
): Promise<AllSent> {
  const done: AllSent = new Map();
  const old = new Map<Run, Run>();
  const ready = new Map<Run, Run>();
  const opened = new Map<Run, RunOnDisk>();
  for (const given of runs) {
    await kept(done, given, async () => {
      const { registry } = sender;
      const disk = openRun(registry, registry.user, given.id);
      if (!disk) throw fault("noinput", `cannot submit it: you have no such run in '${registry.base}'`);
      const isAsked = !hasBegun(disk) && mustBeAsked(disk);
      const answered = isAsked ? await answeredNow(disk, given, sender) : undefined;
      // What was asked anew has been decided anew.
      const now = (isAsked && !answered && openRun(registry, registry.user, given.id)) || disk;
      const never = answered || hasBegun(now) ? undefined : withoutBest(now, sender);
      if (answered ?? never) done.set(given, (answered ?? never) as Sent);
      else if (!hasBegun(now) && (await isOld(now, given, sender.asker)))
        old.set(given, { ...now.run, ...decisionOf(now) });
      else {
        ready.set(given, given);
        opened.set(given, now);
      }
    });
  }
  for (const [given, run] of await renderedAll(old, done, context)) ready.set(given, run);
  const elements = [...ready].filter(([, { submission }]) => submission?.array);
  const sent = await sendElements(
    elements.map(([, run]) => run),
    sender,
    by,
    context,
    opened,
  );
  for (const [given, run] of elements) done.set(given, sent.get(run) ?? fault("software", "it was not sent"));
  for (const [given, run] of ready) {
    if (!run.submission?.array)
      await kept(done, given, async () => void done.set(given, await sendRun(run, sender, context)));
  }
  return done;
}

/** Those that need a script, with one. */
async function renderedAll(old: ReadonlyMap<Run, Run>, done: AllSent, context: Context): Promise<[Run, Run][]> {
  if (old.size === 0) return [];
  const { renderAll } = await import("./rendering-arrays.js");
  const given = new Map([...old].map(([before, run]) => [run.id, before]));
  async function* records() {
    yield* old.values();
  }
  const rendered: [Run, Run][] = [];
  for await (const record of renderAll(records(), { one_job: undefined }, context)) {
    const before = isRun(record) ? given.get(record.id) : undefined;
    if (!before || !isRun(record)) continue;
    if (carriesError(record)) done.set(before, fault("tempfail", "cannot submit it: it could not be rendered"));
    else rendered.push([before, record]);
  }
  return rendered;
}

async function kept(done: AllSent, run: Run, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isFault(error)) throw error;
    done.set(run, error);
  }
}
