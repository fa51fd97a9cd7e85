// One created run and its key: answered by an earlier run, by one that is under way, or claimed.
import type { Context } from "../../command/context.js";
import { type Answer, type Asker, answerFor } from "../../pass/answer.js";
import { answered } from "../../pass/answered.js";
import { observe } from "../../pass/observe.js";
import type { Slot } from "../../record/claim.js";
import { lastSent } from "../../record/decided.js";
import type { LeaderFact } from "../../record/facts.js";
import { fault, isFault } from "../../record/fault.js";
import { type Run, runSchema } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import { checked } from "../../record/schema.js";
import { timestamp } from "../../record/units.js";
import { generationsOf } from "../../registry/claims.js";
import { decideBeside } from "../../registry/decisions.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { note } from "../../registry/journal.js";
import type { Registry } from "../../registry/open.js";
import { openRun } from "../../registry/runs.js";
import { writerAlive } from "../../registry/submissions.js";
import { graces } from "../runs.js";
import { trusted } from "../trust.js";
import { isReady } from "./ready.js";
import { unsent } from "./unsent.js";

/** What it takes to ask who answers for a key. */
export async function askerOf(context: Context, by: Asker["by"]): Promise<Asker> {
  const { config } = await context.config();
  return {
    registry: await context.registry(),
    graces: await graces(context),
    now: Date.now(),
    lease_s: config.cache.lease,
    courtesy_s: config.cache.courtesy,
    trusts: await trusted(context),
    by,
    report: (error) => tell(error.message, context),
  };
}

const told = new Set<string>();

/** What somebody else has put among the claims is no error of one's own, and is told once. */
function tell(message: string, context: Context): void {
  if (!told.has(message)) context.say(message);
  told.add(message);
}

/** The run grown by what was decided. A hit has its outcome now; twice is the same as once. Throws faults. */
export async function cacheRun(given: Run, context: Context): Promise<Run> {
  const run = checked(runSchema, given, "the run");
  const registry = await context.registry();
  if (run.user !== registry.user) throw fault("noperm", `the run is ${run.user}'s, you are ${registry.user}`);
  const asker = { ...(await askerOf(context, "cache")), beside: true };
  if (context.dryRun || run.dry_run) {
    const answer = await answerFor(run, { ...asker, dry: true });
    sayWho(run, answer, context);
    return { ...grown(run, answer), dry_run: true };
  }
  const disk = openRun(registry, registry.user, run.id);
  if (!disk)
    throw fault("noinput", `cannot decide about it: you have no such run in '${registry.base}'`, {
      hint: "lab-create comes before lab-cache",
    });
  // What has begun, or has ended, is decided.
  if (disk.facts.outcome || lastSent(disk.facts) > 0) return { ...run, phase: "cached", ...decisionOf(disk) };
  const answer = await answerFor(disk.run, {
    ...asker,
    observe: (leader) => lookAtEnded(leader, disk, context),
    ready: () => isReady(disk.run, async () => ({ ...asker, asker, scheduler: await context.scheduler() })),
  });
  const at = timestamp(Date.now());
  const decided = await decideBeside(registry, disk, answer ? { ...answer, at } : { decision: "unclaimed", at });
  if (decided === "made" && answer)
    note(registry, `run_${words[answer.decision]}`, run.id, { name: run.name, ...leaderOf(answer) });
  if (answer?.decision === "hit") answered(registry, disk, answer, Date.now());
  sayWho(run, answer, context);
  if (answer?.decision === "follows") sayUnsent(run, answer, answer, registry, context);
  return grown(run, answer);
}

/**
 * What the scheduler says of a leader whose command has ended otherwise than well, though its owner has not written down yet
 * that it has: nobody needs to follow that. Of others their files say enough; where nobody can be asked they have to.
 */
async function lookAtEnded(leader: RunOnDisk, disk: RunOnDisk, context: Context): Promise<LeaderFact | undefined> {
  const exit = leader.facts.attempts.at(-1)?.exit;
  if (exit === undefined || exit.code === 0) return undefined;
  try {
    const [registry, scheduler] = [await context.registry(), await context.scheduler()];
    return await observe(leader, { run: disk.run.id, before: undefined }, { registry, scheduler, now: Date.now() });
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

/** Whoever claimed, and is no more, may have died before it was sent. */
function sayUnsent(
  { id, user }: Run,
  of: Slot & { generation: number },
  by: { leader: string; leader_user: string },
  registry: Registry,
  context: Context,
): void {
  const leader = openRun(registry, by.leader_user, by.leader);
  const claim = generationsOf(registry, of).find(({ generation }) => generation === of.generation)?.claim;
  const hint = leader && unsent(leader, user);
  if (hint !== undefined && claim && writerAlive(claim) !== true) context.say(`${id}: ${hint}`);
}

const words = { claimed: "claimed", hit: "answered", follows: "follows" } as const;

function leaderOf(answer: Answer): { leader?: string } {
  return answer.decision === "claimed" ? {} : { leader: answer.leader };
}

/** What was decided of a run, as its record carries it down the pipe. */
export function decisionOf({ facts }: RunOnDisk): Pick<Run, "decision"> {
  if (!facts.decision) return {};
  const { decision, key, epoch, generation, leader, leader_user } = facts.decision;
  const all = Object.entries({ key, epoch, generation, leader, leader_user }).filter(
    ([, value]) => value !== undefined,
  );
  return { decision: { decision, ...Object.fromEntries(all) } };
}

function grown(run: Run, answer: Answer | undefined): Run {
  const decision = { ...(answer ?? { decision: "unclaimed" }) };
  const state =
    answer?.decision === "hit" ? { state: "cached" } : answer?.decision === "follows" ? { state: "following" } : {};
  return { ...run, phase: "cached", ...state, decision };
}

function sayWho({ id, user, sweep }: Run, answer: Answer | undefined, context: Context): void {
  if (answer === undefined || answer.decision === "claimed" || sweep !== undefined) return;
  const whose = answer.leader_user === user ? "your run" : `${answer.leader_user}'s run`;
  const leader = `${whose} ${handleOf(answer.leader)}`;
  if (answer.decision === "hit") context.say(`${id}: answered by ${leader} (lab run --recompute computes it anew)`);
  else context.say(`${id}: follows ${leader}, which computes the same (lab run --no-follow does not wait)`);
}
