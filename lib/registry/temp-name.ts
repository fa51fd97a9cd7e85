// Names of files that are being written: who writes one can be told from it.
import os from "node:os";
import path from "node:path";
import { pid } from "node:process";
import { randomWord } from "../record/random.js";

/** A name in the directory that nobody else draws: `.tmp-<host>-<pid>-<random>`, then `end`. */
export function tempName(directory: string, end = ""): string {
  return path.join(directory, `.tmp-${os.hostname()}-${pid}-${randomWord(6)}${end}`);
}

export function isTempName(name: string): boolean {
  return name.startsWith(".tmp-");
}

/** The process of this host that such a name is of; undefined where it is another host's, or does not say. */
export function writerHere(name: string): number | undefined {
  const [, host, number] = /^\.tmp-(.+)-(\d+)-[^-]+$/.exec(name) ?? [];
  return host === os.hostname() ? Number(number) : undefined;
}
