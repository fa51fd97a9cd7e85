// On a network file system a name that a listing shows may not be there to be opened for a while: whoever looked for it
// before it existed is told for half a minute that there is none. So it is on its way, and neither absent nor dead.
import path from "node:path";
import { errnoOf, fault, isFault } from "../record/fault.js";
import { sleep } from "./disk.js";
import { list } from "./read.js";

/** How long a process waits in all; one that lives on looks again later anyway, and blocks nobody longer (milliseconds). */
const patience_ms = 60_000;
let left_ms = patience_ms;

/**
 * What `look` finds in a file whose name was listed; undefined where the name is listed no more. What is listed and cannot
 * be opened yet is looked for again, for up to a minute. Throws tempfail where it stays so, and what `look` throws.
 */
export function awaited<T>(file: string, look: () => T | undefined): T | undefined {
  for (let pause = 20; ; pause = Math.min(2 * pause, 2000)) {
    const found = orStale(look);
    if (found !== undefined && found !== stale) return found;
    if (!list(path.dirname(file)).includes(path.basename(file))) return undefined;
    if (left_ms <= 0) throw fault("tempfail", `cannot read '${file}' yet: it is listed, but cannot be opened here`);
    left_ms -= pause;
    sleep(pause);
  }
}

/** Lets this process wait as long as a new one may. */
export function renewPatience(): void {
  left_ms = patience_ms;
}

const stale = Symbol("its handle is stale");

function orStale<T>(look: () => T | undefined): T | undefined | typeof stale {
  try {
    return look();
  } catch (error) {
    if (isFault(error) && errnoOf(error.cause) === "ESTALE") return stale;
    throw error;
  }
}
