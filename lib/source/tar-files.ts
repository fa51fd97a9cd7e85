// What is in the tar of a snapshot, file by file.
import crypto from "node:crypto";
import { throughTar } from "./through-tar.js";

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
  await throughTar(file, reader);
  return found;
}
