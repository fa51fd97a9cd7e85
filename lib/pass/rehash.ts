// Reading bytes again: what the job said of them is otherwise believed, since it read them where they were warm.
import type { Artifact } from "../record/artifact.js";
import { type Fault, fault, isFault } from "../record/fault.js";
import { contentFingerprint, type Fingerprint, statFingerprint } from "../record/fingerprint.js";

/** What is at a path now, by names, sizes and times or by contents. Throws what the system says. */
export function fingerprintOf(path: string, how: "stat" | "sha256"): Fingerprint {
  return how === "stat" ? statFingerprint(path) : contentFingerprint(path);
}

/** What is wrong with the bytes of an artifact, if they can be compared with what was registered. */
export function changeOf({ path, digest, digest_of }: Artifact): Fault | undefined {
  if (digest === undefined || digest_of === undefined) return undefined;
  try {
    const now = fingerprintOf(path, digest_of).digest;
    return now === digest
      ? undefined
      : fault("dataerr", `'${path}' is not what was registered: ${digest_of} says ${now}`);
  } catch (error) {
    if (!isFault(error)) throw error;
    return error;
  }
}
