// How a command that acts keeps its pace over many records: what is there at once leaves at once.
import { atHand } from "./many.js";

/** Records that are written together at most. */
const together = 64;

export interface Pace {
  /** Whether the record that is to be written must have left before the next is asked for. */
  mustLeave(): boolean;
  /** It has left. */
  left(): void;
}

/**
 * Who acts hears at once that nobody reads, before it acts again: each record has to leave that had to be waited for. Those
 * that come with it, without a turn of the event loop, were made together with it, and leave together.
 */
export function paceOf(): Pace {
  let hasTurned = true;
  let waiting = 0;
  let all = 0;
  return {
    mustLeave() {
      atHand(++all);
      waiting += 1;
      return hasTurned || waiting >= together;
    },
    left() {
      waiting = 0;
      hasTurned = false;
      setImmediate(() => {
        hasTurned = true;
      });
    },
  };
}
