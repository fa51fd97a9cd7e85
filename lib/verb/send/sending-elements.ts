// Elements of arrays to the scheduler, all that are given at once: those of an array that wait for the same jobs in as few
// calls as it allows.
import type { Context } from "../../command/context.js";
import type { Element, ElementSent } from "../../pass/element-sent.js";
import { lookAtProducers, type Producers, producersOf } from "../../pass/producers.js";
import { ticketOf } from "../../pass/seal-claim.js";
import { type Sender, submittedBefore } from "../../pass/submit.js";
import { submitElements } from "../../pass/submit-elements.js";
import { fault, isFault } from "../../record/fault.js";
import type { Run } from "../../record/run.js";
import { type ArrayOnDisk, readArray } from "../../registry/arrays.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { openRun } from "../../registry/runs.js";
import type { SubmitRequest } from "../../scheduler/scheduler.js";
import { graces } from "../runs.js";
import { dependenciesOf } from "./dependencies.js";
import { askedAnew, heldBy, type Sent, sendRun, withJobs } from "./sending.js";
import { type Share, sharesOf } from "./shares.js";

type Dependencies = SubmitRequest["dependencies"];

/** Elements of one array that wait for the same jobs. */
interface Batch {
  array: ArrayOnDisk;
  dependencies: Dependencies;
  elements: Element[];
}

/** What became of each, or why nothing did. */
export type AllSent = Map<Run, Sent | Error>;

/** Sends runs that have been rendered as elements of arrays; `by` whose command that is, `opened` those that were just read. */
export async function sendElements(
  runs: readonly Run[],
  sender: Sender,
  by: "submit" | "advance",
  context: Context,
  opened: ReadonlyMap<Run, RunOnDisk> = new Map(),
): Promise<AllSent> {
  const done: AllSent = new Map();
  const batches = await batchesOf(runs, opened, sender, done, context);
  const room = roomOf(sender, context);
  const shares = sharesOf(batches, sender.registry, await highest(sender));
  for (const [i, batch] of batches.entries()) {
    if (context.signal.aborted) break;
    await tried(batch, done, async () => {
      const [{ elements, array, dependencies }, share] = [batch, shares[i] as Share | Error];
      if (share instanceof Error) throw share;
      const { resources } = (elements[0] as Element).run;
      const sending = {
        array,
        by,
        resources,
        dependencies: withEnds(dependencies, share.after()),
        room: await room.of(resources),
        ...(share.throttle === undefined ? {} : { throttle: share.throttle }),
      };
      const sent = await submitElements(sender, sending, elements);
      room.take(resources, sent);
      share.sent(sent);
      for (const element of elements)
        done.set(element.run, await becameOf(element, sent.get(element), sender, context));
    });
  }
  return done;
}

async function tried(batch: Batch, done: AllSent, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isFault(error)) throw error;
    for (const { run } of batch.elements) if (!done.has(run)) done.set(run, error);
  }
}

/** What may go now, by array and by what it waits for; of all else it is said why it does not. */
async function batchesOf(
  runs: readonly Run[],
  opened: ReadonlyMap<Run, RunOnDisk>,
  sender: Sender,
  done: AllSent,
  context: Context,
): Promise<Batch[]> {
  const asking = asker(sender, context);
  const batches = new Map<string, Batch>();
  for (const run of runs) {
    try {
      const { registry } = sender;
      const disk = opened.get(run) ?? openRun(registry, registry.user, run.id);
      const place = run.submission?.array;
      if (!disk || !place) throw fault("noinput", `cannot submit it: you have no such run in '${registry.base}'`);
      const before = submittedBefore(disk, run);
      const held = before
        ? { how: "submitted" as const, run: before }
        : heldBy(disk, await asking.producers(disk.run), sender);
      if (held) {
        done.set(run, held);
        continue;
      }
      const { jobs } = await asking.producers(disk.run);
      const dependencies = withJobs(await asking.dependencies(run), jobs);
      const array = asking.array(place.id);
      const key = JSON.stringify([place.id, dependencies]);
      const batch = batches.get(key) ?? { array, dependencies, elements: [] };
      batches.set(key, batch);
      batch.elements.push(elementOf(run, disk));
    } catch (error) {
      if (!isFault(error)) throw error;
      done.set(run, error);
    }
  }
  return [...batches.values()];
}

function elementOf(run: Run, disk: RunOnDisk): Element {
  const { n, array } = run.submission as NonNullable<Run["submission"]>;
  const ticket = ticketOf(disk, n);
  if (ticket === "stale") throw fault("tempfail", "cannot submit it: its script is of another claim");
  return { run, disk, n, index: array?.index ?? 0, ...(ticket ? { ticket } : {}) };
}

/** Questions that many runs ask in the same words, each asked once. */
function asker(sender: Sender, context: Context) {
  const { registry, scheduler } = sender;
  const producers = new Map<string, Promise<Producers>>();
  const dependencies = new Map<string, Promise<Dependencies>>();
  const arrays = new Map<string, ArrayOnDisk>();
  const once = <T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> => {
    const answer = known.get(key) ?? ask();
    known.set(key, answer);
    return answer;
  };
  return {
    producers: (run: Run) =>
      once(producers, JSON.stringify(producersOf(run)), async () =>
        lookAtProducers(run, {
          ...{ registry, scheduler, graces: await graces(context), now: sender.now() },
          asker: sender.asker,
        }),
      ),
    dependencies: (run: Run) =>
      once(dependencies, JSON.stringify(run.after ?? {}), () => dependenciesOf(run, scheduler, registry, context)),
    array(id: string): ArrayOnDisk {
      const array = arrays.get(id) ?? readArray(registry, registry.user, id);
      if (!array)
        throw fault("noinput", `cannot submit it: its array ${id} is gone`, {
          hint: "lab-render-sbatch makes another",
        });
      arrays.set(id, array);
      return array;
    },
  };
}

/** How many more the scheduler takes, of those who ask for the same account and QOS. */
export function roomOf({ scheduler }: Sender, context: Context) {
  const known = new Map<string, number>();
  const keyOf = ({ account, qos }: Run["resources"]) => JSON.stringify([account, qos]);
  return {
    async of(resources: Run["resources"]): Promise<number> {
      const { slurm } = (await context.config()).config;
      const [account, qos] = [resources.account ?? slurm.account, resources.qos ?? slurm.qos];
      const asked = { ...(account === undefined ? {} : { account }), ...(qos === undefined ? {} : { qos }) };
      const key = keyOf(resources);
      const room = known.get(key) ?? (await scheduler.room?.(asked))?.room ?? Number.POSITIVE_INFINITY;
      known.set(key, room);
      return room;
    },
    take(resources: Run["resources"], sent: ReadonlyMap<Element, ElementSent>): void {
      const key = keyOf(resources);
      const taken = [...sent.values()].filter(({ how }) => how === "submitted").length;
      known.set(key, (known.get(key) ?? 0) - taken);
    },
  };
}

async function highest({ scheduler }: Sender): Promise<number> {
  return (await scheduler.room?.({}))?.max_array_size ?? Number.POSITIVE_INFINITY;
}

function withEnds(dependencies: Dependencies, jobs: readonly string[]): Dependencies {
  if (jobs.length === 0) return dependencies;
  const others = dependencies.filter(({ type }) => type !== "afterany");
  const own = dependencies.filter(({ type }) => type === "afterany").flatMap((one) => one.jobs);
  return [...others, { type: "afterany", jobs: [...own, ...jobs] }];
}

async function becameOf(
  { run }: Element,
  sent: ElementSent | undefined,
  sender: Sender,
  context: Context,
): Promise<Sent | Error> {
  if (sent === undefined) return fault("tempfail", "cannot submit it: stopped before its turn");
  if (sent.how === "failed") return sent.error;
  if (sent.how === "deferred") return sent;
  if (sent.how === "submitted") {
    const job = { id: sent.job, scheduler: sender.scheduler.kind, submitted_at: sent.at };
    return { how: "submitted", run: { ...run, phase: "submitted", state: "submitted", job } };
  }
  try {
    const anew = await askedAnew(run, sender, context);
    return anew.how === "claimed" ? await sendRun(anew.run, sender, context) : anew;
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
}
