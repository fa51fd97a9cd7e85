// A run that follows: it is answered when its leader has made what both compute; when the leader never will, it fails with it
// or takes over, by what ended the leader.
import type { Outcome } from "../record/facts.js";
import { handleOf } from "../record/run-id.js";
import type { Standing } from "../record/state.js";
import { timestamp } from "../record/units.js";
import { decide } from "../registry/decisions.js";
import type { RunOnDisk } from "../registry/facts.js";
import { note } from "../registry/journal.js";
import { readLeader, writeLeader } from "../registry/leaders.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import { type Asker, answerFor } from "./answer.js";
import { answered } from "./answered.js";
import type { Fate } from "./fate.js";
import { observe } from "./observe.js";
import { settle } from "./settle.js";

export interface Follower extends Asker {
  scheduler: Scheduler;
  /** How long the owner of a run that seems to have ended may take to say so, or to send it again (seconds). */
  courtesy_s: number;
}

export type Followed =
  | { how: "waits"; news: boolean }
  | { how: "ended"; outcome: Outcome; made: boolean }
  /** It computes now: it is to get a script and to be sent. */
  | { how: "claimed" };

/** Looks at the leader of one of the caller's runs that follow, and does what follows from it. Throws faults, `unavailable` among them. */
export async function follow(follower: Follower, disk: RunOnDisk): Promise<Followed> {
  const { registry, now } = follower;
  let failed: { leader: RunOnDisk; standing: Standing } | undefined;
  const answer = await answerFor(disk.run, {
    ...follower,
    observe: (leader) => look(follower, disk, leader),
    onEnd: (leader, fate) => {
      const course = courseOf(follower, disk, leader, fate);
      failed = course === "fail" && leader && fate ? { leader, standing: fate.standing } : undefined;
      return course === "next" ? "next" : "stay";
    },
  });
  if (answer === undefined) return { how: "waits", news: false };
  if (answer.decision === "hit") return { how: "ended", ...answered(registry, disk, answer, now) };
  if (failed && answer.decision === "follows" && answer.leader === failed.leader.run.id)
    return { how: "ended", ...settle(registry, disk, endOf(failed, registry.user), now) };
  const news = decide(registry, disk, { ...answer, at: timestamp(now) }) === "made";
  if (answer.decision === "follows") return { how: "waits", news };
  if (news) note(registry, "run_takes_over", disk.run.id, { name: disk.run.name });
  return { how: "claimed" };
}

/** What is seen of the leader's job, also noted where it says more than before. */
async function look({ registry, scheduler, now }: Follower, disk: RunOnDisk, leader: RunOnDisk) {
  const before = readLeader(disk, leader.run.id);
  const seen = await observe(leader, { run: disk.run.id, before }, { registry, scheduler, now });
  if (!seen) return undefined;
  const same = JSON.stringify([before?.job, before?.absent_since]) === JSON.stringify([seen.job, seen.absent_since]);
  if (!same || seen.absent_since !== undefined) writeLeader(registry, disk, seen);
  return seen;
}

/** What was no fault of what is computed: whoever waits may compute it herself. */
const others = new Set(["cancelled", "preempted", "node_fail", "submit_error", "launch_error", "dependency"]);

function courseOf(
  { courtesy_s, now, registry }: Follower,
  { run }: RunOnDisk,
  leader: RunOnDisk | undefined,
  fate: Fate | undefined,
): "next" | "fail" | "stay" {
  if (!leader || !fate || fate.is !== "ended" || fate.missing !== undefined) return "next";
  const { state, mode } = fate.standing;
  const fails = !(
    state === "lost" ||
    state === "planned" ||
    state === "requeued" ||
    others.has(mode ?? state) ||
    mayDoBetter(run, leader, mode)
  );
  if (fails) return "fail";
  // Nobody has written down yet that it has ended: its owner may.
  const written = leader.facts.outcome !== undefined || leader.run.user === registry.user;
  const since = Date.parse(fate.standing.ended_at ?? leader.facts.scheduler?.absent_since ?? "");
  return written || !(now - since < courtesy_s * 1000) ? "next" : "stay";
}

/** Whether one has more of what the leader had too little of. What could not be read may be readable for another user. */
function mayDoBetter(run: RunOnDisk["run"], { run: leader }: RunOnDisk, mode: Standing["mode"]): boolean {
  const [mine, its] = [run.resources, leader.resources];
  if (mode === "timeout") return (mine.time_s ?? 0) > (its.time_s ?? 0);
  if (mode === "oom") return (mine.mem_bytes ?? 0) > (its.mem_bytes ?? 0);
  return mode === "input_error" && run.user !== leader.user;
}

function endOf({ leader, standing }: { leader: RunOnDisk; standing: Standing }, me: string): Standing {
  const { state, mode, message, exit_code } = standing;
  const whose = leader.run.user === me ? "" : `${leader.run.user}'s run `;
  return {
    state: state === "failed" ? state : "failed",
    ...(mode === undefined ? {} : { mode }),
    message: `${whose}${leader.run.id}, which it followed, failed${message === undefined ? "" : `: ${message}`}`,
    hint: `lab why ${handleOf(leader.run.id)}`,
    ...(exit_code === undefined ? {} : { exit_code }),
    final: true,
  };
}
