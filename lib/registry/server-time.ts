// What time it is where the files are.
import os from "node:os";
import path from "node:path";
import { pid } from "node:process";
import { systemFault } from "../record/fault.js";
import { randomWord } from "../record/random.js";
import { fs } from "./disk.js";
import { ownDirectory, type Registry } from "./open.js";
import { mark, unmark } from "./write.js";

/**
 * The time by the file server's clock (milliseconds), by which the ages of shared files are measured: that of a file just
 * made in the caller's own part of the registry. Throws faults.
 */
export function serverTime(registry: Registry): number {
  const name = `.tmp-${os.hostname()}-${pid}-${randomWord(6)}`;
  const file = path.join(ownDirectory(registry, "leases"), name);
  mark(file);
  try {
    return fs.lstatSync(file).mtimeMs;
  } catch (error) {
    throw systemFault(error, `look at '${file}'`);
  } finally {
    unmark(file);
  }
}
