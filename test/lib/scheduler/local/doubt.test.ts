import t from "tap";
import type { Reservation } from "../../../../lib/record/queue.js";
import { makeDoubt } from "../../../../lib/scheduler/local/doubt.js";
import { plan } from "../../../../lib/scheduler/local/plan.js";
import { household, item, queued, world } from "./worlds.js";

const capacity = { cpus: 1, gpus: 0, mem_bytes: 0 };

function scene(token = "a") {
  const mine = household(1, [item({ queued: queued(2) })]);
  const theirs = household(2, [item({ queued: queued(1) })], { token });
  return world(mine, theirs);
}

const turn = (all: ReturnType<typeof scene>, absent: Set<number>) =>
  plan(all, capacity, absent).start.map(({ candidate }) => candidate.uid);

t.test("who does not come when it is her turn is not waited for any longer, until she does something", async (t) => {
  const doubt = makeDoubt(100);
  const all = scene();
  t.same(turn(all, doubt.absent(all, 0)), [2]);
  t.notOk(doubt.note(all, plan(all, capacity), 0));
  t.notOk(doubt.note(all, plan(all, capacity), 99));
  t.ok(doubt.note(all, plan(all, capacity), 100));
  t.same([...doubt.absent(all, 100)], [2]);
  t.same(turn(all, doubt.absent(all, 100)), [1]);
  t.same([...doubt.absent(scene("b"), 200)], [], "a new worker of hers");
  doubt.note(all, plan(all, capacity), 300);
  t.ok(doubt.note(all, plan(all, capacity), 400));
  const acted = scene();
  acted.log.entries.push({ number: 4, ended: true, reservation: { uid: 2 } as Reservation });
  t.same([...doubt.absent(acted, 410)], [], "an entry of hers");
});

t.test("nobody is doubted for ever", async (t) => {
  const doubt = makeDoubt(100);
  const all = scene();
  doubt.note(all, plan(all, capacity), 0);
  t.ok(doubt.note(all, plan(all, capacity), 100));
  t.same([...doubt.absent(all, 1599)], [2]);
  t.same([...doubt.absent(all, 1600)], []);
  t.notOk(doubt.note(all, plan(all, capacity), 1600), "and is waited for anew");
});

t.test("a turn that passed by itself is no ground for doubt, nor is one's own", async (t) => {
  const doubt = makeDoubt(100);
  const all = scene();
  doubt.note(all, plan(all, capacity), 0);
  t.notOk(doubt.note(all, { ...plan(all, capacity), start: [] }, 90));
  t.notOk(doubt.note(all, plan(all, capacity), 120));
  const alone = world(household(1, [item({ queued: queued(2) })]));
  t.notOk(doubt.note(alone, plan(alone, capacity), 0));
  t.notOk(doubt.note(alone, plan(alone, capacity), 1000));
});
