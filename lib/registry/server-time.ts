// What time it is where the files are.
import { systemFault } from "../record/fault.js";
import { fs } from "./disk.js";
import { ownDirectory, type Registry } from "./open.js";
import { tempName } from "./temp-name.js";
import { mark, unmark } from "./write.js";

/**
 * The time by the file server's clock (milliseconds), by which the ages of shared files are measured: that of a file just
 * made in the caller's own part of the registry. Throws faults.
 */
export function serverTime(registry: Registry): number {
  const file = tempName(ownDirectory(registry, "leases"));
  mark(file);
  try {
    return fs.lstatSync(file).mtimeMs;
  } catch (error) {
    throw systemFault(error, `look at '${file}'`);
  } finally {
    unmark(file);
  }
}
