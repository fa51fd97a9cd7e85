// What is in the tar of a snapshot, file by file.
import crypto from "node:crypto";
import fs from "node:fs";
import { pipeline } from "node:stream/promises";
import { errnoOf, fault, isFault, systemFault } from "../record/fault.js";

/** Each file by its path, with a word that two files share only if they are the same: mode and content, or target. Throws what the system says. */
export async function tarFiles(file: string): Promise<Map<string, string>> {
  const { extract } = await import("tar-stream");
  const found = new Map<string, string>();
  const reader = extract();
  reader.on("entry", ({ name, type, mode, linkname }, stream, next) => {
    const hash = crypto.createHash("sha256");
    stream.on("data", (piece) => void hash.update(piece as Buffer));
    stream.on("error", next);
    stream.on("end", () => {
      const executable = ((mode ?? 0) & 0o100) !== 0;
      found.set(name, type === "symlink" ? `-> ${linkname}` : `${executable ? "x" : "-"} ${hash.digest("hex")}`);
      next();
    });
  });
  const doing = `read '${file}'`;
  try {
    await pipeline(fs.createReadStream("", { fd: opened(file) }), reader);
  } catch (error) {
    if (errnoOf(error) !== undefined || isFault(error)) throw systemFault(error, doing);
    throw fault("dataerr", `cannot ${doing}: it is no tar, or not all of one`, { cause: error });
  }
  return found;
}

/** Never a FIFO or a link that somebody has put there. */
function opened(file: string): number {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
  const fd = fs.openSync(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  if (fs.fstatSync(fd).isFile()) return fd;
  fs.closeSync(fd);
  throw fault("dataerr", `cannot read '${file}': is no regular file`);
}
