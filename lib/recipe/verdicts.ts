// What a policy says of artifacts: which are to be evaluated now, and of each of the others why not. Pure.
import type { Artifact } from "../record/artifact.js";
import { like } from "../record/like.js";
import type { Why } from "../record/policy.js";
import type { Policy } from "./policy.js";

export type Rules = Pick<
  Policy,
  | "type"
  | "producer_recipe"
  | "role"
  | "tags"
  | "every_n_steps"
  | "latest_only"
  | "max_concurrent"
  | "order"
  | "again_when_edited"
  | "max_attempts"
>;

/** One try at evaluating an artifact, and what has become of it. */
export interface Tried {
  attempt: number;
  /** A request whose run has not ended is pending, and one whose run does not exist yet. */
  state: "pending" | "succeeded" | "failed";
  run?: string;
  /** How it stands, in a word or two. */
  word?: string;
  /** It was of what a later attempt of the producer has written over. */
  stale?: boolean;
  /** The policy's recipe was another one then. */
  edited?: boolean;
  /** Somebody asked for it: tries before it do not count any more. */
  again?: boolean;
}

export interface Candidate {
  artifact: Artifact;
  /** All tries, the oldest first. */
  tried: readonly Tried[];
  /** Whether `where` holds of it. */
  passes: boolean;
  /** Its bytes are there. */
  there: boolean;
}

export interface Decided {
  artifact: Artifact;
  why: Why;
  message: string;
  /** The one that is due, or the last. */
  attempt?: number;
  /** The run of the last try. */
  run?: string;
  /** Of what is due: tries before it do not count. */
  again?: boolean;
}

/**
 * Decides of each artifact, in the order given; at most as many are due as the policy leaves room for beside `others`, the
 * pending tries at artifacts that are not among these. No artifact with a pending try is due, and none with max_attempts
 * failed ones, unless `again`.
 */
export function verdicts(
  rules: Rules,
  candidates: readonly Candidate[],
  { again = false, others = 0 }: { again?: boolean; others?: number } = {},
): Decided[] {
  const suits = suiting(rules);
  const first = candidates.map((candidate) => suits(candidate) ?? tries(rules, candidate, again));
  const newest = rules.latest_only ? newestSteps(candidates, first) : undefined;
  const decided = first.map((one) => (newest?.has(streamOf(one.artifact)) ? older(one, newest) : one));
  return withRoom(rules, decided, others);
}

/** Whether an artifact is none of the policy's, by what it is. */
function suiting({ type, producer_recipe, role, tags, every_n_steps }: Rules) {
  const producer = producer_recipe === undefined ? undefined : like(producer_recipe);
  return ({ artifact, passes }: Candidate): Decided | undefined => {
    const not = (why: Why, message: string) => ({ artifact, why, message });
    if (artifact.kind !== type) return not("type", `its type is ${artifact.kind}, not ${type}`);
    if (producer && !producer(artifact.recipe ?? ""))
      return not(
        "producer",
        `${artifact.recipe === undefined ? "no run" : artifact.recipe} made it, not ${producer_recipe}`,
      );
    if (role !== undefined && artifact.role !== role)
      return not("role", `its role is ${artifact.role ?? "none"}, not ${role}`);
    const missing = tags.find((tag) => !artifact.tags?.includes(tag));
    if (missing !== undefined) return not("tags", `it has no tag ${missing}`);
    if (!passes) return not("where", "applies_to.where does not hold of it");
    if (every_n_steps === undefined) return undefined;
    if (artifact.step === undefined) return not("no_step", "it is no step of a stream");
    if (artifact.step % every_n_steps !== 0)
      return not("cadence", `step ${artifact.step} is no multiple of ${every_n_steps}`);
    return undefined;
  };
}

/** What the tries at an artifact say, which is one of the policy's. */
function tries(rules: Rules, { artifact, tried, there }: Candidate, again: boolean): Decided {
  const last = tried.at(-1);
  const of = last === undefined ? {} : { attempt: last.attempt, ...(last.run === undefined ? {} : { run: last.run }) };
  const say = (why: Why, message: string): Decided => ({ artifact, why, message, ...of });
  const pending = tried.find(({ state }) => state === "pending");
  if (pending) {
    const { attempt, run } = pending;
    const message = `try ${attempt} is under way${pending.word === undefined ? "" : `: ${pending.word}`}`;
    return { artifact, why: "pending", message, attempt, ...(run === undefined ? {} : { run }) };
  }
  const counted = again ? [] : counting(rules, tried);
  if (counted.at(-1)?.state === "succeeded") {
    const edited = counted.at(-1)?.edited ? "; the recipe was edited since (--again evaluates it again)" : "";
    return say("evaluated", `it was evaluated${edited}`);
  }
  if (counted.length >= rules.max_attempts) {
    const words = counted.at(-1)?.word;
    const all = counted.length === 1 ? "its only try" : `all ${counted.length} tries`;
    return say("exhausted", `${all} failed${words === undefined ? "" : `, the last: ${words}`}`);
  }
  if (!there) return say("gone", "its bytes are no longer there");
  const attempt = (last?.attempt ?? 0) + 1;
  const fresh = again && tried.length > 0;
  const why = counted.length > 0 ? `${counted.length} of ${rules.max_attempts} tries failed` : reasonFor(tried, fresh);
  return { artifact, why: "due", message: why, attempt, ...(fresh ? { again: true } : {}) };
}

function reasonFor(tried: readonly Tried[], again: boolean): string {
  if (tried.length === 0) return "it was not evaluated yet";
  if (again) return "evaluated again as asked";
  return tried.at(-1)?.stale ? "it was written anew since" : "the recipe was edited since";
}

/** The tries at this artifact as it is: of what was written over, before somebody asked again, or by another recipe none counts. */
function counting({ again_when_edited }: Rules, tried: readonly Tried[]): Tried[] {
  const from = tried.findLastIndex(({ again }) => again);
  return tried.slice(Math.max(0, from)).filter(({ stale, edited }) => !stale && !(again_when_edited && edited));
}

/** Of each stream the newest step that is one of the policy's. */
function newestSteps(candidates: readonly Candidate[], decided: readonly Decided[]): Map<string, number> {
  const newest = new Map<string, number>();
  for (const [i, { artifact }] of candidates.entries()) {
    if (artifact.step === undefined || !isOurs(decided[i]?.why)) continue;
    const stream = streamOf(artifact);
    newest.set(stream, Math.max(artifact.step, newest.get(stream) ?? 0));
  }
  return newest;
}

function isOurs(why: Why | undefined): boolean {
  return why === "due" || why === "pending" || why === "evaluated" || why === "exhausted";
}

function older(decided: Decided, newest: ReadonlyMap<string, number>): Decided {
  const { artifact, why } = decided;
  const step = newest.get(streamOf(artifact));
  if (why !== "due" || step === undefined || artifact.step === step) return decided;
  const { attempt: _, again: __, ...rest } = decided;
  return { ...rest, why: "older", message: `step ${step} is newer (latest_only)` };
}

function streamOf({ user, run, role, id }: Artifact): string {
  return run === undefined ? id : `${user} ${run} ${role}`;
}

/** Of those that are due as many as there is room for, the oldest or the newest first. */
function withRoom({ max_concurrent, order }: Rules, decided: Decided[], others: number): Decided[] {
  if (max_concurrent === undefined) return decided;
  const taken = decided.filter(({ why }) => why === "pending").length + others;
  const due = decided.filter(({ why }) => why === "due").sort((a, b) => byAge(a.artifact, b.artifact));
  if (order === "newest") due.reverse();
  const now = new Set(due.slice(0, Math.max(0, max_concurrent - taken)));
  return decided.map((one) => {
    if (one.why !== "due" || now.has(one)) return one;
    const { attempt: _, again: __, ...rest } = one;
    return { ...rest, why: "room", message: `it waits: at most ${max_concurrent} at once (max_concurrent)` };
  });
}

/** The older first: by the run that made it, then by step, then by when it was registered. */
export function byAge(a: Artifact, b: Artifact): number {
  const order = (x: string, y: string) => (x < y ? -1 : x > y ? 1 : 0);
  const run = a.run !== undefined && b.run !== undefined ? order(a.run, b.run) : order(a.at, b.at);
  return run || (a.step ?? 0) - (b.step ?? 0) || order(a.at, b.at) || order(a.id, b.id);
}
