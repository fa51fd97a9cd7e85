// Standard output that takes no more: known apart from every other file that cannot be written.
import { errnoOf } from "../record/fault.js";

export interface Unwritable extends Error {
  name: "Unwritable";
  errno: string;
}

/** The error for a failed write to standard output. */
export function unwritable(cause: unknown): Unwritable {
  const errno = errnoOf(cause) ?? "EIO";
  const error = new Error(`cannot write to standard output: ${errno}`, { cause });
  return Object.assign(error, { name: "Unwritable" as const, errno });
}

export function isUnwritable(value: unknown): value is Unwritable {
  return value instanceof Error && value.name === "Unwritable";
}
