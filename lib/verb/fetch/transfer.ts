// The bytes, by rsync: what was copied before is not copied again, also of a file that was cut in the middle.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { type Fault, fault } from "../../record/fault.js";
import type { Fingerprint } from "../../record/fingerprint.js";
import type { StopSignal } from "../../record/stop-signal.js";
import type { Connection } from "./connection.js";
import { farWord } from "./far-word.js";

export interface Transfer {
  connection: Connection;
  /** There: absolute. */
  from: string;
  kind: Fingerprint["kind"];
  /** Here: of a file the directory that gets it. */
  to: string;
  /** Modes of directories. */
  mode: number;
  /** Whether a person watches. */
  progress: boolean;
  signal: StopSignal;
}

/**
 * Makes `to` like `from`. Throws unavailable where the connection breaks (what has come stays), dataerr where the other
 * side cannot give it, ioerr where there is no room here, tempfail where it was stopped.
 */
export async function transfer({ connection, from, kind, to, mode, progress, signal }: Transfer): Promise<void> {
  fs.mkdirSync(to, { recursive: true });
  const directory = kind === "directory" ? from : path.posix.dirname(from);
  const words = [
    ...usual,
    `--chmod=D${(mode & 0o7777).toString(8)},F${mode & 0o004 ? "u=rwX,go=rX" : "u=rwX,g=rX,o="}`,
    // Neither shell nor rsync takes a part of a path for something else when it is not among the words.
    `--rsync-path=cd ${farWord(directory)} && exec rsync`,
    `--rsh=${connection.rsh}`,
    ...(progress ? ["--info=progress2", "--no-human-readable"] : []),
    ...(kind === "directory" ? ["--delete"] : ["--from0", `--files-from=${listOf(from, to)}`]),
    `${connection.host}:./`,
    `${to}/`,
  ];
  const { code, err } = await watched(words, progress, signal);
  if (signal.aborted) throw fault("tempfail", "stopped by a signal before the end", { hint: goOn });
  if (code !== 0) throw failed(code, reasonIn(err), connection.host);
}

const goOn = "what has come is kept: the same command goes on where this one stopped";

// In place, or a killed rsync would leave what it has of a file under a name that no other looks at.
const usual = [
  "--recursive",
  "--links",
  "--times",
  "--perms",
  "--omit-dir-times",
  "--no-devices",
  "--no-specials",
  "--inplace",
  "--partial",
  "--safe-links",
  "--no-inc-recursive",
  "--timeout=600",
];

/** The file's name, for rsync to read as bytes. */
function listOf(from: string, to: string): string {
  const list = `${to}.names`;
  fs.writeFileSync(list, `${path.posix.basename(from)}\0`);
  return list;
}

/** It must not go on when we are killed, or two would write the same file: it ends when its watcher's input does. */
const watcher = `exec 3<&0 </dev/null
rsync "$@" 3<&- & r=$!
{ while read -r _; do :; done; kill "$r" 2>/dev/null; } <&3 3<&- & w=$!
exec 3<&-
wait "$r"; s=$?
kill "$w" 2>/dev/null
exit "$s"`;

function watched(
  words: readonly string[],
  progress: boolean,
  signal: StopSignal,
): Promise<{ code: number; err: string }> {
  return new Promise((resolve) => {
    const child = spawn("sh", ["-c", watcher, "sh", ...words], { stdio: ["pipe", progress ? 2 : "ignore", "pipe"] });
    let err = "";
    const stop = () => void child.stdin?.end();
    child.stdin?.on("error", () => {});
    signal.addEventListener("abort", stop);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      err = (err + text).slice(-8192);
    });
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      resolve({ code: code ?? 255, err });
    });
  });
}

/** Of all that was said what came first: the rest follows from it. */
function reasonIn(err: string): string {
  const lines = err.split("\n").map((line) => line.trim());
  return lines.find((line) => line !== "" && !line.startsWith("rsync error:")) ?? lines.find(Boolean) ?? "";
}

/** By the statuses of rsync(1). */
function failed(code: number, said: string, host: string): Fault {
  const why = said === "" ? `rsync ended with ${code}` : said;
  if (code === 127 || /rsync.*not found/i.test(said))
    return fault("unavailable", `cannot run rsync here or on '${host}': ${why}`, { hint: "install rsync" });
  if (code === 11) return fault("ioerr", `cannot write what comes: ${why}`, { hint: goOn });
  if (code === 23 || code === 24) return fault("dataerr", `cannot copy all of it: ${why}`, { hint: goOn });
  if (code === 1 || code === 2 || code === 4)
    return fault("unavailable", `rsync here and on '${host}' do not agree: ${why}`);
  return fault("unavailable", `the connection to '${host}' was cut: ${why}`, { hint: goOn });
}
