// Whether there can be anything to register of a run, told without opening it.
import path from "node:path";
import { outcomeSchema } from "../record/facts.js";
import { errnoOf, isFault, systemFault } from "../record/fault.js";
import { fs } from "./disk.js";
import { attemptDirectory, envelope, numbered } from "./layout.js";
import { list, readRecord } from "./read.js";

export interface News {
  /** It has an outcome. */
  ended: boolean;
  /** Another word than before: its job has noted something since. */
  sign: string;
}

/** One list of .lab/ and one look at the notes of each attempt. Throws faults. */
export function newsOf(dir: string): News {
  const lab = envelope(dir);
  const names = list(lab);
  const attempts = names.map((name) => numbered(name, "attempt-")).filter((n) => n !== undefined);
  const signs = attempts.sort((a, b) => a - b).map((n) => `${n}:${signOf(attemptDirectory(lab, n))}`);
  return { ended: names.includes("outcome.json"), sign: signs.join(" ") };
}

/** When a run ended, as its outcome says; "" where that cannot be read. */
export function endOf(dir: string, owner: number): string {
  try {
    const outcome = readRecord(path.join(envelope(dir), "outcome.json"), outcomeSchema, { owner });
    return outcome?.ended_at ?? outcome?.at ?? "";
  } catch (error) {
    if (!isFault(error)) throw error;
    return "";
  }
}

function signOf(attempt: string): string {
  const file = path.join(attempt, "steps.ndjson");
  try {
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    return stat === undefined ? "" : `${stat.size}@${stat.mtimeMs}`;
  } catch (error) {
    if (errnoOf(error) === "ENOTDIR") return "";
    throw systemFault(error, `look at '${file}'`);
  }
}
