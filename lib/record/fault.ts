// Every error of the toolkit is born here: a word, the exit status it means, and when it is used.
// The words and numbers are those of sysexits.h, so that systemd and sh scripts know them.

export const faults = {
  refused: { exit: 1, means: "done, but the answer is no, or some records carry an error" },
  usage: { exit: 64, means: "the command line is wrong" },
  dataerr: { exit: 65, means: "bad input, file or record" },
  noinput: { exit: 66, means: "what was named does not exist" },
  unavailable: { exit: 69, means: "the scheduler, a service or a mount cannot be reached" },
  software: { exit: 70, means: "a bug of the toolkit" },
  cantcreat: { exit: 73, means: "something cannot be created" },
  ioerr: { exit: 74, means: "input-output error, or nobody reads what was done" },
  tempfail: { exit: 75, means: "busy, or not yet: try later" },
  noperm: { exit: 77, means: "permission denied" },
  config: { exit: 78, means: "the configuration is wrong" },
} as const;

export type FaultCode = keyof typeof faults;

/** What a record carries when a command could not do its work on it. */
export interface RecordError {
  code: FaultCode;
  message: string;
  hint?: string;
}

/** An expected failure: a message for a person, a code for a machine, perhaps a remedy. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly hint: string | undefined;
  /** Lines that a person sees below the message: what was read, and a mark below the place of the mistake. */
  readonly excerpt: string | undefined;
  constructor(code: FaultCode, message: string, hint: string | undefined, cause: unknown, excerpt: string | undefined) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "Fault";
    this.code = code;
    this.hint = hint;
    this.excerpt = excerpt;
  }
  get exit(): number {
    return faults[this.code].exit;
  }
}

/** Makes (does not throw) a fault: `throw fault("noinput", "cannot open 'x': no such file", { hint })`. */
export function fault(
  code: FaultCode,
  message: string,
  { hint, cause, excerpt }: { hint?: string | undefined; cause?: unknown; excerpt?: string } = {},
): Fault {
  return new Fault(code, message, hint, cause, excerpt);
}

/** By name, not by class: a part of a command that is built into a file of its own has a class of its own. */
export function isFault(value: unknown): value is Fault {
  return value instanceof Error && value.name === "Fault" && "code" in value;
}

/** The part of a fault that travels in a record. */
export function recordError(error: Fault): RecordError {
  return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
}

const byErrno: Record<string, [FaultCode, string]> = {
  ENOENT: ["noinput", "no such file or directory"],
  ENOTDIR: ["noinput", "a part of the path is not a directory"],
  EISDIR: ["dataerr", "is a directory"],
  ELOOP: ["dataerr", "is a symbolic link, or a loop of them"],
  EACCES: ["noperm", "permission denied"],
  EPERM: ["noperm", "operation not permitted"],
  EROFS: ["cantcreat", "read-only file system"],
  ENOSPC: ["ioerr", "no space left on the device"],
  EDQUOT: ["ioerr", "disk quota exceeded"],
  EEXIST: ["cantcreat", "already exists"],
  ENAMETOOLONG: ["cantcreat", "the name is too long"],
  EMFILE: ["tempfail", "too many open files"],
  ENFILE: ["tempfail", "too many open files on this machine"],
  ESTALE: ["unavailable", "stale file handle"],
  ETIMEDOUT: ["unavailable", "timed out"],
  ENXIO: ["dataerr", "is no regular file"],
  ENODEV: ["dataerr", "is no regular file"],
  EIO: ["ioerr", "input-output error"],
};

/** The fault for a failed system call: `cannot <doing>: <cause>`; what is no system error comes back as it was. */
export function systemFault(error: unknown, doing: string, hint?: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined) return error;
  const [code, words] = byErrno[errno] ?? ["ioerr", errno];
  return fault(code, `cannot ${doing}: ${words}`, { hint, cause: error });
}

/** Linux's errors of network file systems and quotas that Node knows by their numbers only. */
const unnamed: Record<number, string> = { 116: "ESTALE", 122: "EDQUOT" };

/** The errno word (ENOENT, …) of a system error, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno, syscall } = error as Error & { code?: string; errno?: number; syscall?: string };
  const word = errno === undefined ? undefined : unnamed[-errno];
  if (word !== undefined && code?.startsWith("Unknown system error")) return word;
  return typeof code === "string" && (syscall !== undefined || /^E[A-Z0-9]+$/.test(code)) && !code.startsWith("ERR_")
    ? code
    : undefined;
}
