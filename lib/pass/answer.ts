// Who answers for a run's key: an earlier run that has made it, one that is making it, or the run itself, which claims it
// then. The protocol is that of lab-registry(5), "Claims"; test/model holds a model of it. Whoever links a name first has
// decided, no clock ever has.
import { type Claim, claims, type Go, type Slot } from "../record/claim.js";
import { lastSent } from "../record/decided.js";
import type { LeaderFact } from "../record/facts.js";
import { type Fault, fault, isFault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import type { Graces } from "../record/state.js";
import {
  type Claimed,
  type Generation,
  generationsOf,
  holderOf,
  linkClaim,
  linkClaimBeside,
  linkGo,
  ownKey,
  ownOnly,
} from "../registry/claims.js";
import type { RunOnDisk } from "../registry/facts.js";
import { envelope, runDirectory } from "../registry/layout.js";
import type { Registry } from "../registry/open.js";
import { list } from "../registry/read.js";
import { openRun } from "../registry/runs.js";
import { serverTime } from "../registry/server-time.js";
import { type Fate, fateOf, isReadable, mayCompute } from "./fate.js";
import { isSpent } from "./spent.js";

type Found = { generation: number } & (
  | { decision: "claimed" }
  | { decision: "hit" | "follows"; leader: string; leader_user: string }
);

export type Answer = Slot & Found;

export interface Asker {
  registry: Registry;
  graces: Graces;
  now: number;
  /** How long a claim may stand before its run is submitted (seconds). */
  lease_s: number;
  /** How long the owner of a run that is to be submitted again may take to do it (seconds); for ever, if not given. */
  courtesy_s?: number;
  /** Whose results may answer. */
  trusts(user: string): boolean;
  by: Go["by"];
  /** The run's own generation whose jobs would all give way to a later one, also to one that has come to nothing. */
  spent?: Slot & { generation: number };
  /** Claims nothing: says what would be. */
  dry?: boolean;
  /** Looks at the job of another run, now; what it knew before does not count. Where it is not given only files tell. */
  observe?(leader: RunOnDisk): Promise<LeaderFact | undefined>;
  /** What a leader's end means: the next generation may be claimed (always, if not given), or the answer stays as it is. */
  onEnd?(leader: RunOnDisk | undefined, fate: Fate | undefined): "next" | "stay";
  /** Whether the run could begin now: one that could not takes no claim away that was not sent yet. Taken for granted if not given. */
  ready?(): Promise<boolean>;
  /** Others ask at the same time: what is written, is written beside what they write. */
  beside?: boolean;
  report?(error: Fault): void;
}

/** One answer being looked for, and what was seen meanwhile of others' jobs, by run. */
interface Asking extends Asker {
  seen: Map<string, LeaderFact>;
}

/**
 * Who answers for the run; undefined where it claims nothing. A claim that is made is the run's for good: asking again finds
 * it. Where another user is not trusted, cannot be read, or nobody is to be waited for (`--no-follow`), it is claimed in a
 * chain of the user's own. Throws faults.
 */
export async function answerFor(run: Run, asker: Asker): Promise<Answer | undefined> {
  const { key, epoch } = run;
  if (!claims(run) || key === undefined || epoch === undefined) return undefined;
  const asking = { ...asker, seen: new Map() };
  const own = { key: ownKey(key.digest, asker.registry.uid), epoch };
  const alone = run.caching?.follow === false;
  const shared = alone ? undefined : await inChain(run, { key: key.digest, epoch }, false, asking);
  const answer = shared ?? (await inChain(run, own, true, asking));
  if (answer === undefined) throw fault("dataerr", "cannot claim the key: one's own claims cannot be read");
  return answer;
}

/** Undefined where the one who holds the chain may not answer for the caller. */
async function inChain(run: Run, slot: Slot, own: boolean, asking: Asking): Promise<Answer | undefined> {
  const { registry, dry } = asking;
  for (;;) {
    const listed = generationsOf(registry, slot, asking.report);
    const generations = own ? ownOnly(listed, registry.user) : listed;
    const holder = holderOf(generations);
    const found =
      holder?.claim.run === run.id
        ? await itsOwn(run, slot, holder, generations, asking)
        : await lookAt(run, holder, generations, asking);
    if (found === "again") continue;
    if (found === "hidden") return undefined;
    if (found) return { ...slot, ...found };
    const next = (generations.at(-1)?.generation ?? 0) + 1;
    if (dry) return { decision: "claimed", ...slot, generation: next };
    if (!isDecided(generations, slot, asking)) continue;
    const claiming = { run: run.id, ...(own ? { own } : {}) };
    const link = asking.beside ? linkClaimBeside : linkClaim;
    if ((await link(registry, slot, next, claiming)) === "exists") continue;
    const why = obstacle(run, asking);
    if (!why && (await isClear(generations, run, asking))) return { decision: "claimed", ...slot, generation: next };
    giveBack(run, slot, next, asking);
    if (why) throw fault("tempfail", `cannot claim anything for ${run.id}: ${why}`);
  }
}

/** What a run has that holds the chain itself; undefined where it needs the next generation, since of its own comes nothing. */
async function itsOwn(
  run: Run,
  slot: Slot,
  { generation, seal, go }: Claimed,
  all: readonly Generation[],
  asking: Asking,
): Promise<Found | "again" | "hidden" | undefined> {
  const claimed = { decision: "claimed", generation } as const;
  const { spent } = asking;
  if (spent?.key === slot.key && spent.epoch === slot.epoch && spent.generation === generation)
    return otherwise(run, undefined, all, asking);
  if (asking.dry) return claimed;
  if (seal !== "go") {
    // It may have died before it looked again.
    if (await isClear(below(all, generation), run, asking)) return claimed;
    giveBack(run, slot, generation, asking);
    return "again";
  }
  const facts = openRun(asking.registry, asking.registry.user, run.id)?.facts;
  return facts && isSpent(facts, go?.submission ?? 1) ? otherwise(run, undefined, all, asking) : claimed;
}

/** What the holder's run is worth to the caller; undefined where the next generation may be opened. */
async function lookAt(
  run: Run,
  holder: Claimed | undefined,
  all: readonly Generation[],
  asking: Asking,
): Promise<Found | "hidden" | undefined> {
  if (holder && !asking.trusts(holder.claim.user)) return "hidden";
  const leader = holder && opened(holder.claim, asking);
  if (leader === "hidden") return leader;
  const fate = leader && (await fateNow(leader, asking));
  if (holder && leader && fate?.is === "made") return isReadable(leader) ? answerOf("hit", holder) : "hidden";
  if (holder && isWaitedFor(holder, leader, fate, asking)) return answerOf("follows", holder);
  const other = await otherwise(run, holder, all, asking);
  if (other) return other;
  // It waits for its inputs perhaps, as the caller would have to.
  const mayBeSent = leader && holder?.seal === undefined && fate?.is === "under way";
  if (holder && mayBeSent && asking.ready && !(await asking.ready())) return answerOf("follows", holder);
  return holder && asking.onEnd?.(leader, fate) === "stay" ? answerOf("follows", holder) : undefined;
}

/** A run of before, whose job nobody saw when it was given up, may compute all the same, or have done so. */
async function otherwise(
  run: Run,
  holder: Claimed | undefined,
  all: readonly Generation[],
  asking: Asking,
): Promise<Found | "hidden" | undefined> {
  for (const one of claimsIn(all)) {
    if (one.claim.run === run.id || one.claim.run === holder?.claim.run) continue;
    const other = opened(one.claim, asking);
    if (!other || other === "hidden") continue;
    const fate = await fateNow(other, asking);
    const isMade = fate.is === "made";
    if (isMade || mayCompute(other, fate))
      return asking.trusts(one.claim.user) ? answerOf(isMade ? "hit" : "follows", one) : "hidden";
  }
  return undefined;
}

function answerOf(decision: "hit" | "follows", { generation, claim }: Claimed): Found {
  return { generation, decision, leader: claim.run, leader_user: claim.user };
}

/** A claim that is not sealed is a promise, as long as its lease runs; so is a seal that nobody has acted on yet. */
function isWaitedFor(holder: Claimed, leader: RunOnDisk | undefined, fate: Fate | undefined, asking: Asking): boolean {
  if (fate?.is === "ended") return false;
  const sealed = holder.seal === "go" ? (holder.go?.submission ?? 1) : Infinity;
  if (leader && lastSent(leader.facts) >= sealed) return true;
  // Its run was there before its claim: one that is not to be seen is gone, or here it is late.
  const patience_s = leader ? asking.lease_s : Math.min(asking.lease_s, asking.graces.accounting_s);
  return serverTime(asking.registry) - (holder.sealed_at ?? holder.at) < patience_s * 1000;
}

/** Nobody opens a generation above one that is not decided, since its run could still be sent. Says whether all are. */
function isDecided(generations: readonly Generation[], slot: Slot, { registry, by }: Asking): boolean {
  const open = claimsIn(generations).findLast(({ seal }) => seal === undefined);
  return !open || linkGo(registry, slot, open.generation, { run: open.claim.run, by, void: true }).seal === "void";
}

/**
 * Whether no run of an earlier generation computes or has made it, looked at anew: since the claim above them was linked,
 * whoever begins finds it, and whoever began before is seen here. Those below the last that was sealed were looked at then.
 */
async function isClear(generations: readonly Generation[], run: Run, asking: Asking): Promise<boolean> {
  const sent = generations.findLast(({ claim, seal }) => claim && seal === "go")?.generation ?? 0;
  for (const { generation, claim } of claimsIn(generations)) {
    if (generation < sent || claim.run === run.id) continue;
    const leader = opened(claim, asking);
    if (!leader || leader === "hidden") continue;
    asking.seen.delete(claim.run);
    const fate = await fateNow(leader, asking);
    if (fate.is === "made" || mayCompute(leader, fate)) return false;
  }
  return true;
}

/** Why the run may claim nothing: it has ended, or a job of it has begun under what it claimed before. */
function obstacle({ id }: Run, { registry }: Asking): string | undefined {
  const names = list(envelope(runDirectory(registry.base, registry.user, id)));
  if (!names.some((name) => name === "outcome.json" || name.startsWith("attempt-"))) return undefined;
  const facts = openRun(registry, registry.user, id)?.facts;
  if (facts?.outcome) return `it has ended meanwhile (${facts.outcome.state})`;
  const { submission: last = 0, attempt = Infinity } = facts?.decision ?? {};
  const begun = facts?.attempts.some(
    ({ n, start, exit }) => start && (start.submission > last || n > attempt) && exit?.reason !== "superseded",
  );
  return begun ? "a job of it has begun meanwhile" : undefined;
}

/** What was claimed is not taken: another computes it after all. */
function giveBack(run: Run, slot: Slot, generation: number, { registry, by }: Asking): void {
  linkGo(registry, slot, generation, { run: run.id, by, void: true });
}

/** By its files; and where these do not tell, by what is seen of its job, after which its files are read again. */
async function fateNow(leader: RunOnDisk, asking: Asking): Promise<Fate> {
  const { graces, now, registry, courtesy_s } = asking;
  const id = leader.run.id;
  const known = asking.seen.get(id);
  // One's own is sent by the pass that looks.
  const patience = courtesy_s === undefined || leader.run.user === registry.user ? {} : { courtesy_s };
  const fate = fateOf(leader, { graces, now, ...patience, ...(known ? { seen: known } : {}) });
  if (known || leader.facts.outcome || !asking.observe) return fate;
  const seen = await asking.observe(leader);
  if (!seen) return fate;
  asking.seen.set(id, seen);
  return fateOf(openRun(registry, leader.run.user, id) ?? leader, { graces, now, ...patience, seen });
}

function opened({ run, user, key, epoch, own }: Claim, asking: Asking): RunOnDisk | "hidden" | undefined {
  try {
    const leader = openRun(asking.registry, user, run);
    if (!leader) return undefined;
    const its = own ? ownKey(leader.run.key?.digest ?? "", leader.owner) : leader.run.key?.digest;
    if (its === key && leader.run.epoch === epoch) return leader;
    throw fault("dataerr", `cannot trust the claim of ${user}'s run ${run}: its key is another`);
  } catch (error) {
    if (!isFault(error) || (error.code !== "noperm" && error.code !== "dataerr")) throw error;
    asking.report?.(error);
    return "hidden";
  }
}

function claimsIn(generations: readonly Generation[]): Claimed[] {
  return generations.filter((one): one is Claimed => one.claim !== undefined);
}

function below(generations: readonly Generation[], generation: number): Generation[] {
  return generations.filter((one) => one.generation < generation);
}
