// Taking a part of the host for a job, so that nobody else has any of it, however many try at once.
import { fault } from "../../record/fault.js";
import type { Reservation } from "../../record/queue.js";
import type { Capacity } from "./capacity.js";
import type { Here } from "./here.js";
import type { Entry, ReservationStore } from "./store.js";
import { isAlive } from "./world.js";

export interface Reserving {
  reservations: ReservationStore;
  here: Here;
  capacity: Capacity;
  report(message: string): void;
}

/**
 * Links the next number of the host's log; on losing it, reads again. Gives the number, or undefined where something of
 * what is asked for has been taken meanwhile. After the link the log is read once more: one whose numbers somebody
 * removed could have been read in two states, and then both who took the same give it back. Throws faults.
 */
export function reserve({ reservations, here, capacity, report }: Reserving, mine: Reservation): number | undefined {
  for (let tries = 0; tries < 1000; tries += 1) {
    const { entries, next } = reservations.read(report);
    if (!fits(mine, entries, next, here, capacity)) return undefined;
    if (reservations.link(next, mine) === "exists") continue;
    const after = reservations.read(report).entries;
    const there = after.find((entry) => isEntry(entry, next, here));
    if (there && there.reservation.pid === mine.pid && fits(mine, after, next, here, capacity)) return next;
    reservations.end([next]);
    return undefined;
  }
  throw fault(
    "tempfail",
    `cannot reserve anything on ${here.host}: the next number of its log is taken whenever it is tried`,
  );
}

/** No GPU of it is anybody's, and of what others leave there is enough. */
function fits(mine: Reservation, entries: Entry[], number: number, here: Here, capacity: Capacity): boolean {
  const others = entries.filter((entry) => !isEntry(entry, number, here) && isAlive(entry, here));
  const gpus = new Set(others.flatMap(({ reservation }) => reservation.gpus));
  if (mine.gpus.some((gpu) => gpus.has(gpu))) return false;
  const sum = (kind: "cpus" | "mem_bytes") =>
    others.reduce((all, { reservation }) => all + reservation[kind], mine[kind]);
  return sum("cpus") <= capacity.cpus && sum("mem_bytes") <= capacity.mem_bytes;
}

function isEntry({ number, reservation }: Entry, wanted: number, { host }: Here): boolean {
  return number === wanted && reservation.host === host;
}
