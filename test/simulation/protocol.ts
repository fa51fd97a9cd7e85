// How a simulated process, which is a thread, asks for its system calls: it writes the call into shared memory and sleeps
// until the answer is there. Exactly one thread runs at a time, so that what happens follows from the seed alone.

export const states = { idle: 0, asks: 1, runs: 2, ended: 3 } as const;

/** Memory of one thread: its state and the length of the text, the clock, the text. */
export function memory(buffer: SharedArrayBuffer) {
  return {
    control: new Int32Array(buffer, 0, 2),
    clock: new Float64Array(buffer, 8, 1),
    text: new Uint8Array(buffer, 16),
  };
}

export type Memory = ReturnType<typeof memory>;
export const memorySize = 2 ** 20;

export function say({ control, text }: Memory, value: unknown, state: number): void {
  const bytes = Buffer.from(JSON.stringify(value));
  if (bytes.length > text.length) throw new Error(`${bytes.length} bytes are too many for one call`);
  text.set(bytes);
  control[1] = bytes.length;
  Atomics.store(control, 0, state);
  Atomics.notify(control, 0);
}

export function hear<T>({ control, text }: Memory): T {
  return JSON.parse(Buffer.from(text.subarray(0, control[1] ?? 0)).toString("utf8")) as T;
}

/** One system call. Bytes travel as latin1. */
export interface Call {
  op: string;
  path?: string;
  to?: string;
  fd?: number;
  flags?: number;
  mode?: number;
  bytes?: string;
  length?: number;
  position?: number | null;
  ms?: number;
}

export interface Stat {
  ino: number;
  isDirectory: boolean;
  mode: number;
  uid: number;
  size: number;
  links: number;
  mtime: number;
  ctime: number;
}

export type Answer = { value: unknown } | { errno: string } | { dies: true };

/** What a thread is to be and to do. */
export interface Job {
  program: string;
  args: unknown;
  host: string;
  pid: number;
  uid: number;
  user: string;
  seed: number;
  /** How far the host's clock is off (milliseconds). */
  skew: number;
}

export type Result = { value: unknown } | { fault: { code: string; message: string } } | { bug: string };
