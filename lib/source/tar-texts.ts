// What some of the files in the tar of a snapshot say, to be looked at.
import { throughTar } from "./through-tar.js";

/** Of a file: its text, where a link leads, or that it is none to be read: larger than the limit, or no text. */
export type TarText = { text: string } | { link: string } | { unread: "binary" | "too large" };

/** What is in the named files of a tar, each of at most `limit` bytes. Throws what the system says. */
export async function tarTexts(file: string, names: ReadonlySet<string>, limit: number): Promise<Map<string, TarText>> {
  const { extract } = await import("tar-stream");
  const found = new Map<string, TarText>();
  const reader = extract();
  reader.on("entry", ({ name, type, linkname, size = 0 }, stream, next) => {
    const pieces: Uint8Array[] = [];
    const wanted = names.has(name) && type !== "symlink" && size <= limit;
    stream.on("data", (piece) => void (wanted && pieces.push(piece as Uint8Array)));
    stream.on("error", next);
    stream.on("end", () => {
      if (names.has(name))
        found.set(
          name,
          type === "symlink"
            ? { link: String(linkname) }
            : size > limit
              ? { unread: "too large" }
              : textOf(Buffer.concat(pieces)),
        );
      next();
    });
  });
  await throughTar(file, reader);
  return found;
}

function textOf(bytes: Buffer): TarText {
  return bytes.includes(0) ? { unread: "binary" } : { text: bytes.toString("utf8") };
}
