// What stands behind the three standard descriptors.
import fs from "node:fs";
import type { Terminal } from "./context.js";

/** Whether persons read and type, how wide their terminal is, and whether it may be coloured (NO_COLOR). */
export function terminalOf(): Terminal {
  const out = isTerminal(1);
  const colour = out && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
  return { out, in: isTerminal(0), err: isTerminal(2), columns: (out && process.stdout.columns) || undefined, colour };
}

/** Asks the kernel before node:tty is loaded, which a pipe never needs. */
function isTerminal(fd: number): boolean {
  try {
    if (!fs.fstatSync(fd).isCharacterDevice()) return false;
  } catch {
    return false;
  }
  return (require("node:tty") as typeof import("node:tty")).isatty(fd);
}
