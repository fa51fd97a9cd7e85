// What a test needs and not every machine has.
import { spawnSync } from "node:child_process";
import type { Test } from "tap";

// tap itself is not loaded: it would begin a test of its own, with its time limit, in whatever else uses this (test/bench).
type Testing = Pick<Test, "comment" | "fail"> & Partial<Pick<Test, "plan" | "parent">> & { fullname: string };

/** The Debian package of a program, where it has another name. */
const packages: Record<string, string> = {
  flock: "util-linux",
  man: "man-db",
  script: "bsdutils",
  setpriv: "util-linux",
  ssh: "openssh-client",
  sshd: "openssh-server",
  unshare: "util-linux",
};

/**
 * Whether all these programs are there: `if (!needs(t, "mandoc")) return;` in a test, and before all else of a file that is
 * nothing without them `if (!needs(t, "git")) process.exit();`. Otherwise says so loudly, and test/run once more at its
 * end; under CI it is a failure.
 */
export function needs(t: Testing, ...programs: string[]): boolean {
  return programs.every((program) => {
    const there = spawnSync("sh", ["-c", 'command -v "$1"', "sh", program]).status === 0;
    return possible(t, there, `${program} is missing (apt-get install ${packages[program] ?? program})`);
  });
}

/** The same of anything else: `what` tells what is not there, and how one comes by it. */
export function possible(t: Testing, there: boolean, what: string): boolean {
  if (there) return true;
  const where = t.fullname.replace(/^build\/(.*)\.mjs > TAP/, "$1.ts").replace(" > ", ": ");
  if (process.env["CI"] === "true") t.fail(`${where}: ${what}`);
  else {
    t.comment(`NOT RUN: ${where}: ${what}`);
    // A file without a test is a failure unless it says that there is none.
    if (t.parent === undefined) t.plan?.(0, what);
  }
  return false;
}
