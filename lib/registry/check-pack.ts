// Whether a pack is, to the byte, what was written.
import crypto from "node:crypto";
import { fault } from "../record/fault.js";
import { fs } from "./disk.js";
import { handleIndex } from "./handles.js";
import { packFiles } from "./layout.js";
import type { Registry } from "./open.js";
import { linesBackward } from "./pack-lines.js";
import { openOwn, type Pack } from "./packs.js";
import { readText } from "./read.js";
import { replace } from "./write.js";

/** Reads all of a pack. Throws dataerr, naming the file, where it is not what its header says. Gives the ids of its runs. */
export function checkPack(registry: Registry, pack: Pack): string[] {
  const { summary, full } = packFiles(registry.base, pack.user, pack.name);
  const { header } = pack;
  if (digestOf(pack.fd, pack.start) !== header.summary_digest) throw fault("dataerr", `'${summary}' has been changed`);
  const opened = openOwn(registry, pack.user, full);
  if (!opened) throw fault("dataerr", `'${full}' is missing`);
  try {
    if (digestOf(opened.fd, 0) !== header.full_digest) throw fault("dataerr", `'${full}' has been changed`);
  } finally {
    fs.closeSync(opened.fd);
  }
  return [...linesBackward(pack, undefined)].map(({ id }) => id).reverse();
}

/** Whether the index of the pack says what its runs do; with `mend` it does so afterwards. */
export function checkHandles(registry: Registry, pack: Pack, ids: readonly string[], mend = false): boolean {
  const { handles } = packFiles(registry.base, pack.user, pack.name);
  const wanted = handleIndex(ids);
  const isGood = readText(handles) === wanted;
  if (!isGood && mend) replace(handles, wanted, registry.modes.file);
  return isGood;
}

function digestOf(fd: number, from: number): string {
  const hash = crypto.createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (let at = from; ; ) {
    const read = fs.readSync(fd, buffer, 0, buffer.length, at);
    if (read === 0) return `sha256:${hash.digest("hex")}`;
    hash.update(buffer.subarray(0, read));
    at += read;
  }
}
