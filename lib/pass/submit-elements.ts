// Giving elements of one array to the scheduler: seals, the part's intent, scheduler, receipt. As many as there is room for;
// where the scheduler takes fewer, half as many, down to one; where it says that something is wrong with them one tells
// whether that is so of each, and then twice as many. What is left waits. A crash between any two of these is repaired
// by reconcile, as of a single run.

import { decided, lastSent, refused } from "../record/decided.js";
import { type Fault, isFault } from "../record/fault.js";
import { timestamp } from "../record/units.js";
import { decideAll } from "../registry/decisions.js";
import type { RunOnDisk } from "../registry/facts.js";
import { noteAll } from "../registry/journal.js";
import { openRun } from "../registry/runs.js";
import { type Element, type ElementSent, failed, type Sending } from "./element-sent.js";
import { sealClaims } from "./seal-claim.js";
import { settle, voidUnsubmitted } from "./settle.js";
import { type Sender, voidEarlier } from "./submit.js";
import { sendPart } from "./submit-part.js";

/** Sends what there is room for and says of each element what became of it; nothing more is sent where the scheduler cannot be asked. */
export async function submitElements(
  sender: Sender,
  sending: Sending,
  elements: readonly Element[],
): Promise<Map<Element, ElementSent>> {
  const said = new Map<Element, ElementSent>();
  const sealed = new Set<Element>();
  let rest = [...elements].sort((a, b) => a.index - b.index);
  let size = Math.min(rest.length, sending.room);
  let refusal: string | undefined;
  let [isRefused, grows, sent] = [false, false, 0];
  while (rest.length > 0 && size > 0) {
    const taken = rest.slice(0, size);
    const ready = await sealedOf(sender, taken, sealed, said);
    rest = rest.filter((one) => !said.has(one));
    // Where some had to be left out others take their place.
    if (ready.length < taken.length) continue;
    const answer = await sendPart(sender, sending, ready, said);
    if (isFault(answer)) return endWith(answer, rest, said);
    rest = rest.filter((one) => !said.has(one));
    if (answer === "again") continue;
    if (answer === undefined) {
      sent += ready.length;
      if (grows) refusal = undefined;
      // What was refused as a whole may have room for a part of what is left.
      if (!isRefused) size = 0;
      else size = grows ? Math.min(2 * size, sending.room - sent) : Math.floor(size / 2);
      continue;
    }
    if (size === 1 && !answer.isLimit && sent === 0) return failAll(sender, answer.error, rest, said);
    grows = !answer.isLimit && sent === 0;
    refusal = answer.message;
    if (!answer.isLimit && sent > 0) refusal += ` (of ${ready.length} at once; others were taken)`;
    isRefused = true;
    size = grows ? 1 : Math.floor(size / 2);
  }
  const message =
    refusal ?? `waits for room: ${sending.room === 0 ? "none is" : "no more is"} left beside your jobs in the queue`;
  return deferAll(sender, message, rest, said);
}

/** Those whose claim is sealed now, and that nobody has given up. */
async function sealedOf(
  { asker }: Sender,
  elements: readonly Element[],
  sealed: Set<Element>,
  said: Map<Element, ElementSent>,
): Promise<Element[]> {
  const claiming = elements.flatMap(({ disk, ticket }, i) =>
    ticket && !sealed.has(elements[i] as Element) ? [{ disk, ticket, element: elements[i] as Element }] : [],
  );
  const seals = await sealClaims(asker, claiming);
  for (const [i, { element }] of claiming.entries()) {
    if (seals[i] === "sealed") sealed.add(element);
    else if (seals[i] === "lost") said.set(element, { how: "lost" });
    else said.set(element, failed("tempfail", "cannot submit it: another process is about to"));
  }
  for (const element of elements)
    if (!element.ticket && !voidEarlier(asker.registry, element.disk, element.n))
      said.set(element, failed("tempfail", "cannot submit it: another process is about to"));
  return elements.filter((element) => !said.has(element));
}

/** Decides that these wait, with the scheduler's words; not of one that another process has sent meanwhile. */
async function deferAll(
  { registry, now }: Sender,
  message: string,
  rest: readonly Element[],
  said: Map<Element, ElementSent>,
): Promise<Map<Element, ElementSent>> {
  const at = timestamp(now());
  const waiting: RunOnDisk[] = [];
  for (const element of rest) {
    const disk = openRun(registry, registry.user, element.run.id) ?? element.disk;
    if (isBegun(disk)) said.set(element, failed("tempfail", "cannot submit it: another process has begun to"));
    else {
      said.set(element, { how: "deferred", message });
      waiting.push(disk);
    }
  }
  await decideAll(
    registry,
    waiting.map((disk) => ({ disk, decided: { decision: "deferred" as const, message, at } })),
  );
  noteAll(
    registry,
    "run_deferred",
    waiting.map(({ run: { id, name } }) => ({ run: id, more: { name } })),
  );
  return said;
}

/** A decision now would say that what was sent counts no more. */
function isBegun({ facts }: RunOnDisk): boolean {
  return lastSent(facts) > 0 && !decided(facts) && !refused(facts);
}

/** What the scheduler takes not even one of is the end of all, with its words. */
function failAll(
  { registry, now }: Sender,
  error: Fault,
  rest: readonly Element[],
  said: Map<Element, ElementSent>,
): Map<Element, ElementSent> {
  for (const element of rest) {
    const disk = openRun(registry, registry.user, element.run.id) ?? element.disk;
    // Another pass has sent it meanwhile, and the scheduler took it.
    if (isBegun(disk)) continue;
    const begun = disk.facts.submissions.some(({ n, intent }) => n === element.n && intent);
    if (!begun && !voidUnsubmitted(registry, disk)) continue;
    const hint = error.hint ? { hint: error.hint } : {};
    settle(
      registry,
      disk,
      { state: "failed", mode: "submit_error", message: error.message, ...hint, final: true },
      now(),
    );
    said.set(element, { how: "failed", error });
  }
  return said;
}

function endWith(error: Fault, rest: readonly Element[], said: Map<Element, ElementSent>): Map<Element, ElementSent> {
  for (const element of rest) said.set(element, { how: "failed", error });
  return said;
}
