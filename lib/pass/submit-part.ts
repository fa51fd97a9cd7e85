// One part of an array: the intent, the scheduler, the receipt or the refusal.
import { elementJob } from "../record/array.js";
import { type Fault, fault, isFault } from "../record/fault.js";
import { formatIndices } from "../record/indices.js";
import { jobName } from "../record/job-name.js";
import { timestamp } from "../record/units.js";
import {
  type ArrayPart,
  linkPart,
  readParts,
  withdrawPart,
  writePartReceipt,
  writePartRefusal,
} from "../registry/arrays.js";
import { noteAll } from "../registry/journal.js";
import { arrayFiles, envelope, submissionDirectory } from "../registry/layout.js";
import { list } from "../registry/read.js";
import type { ArrayRequest, Submitted } from "../scheduler/scheduler.js";
import { type Element, type ElementSent, failed, type Sending } from "./element-sent.js";
import { jobFoundLater } from "./found-later.js";
import { isJobOf } from "./lost-parts.js";
import { isOvertaken } from "./seal-claim.js";
import type { Sender } from "./submit.js";

/** What the scheduler said, and whether it speaks of how many they are. */
export interface Refused {
  message: string;
  isLimit: boolean;
  error: Fault;
}

/**
 * Sends these as one part: undefined where that was done, `again` where some of them turned out not to be sent, a fault where
 * the scheduler cannot be asked, or nobody knows yet whether it took them.
 */
export async function sendPart(
  sender: Sender,
  sending: Sending,
  elements: readonly Element[],
  said: Map<Element, ElementSent>,
): Promise<Refused | Fault | "again" | undefined> {
  const { registry, scheduler, now } = sender;
  const { array } = sending;
  const part = linked(sender, sending, elements, said);
  if (part === "again") return part;
  const gone = elements.filter((element) => isGone(sender, element, part, said));
  if (gone.length > 0) {
    withdrawPart(array.dir, part.part);
    return "again";
  }
  const of = { v: 1 as const, array: array.array.id, part: part.part };
  try {
    const { job, argv, cluster, says } = await send(sender, sending, part);
    const at = timestamp(now());
    const one_job = array.array.one_job === undefined ? {} : { one_job: true };
    const more = { ...(cluster ? { cluster } : {}), ...(says ? { says } : {}) };
    const receipt = {
      type: "part-receipt" as const,
      ...of,
      scheduler: scheduler.kind,
      job,
      ...one_job,
      argv,
      ...more,
      at,
    };
    writePartReceipt(registry, array.dir, receipt);
    for (const element of elements) {
      const its = elementJob(receipt, element.index);
      said.set(element, { how: "submitted", job: its, at });
    }
    noteAll(
      registry,
      "run_submitted",
      elements.map(({ run: { id, name }, index }) => ({ run: id, more: { name, job: elementJob(receipt, index) } })),
    );
    await cancelUnwanted(sender, elements, said);
    return undefined;
  } catch (error) {
    if (!isFault(error)) throw error;
    if (error.code === "unavailable") withdrawPart(array.dir, part.part);
    if (error.code !== "refused") return error;
    const { message, hint } = error;
    writePartRefusal(registry, array.dir, {
      type: "part-refusal",
      ...of,
      message,
      ...(hint ? { hint } : {}),
      at: timestamp(now()),
    });
    return { message, isLimit: scheduler.isLimit?.(message) === true, error };
  }
}

/** The intent of the part; whoever else has linked one meanwhile has these elements, if it holds them. */
function linked(
  { registry }: Sender,
  { array, by }: Sending,
  elements: readonly Element[],
  said: Map<Element, ElementSent>,
): ArrayPart | "again" {
  for (;;) {
    const parts = readParts(array);
    const begun = new Set(parts.flatMap(({ refusal, indices }) => (refusal ? [] : [...indices])));
    const others = elements.filter(({ index }) => begun.has(index));
    for (const element of others)
      said.set(element, failed("tempfail", "cannot submit it: another process has begun to"));
    if (others.length > 0) return "again";
    const indices = elements.map(({ index }) => index);
    const part = linkPart(registry, array, indices, { by, last: parts.at(-1)?.part ?? 0 });
    if (part !== "exists") return part;
  }
}

/** Whether it was given up, has ended or was overtaken while all were made ready. */
function isGone(
  { asker, now }: Sender,
  element: Element,
  { intent }: ArrayPart,
  said: Map<Element, ElementSent>,
): boolean {
  const { disk, n, ticket } = element;
  const lab = envelope(disk.dir);
  const names = list(lab);
  if (
    names.includes("outcome.json") ||
    names.includes("cancel.json") ||
    list(submissionDirectory(lab, n)).includes("intent.json")
  ) {
    said.set(element, failed("dataerr", "cannot submit it: it was given up before it was submitted"));
    return true;
  }
  // Nobody overtakes what was sealed within the lease.
  const slow = now() - Date.parse(intent.at) > (asker.lease_s * 1000) / 2 || asker.lease_s < 60;
  if (!ticket || !slow || !isOvertaken(asker, disk, ticket)) return false;
  said.set(element, { how: "lost" });
  return true;
}

async function send(sender: Sender, sending: Sending, part: ArrayPart): Promise<Submitted> {
  const { registry, scheduler } = sender;
  const {
    array: { array, dir },
    throttle,
    resources,
    dependencies,
  } = sending;
  if (!scheduler.submitArray) throw fault("dataerr", "cannot submit an array: this scheduler has none");
  const request: ArrayRequest = {
    array: array.id,
    part: part.part,
    registry: registry.id,
    job_name: jobName(array),
    script: arrayFiles(dir).script,
    dir,
    indices: formatIndices(part.indices),
    resources,
    dependencies,
    ...(throttle === undefined || throttle >= part.indices.size ? {} : { throttle }),
    ...(array.one_job === undefined ? {} : { one_job: true }),
  };
  try {
    return await scheduler.submitArray(request);
  } catch (error) {
    if (!isFault(error) || error.code !== "tempfail") throw error;
    const parts = readParts(sending.array);
    const sought = { run: array.id, part: part.part, job_name: request.job_name };
    const found = await jobFoundLater(sender, sought, error, (job) => isJobOf(job, part, parts));
    return { job: found, argv: [], says: "found by its comment after the submission had timed out" };
  }
}

/** Somebody may have cancelled some while the scheduler was being asked, and had no job to cancel then. */
async function cancelUnwanted(
  sender: Sender,
  elements: readonly Element[],
  said: ReadonlyMap<Element, ElementSent>,
): Promise<void> {
  const unwanted = elements.filter(({ disk }) => list(envelope(disk.dir)).includes("cancel.json"));
  const jobs = unwanted.flatMap((element) => {
    const sent = said.get(element);
    return sent?.how === "submitted" && sent.job.includes("_") ? [sent.job] : [];
  });
  if (jobs.length > 0) await sender.scheduler.cancel(jobs);
}
