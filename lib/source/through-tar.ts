// The tar of a snapshot, given to a reader of its entries.
import fs from "node:fs";
import { pipeline } from "node:stream/promises";
import { errnoOf, fault, isFault, systemFault } from "../record/fault.js";

/** Reads all of the tar into the reader. Throws dataerr for what is no tar, and what the system says. */
export async function throughTar(file: string, reader: NodeJS.WritableStream): Promise<void> {
  const doing = `read '${file}'`;
  try {
    await pipeline(fs.createReadStream("", { fd: opened(file) }), reader);
  } catch (error) {
    if (errnoOf(error) !== undefined || isFault(error)) throw systemFault(error, doing);
    throw fault("dataerr", `cannot ${doing}: it is no tar, or not all of one`, { cause: error });
  }
}

/** Never a FIFO or a link that somebody has put there. */
function opened(file: string): number {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
  const fd = fs.openSync(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  if (fs.fstatSync(fd).isFile()) return fd;
  fs.closeSync(fd);
  throw fault("dataerr", `cannot read '${file}': is no regular file`);
}
