// Files that are installed with the commands: beside dist/bin, wherever that was linked to.
import fs from "node:fs";
import path from "node:path";

/** The path of a file of dist/, `web/app.js` say. */
export function installed(...names: string[]): string {
  return path.join(path.dirname(fs.realpathSync(process.argv[1] ?? "")), "..", ...names);
}
