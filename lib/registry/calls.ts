// What is asked of the file system, one call after the other, written down once and done in two ways: at once, while nothing
// else of this process goes on, or beside other work, while the disk or the file server does it.
import { type BigIntStats, fs } from "./disk.js";

/** Work that stops at each call and goes on with its answer, or with what it throws. */
export type Calls<T> = Generator<Call, T, unknown>;

interface Call {
  name: string;
  args: unknown[];
}

/** The calls that there are, by the names of their asynchronous forms. */
interface Answers {
  open(file: string, flags: number, mode?: number): number;
  writeFile(fd: number, content: string | Uint8Array): void;
  fchmod(fd: number, mode: number): void;
  fsync(fd: number): void;
  close(fd: number): void;
  link(from: string, to: string): void;
  unlink(file: string): void;
  lstat(file: string, options: { bigint: true }): BigIntStats;
}

/** One call, to be had by `yield*`. */
export function* call<N extends keyof Answers>(
  name: N,
  ...args: Parameters<Answers[N]>
): Calls<ReturnType<Answers[N]>> {
  return (yield { name, args }) as ReturnType<Answers[N]>;
}

type Asked = (...args: unknown[]) => unknown;

/** A function of the file system that is in use at this moment. */
const asked = (name: string) => (fs as unknown as Record<string, Asked>)[name];

/** Does the work at once. Throws what it throws. */
export function atOnce<T>(work: Calls<T>): T {
  let step = work.next();
  while (!step.done) {
    const { name, args } = step.value;
    let answer: unknown;
    try {
      answer = asked(`${name}Sync`)?.(...args);
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next(answer);
  }
  return step.value;
}

/** Does the work while other work goes on. Throws what it throws. */
export async function beside<T>(work: Calls<T>): Promise<T> {
  let step = work.next();
  while (!step.done) {
    const { name, args } = step.value;
    let answer: unknown;
    try {
      answer = isAnsweredAtOnce(name)
        ? timed(() => asked(`${name}Sync`)?.(...args))
        : await new Promise((resolve, reject) => {
            asked(name)?.(...args, (error: Error | null, value: unknown) => (error ? reject(error) : resolve(value)));
          });
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next(answer);
  }
  return step.value;
}

/** What a call took lately (milliseconds): a disk of this machine answers within the time that handing it to a thread takes. */
let usual_ms = 0;

function isAnsweredAtOnce(name: string): boolean {
  return name !== "fsync" && usual_ms < 0.2;
}

/** One that was slow, perhaps since others had the processor, does not count for more than any. */
function timed(ask: () => unknown): unknown {
  const began = performance.now();
  try {
    return ask();
  } finally {
    usual_ms = 0.9 * usual_ms + 0.1 * Math.min(performance.now() - began, 1);
  }
}
