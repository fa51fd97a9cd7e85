// Where a command is started, and by whom.
import os from "node:os";
import { fault, systemFault } from "../record/fault.js";
import type { Place } from "./context.js";

/** The place of this process. The home is looked for only when it is asked for, since not every uid has one. Throws config. */
export function placeOf(): Place {
  return {
    env: process.env,
    cwd: workingDirectory(),
    get home() {
      if (process.env["HOME"]) return process.env["HOME"];
      try {
        return os.homedir();
      } catch (cause) {
        throw fault("config", "cannot find your home directory", { hint: "set HOME", cause });
      }
    },
    uid: process.getuid?.() ?? 0,
  };
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw systemFault(error, "find the directory that you are in");
  }
}
