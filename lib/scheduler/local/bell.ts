// Waiting for whatever comes first: a ring, or the end of a time. A ring that nobody waits for is kept for the next.
import { setTimeout as sleep } from "node:timers/promises";

export interface Bell {
  ring(): void;
  /**
   * Resolves at the next ring, at once if one was missed, and after `ms` milliseconds at the latest; says whether it rang.
   * After a ring it waits for `gather` milliseconds more: who writes a thousand files rings a thousand times.
   */
  wait(ms: number, gather: number): Promise<boolean>;
}

export function makeBell(): Bell {
  let rung = false;
  let answer: (() => void) | undefined;
  const ring = () => {
    rung = true;
    answer?.();
  };
  const wait = async (ms: number, gather: number) => {
    if (!rung) await untilRung(ms);
    const heard = rung;
    if (heard) await sleep(Math.min(ms, gather));
    rung = false;
    return heard;
  };
  const untilRung = async (ms: number) => {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      answer = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    answer = undefined;
  };
  return { ring, wait };
}
