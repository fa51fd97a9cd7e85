// Names of files that are being written: who writes one can be told from it.
import os from "node:os";
import { pid } from "node:process";
import { randomWord } from "../record/random.js";

/** A name in the directory that nobody else draws: `.tmp-<host>-<pid>-<random>`, then `end`. */
export function tempName(directory: string, end = ""): string {
  host ??= os.hostname();
  return `${directory}/.tmp-${host}-${pid}-${randomWord(6)}${end}`;
}

/** Asked for once: a command that makes a thousand runs draws many names. */
let host: string | undefined;

export function isTempName(name: string): boolean {
  return name.startsWith(".tmp-");
}

/** The process of this host that such a name is of; undefined where it is another host's, or does not say. */
export function writerHere(name: string): number | undefined {
  const [, host, number] = /^\.tmp-(.+)-(\d+)-[^-]+$/.exec(name) ?? [];
  return host === os.hostname() ? Number(number) : undefined;
}
