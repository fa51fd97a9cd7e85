import fs from "node:fs";
import { systemPath, type TreePath } from "./tree-path.js";

/** What a plain file says, each byte a character; "" where there is none to read. Never waits, as it would for a pipe. */
export function textOf(file: TreePath): string {
  let fd: number | undefined;
  try {
    fd = fs.openSync(systemPath(file), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    return fs.fstatSync(fd).isFile() ? fs.readFileSync(fd, "latin1") : "";
  } catch {
    return "";
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}
