// The protocol of the host's log against a model: actors that stop each other in every instant, die, and leave.
import fc from "fast-check";
import t from "tap";
import type { Reservation } from "../../../../lib/record/queue.js";
import { processStart } from "../../../../lib/scheduler/local/processes.js";
import { type Reserving, reserve } from "../../../../lib/scheduler/local/reserve.js";
import type { Entry, ReservationStore } from "../../../../lib/scheduler/local/store.js";

const capacity = { cpus: 6, gpus: 4, mem_bytes: 10 };
const here = { host: "here", boot: "b" };
const self = { pid: process.pid, pid_start: processStart(process.pid) ?? "" };

function wanted(more: Partial<Reservation>): Reservation {
  const takes = { gpus: [], cpus: 1, mem_bytes: 0 };
  const who = { user: "u", uid: 1, job: "local-abcdef-1", ...self, at: "2026-01-01T00:00:00Z" };
  return { type: "reservation", v: 1, ...here, ...who, ...takes, ...more };
}

/** A log in memory. `before` is called before every look and link, and may do anything. */
function memoryLog(before: () => void = () => {}) {
  const files = new Map<number, Entry>();
  const junk = new Set<number>();
  const store: ReservationStore = {
    read() {
      before();
      const entries = [...files.values()].map((entry) => ({ ...entry })).sort((a, b) => a.number - b.number);
      return { entries, next: Math.max(0, ...files.keys(), ...junk) + 1 };
    },
    link(number, reservation) {
      before();
      if (files.has(number) || junk.has(number)) return "exists";
      files.set(number, { number, reservation, ended: false });
      return "made";
    },
    end(numbers) {
      for (const number of numbers) {
        const entry = files.get(number);
        if (entry) entry.ended = true;
      }
    },
    watch: () => () => {},
  };
  const reserving: Reserving = { reservations: store, here, capacity, report: t.fail };
  return { files, junk, store, reserving };
}

t.test("takes what is free, and nothing that is taken", async (t) => {
  const { store, reserving } = memoryLog();
  t.equal(reserve(reserving, wanted({ gpus: [0, 1] })), 1);
  t.equal(reserve(reserving, wanted({ gpus: [1, 2] })), undefined, "a GPU");
  t.equal(reserve(reserving, wanted({ gpus: [2], cpus: 6 })), undefined, "cpus");
  t.equal(reserve(reserving, wanted({ mem_bytes: 11 })), undefined, "memory");
  t.equal(reserve(reserving, wanted({ gpus: [2], cpus: 5, mem_bytes: 10 })), 2);
  store.end([1]);
  t.equal(reserve(reserving, wanted({ gpus: [0, 1] })), 3);
});

t.test("what is of another boot, or whose process is gone, takes nothing", async (t) => {
  const { store, reserving } = memoryLog();
  store.link(1, wanted({ gpus: [0, 1], boot: "another" }));
  store.link(2, wanted({ gpus: [2, 3], pid_start: "1" }));
  t.equal(reserve(reserving, wanted({ gpus: [0, 1, 2, 3] })), 3);
});

t.test("loses a number, and takes the next if it still can", async (t) => {
  let looks = 0;
  let theirs: [number, number[]] = [1, [3]];
  const { store, reserving } = memoryLog(() => {
    looks += 1;
    // Between her first look and her link.
    if (looks === 2) store.link(theirs[0], wanted({ gpus: theirs[1] }));
  });
  t.equal(reserve(reserving, wanted({ gpus: [0] })), 2);
  looks = 0;
  theirs = [3, [1]];
  t.equal(reserve(reserving, wanted({ gpus: [1] })), undefined);
});

t.test("a number that is taken whenever it is tried ends in a fault, not in a loop", async (t) => {
  const { store, reserving } = memoryLog();
  const reservations: ReservationStore = { ...store, link: () => "exists" };
  t.throws(() => reserve({ ...reserving, reservations }, wanted({})), { code: "tempfail" });
});

/** What an actor may be stopped by, in the order of her looks and links: nothing, others' acts, or her death. */
type Act = Take | Part | { do: "litter" | "tidy" };
type Take = { do: "take"; gpus: number[]; cpus: number; stops: Act[][] };
type Part = { do: "leave" | "die" | "unlink"; which: number };

/** `unlink`, `litter` and `tidy` are what nobody of ours does: to remove one's highest number, or one that never counted. */
const plain: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constantFrom("leave" as const, "die" as const, "unlink" as const), which: fc.nat(8) }),
  fc.record({ do: fc.constantFrom("litter" as const, "tidy" as const) }),
);
const acts = fc.letrec<{ act: Act }>((tie) => ({
  act: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    plain,
    fc.record({
      do: fc.constant("take" as const),
      gpus: fc.uniqueArray(fc.nat(3), { maxLength: 3 }),
      cpus: fc.nat(3),
      stops: fc.array(fc.array(tie("act"), { maxLength: 2 }), { maxLength: 4 }),
    }),
  ),
})).act;

t.test(
  "whoever stops whom, and whatever goes: no GPU is ever two jobs', and no more is given than there is",
  async (t) => {
    let took = 0;
    let gaveWay = 0;
    const play = (script: Act[]): boolean => {
      const stops: Act[][][] = [];
      const { files, junk, store, reserving } = memoryLog(() => {
        for (const act of stops.at(-1)?.shift() ?? []) perform(act);
      });
      const held = new Map<number, Reservation>();
      let good = true;
      function perform(act: Act): void {
        if (act.do === "take") take(act);
        else if ("which" in act) part(act);
        else if (act.do === "litter") junk.add(Math.max(0, ...files.keys(), ...junk) + 1);
        else junk.delete(Math.max(...junk));
      }
      function take(act: Take): void {
        stops.push(act.stops.slice());
        const number = reserve(reserving, wanted({ gpus: act.gpus, cpus: act.cpus }));
        stops.pop();
        const entry = number === undefined ? undefined : files.get(number);
        if (entry && number !== undefined) held.set(number, entry.reservation);
        if (number === undefined) gaveWay += 1;
        else took += 1;
        const gpus = [...held.values()].flatMap((one) => one.gpus);
        const cpus = [...held.values()].reduce((sum, one) => sum + one.cpus, 0);
        if (new Set(gpus).size !== gpus.length || cpus > capacity.cpus) good = false;
      }
      function part(act: Part): void {
        const number = [...held.keys()][act.which % Math.max(1, held.size)];
        const entry = number === undefined ? undefined : files.get(number);
        if (number === undefined || !entry) return;
        held.delete(number);
        if (act.do === "leave") store.end([number]);
        else if (act.do === "unlink") files.delete(number);
        else entry.reservation = { ...entry.reservation, pid_start: "1" };
      }
      for (const act of script) perform(act);
      return good;
    };
    fc.assert(fc.property(fc.array(acts, { maxLength: 12 }), play), { numRuns: 10_000 });
    t.ok(took > 1000 && gaveWay > 1000, `${took} were taken, ${gaveWay} gave way`);
  },
);
