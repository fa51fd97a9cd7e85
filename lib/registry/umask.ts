// Who may read what is written by programs that are not ours: jobs, and the scheduler for them.
import type { Registry } from "./open.js";

/** The umask (octal) under which files are as readable as the registry's own, and writable by nobody else. */
export function umaskOf({ modes }: Pick<Registry, "modes">): string {
  return (0o777 & ~modes.directory).toString(8).padStart(4, "0");
}
