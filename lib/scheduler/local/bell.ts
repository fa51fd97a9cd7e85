// Waiting for whatever comes first: a ring, or the end of a time. A ring that nobody waits for is kept for the next.

export interface Bell {
  ring(): void;
  /** Resolves at the next ring, at once if one was missed, and after `ms` milliseconds at the latest; says whether it rang. */
  wait(ms: number): Promise<boolean>;
}

export function makeBell(): Bell {
  let rung = false;
  let answer: (() => void) | undefined;
  const ring = () => {
    rung = true;
    answer?.();
  };
  const wait = async (ms: number) => {
    if (!rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        answer = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
    }
    const heard = rung;
    answer = undefined;
    rung = false;
    return heard;
  };
  return { ring, wait };
}
