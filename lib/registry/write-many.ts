// Many write-once files at once. What takes time is the disk, or the file server: it is asked for many of them together.
import path from "node:path";
import { sideBySide } from "../record/side-by-side.js";
import { beside } from "./calls.js";
import { discarding, linking, syncingDirectory, writingTemp } from "./write.js";

export interface NewFile {
  file: string;
  text: string;
  mode: number;
}

/**
 * Writes files that are written once, as writeOnce does each: they get their contents side by side, and then their names one
 * after the other, in the order given; each of their directories is synced once, at the end. Says of each `made`, or
 * `exists` where another was first; with `to_first` that is the end of it. Throws faults.
 */
export async function writeMany(
  files: readonly NewFile[],
  { to_first = false }: { to_first?: boolean } = {},
): Promise<("made" | "exists")[]> {
  // Waits for all, also where one fails: what is under way would go on behind our back.
  const written = await Promise.allSettled(
    files.map(({ file, text, mode }) => taking(() => beside(writingTemp(file, text, mode)))),
  );
  const temps = written.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  try {
    for (const one of written) if (one.status === "rejected") throw one.reason;
    const said: ("made" | "exists")[] = [];
    for (const [i, { file }] of files.entries())
      if (!to_first || said.at(-1) !== "exists") said.push(await taking(() => beside(linking(temps[i] ?? "", file))));
    return said;
  } finally {
    const directories = new Set(files.map(({ file }) => path.dirname(file)));
    await Promise.all(temps.map((temp) => taking(() => beside(discarding(temp)))));
    await Promise.all([...directories].map((directory) => taking(() => beside(syncingDirectory(directory)))));
  }
}

/** So many operations are under way at once; the process has fewer threads for them. */
const taking = sideBySide(64);
