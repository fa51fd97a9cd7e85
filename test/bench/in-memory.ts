// Where a bench makes its registries: in memory, where there is room, so that what is measured is not the disk.
import fs from "node:fs";

/** Has temporary directories made there from now on; gives what ends that. */
export function inMemory({ bytes, files }: { bytes: number; files: number }): () => void {
  const before = process.env["TMPDIR"];
  const room = fs.existsSync("/dev/shm") ? fs.statfsSync("/dev/shm") : undefined;
  if (room && room.bavail * room.bsize > bytes && room.ffree > files) process.env["TMPDIR"] = "/dev/shm";
  return () => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  };
}
