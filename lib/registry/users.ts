// The names of users, from wherever this machine has them.
import { spawnSync } from "node:child_process";

const names = new Map<number, string>();

/** The name of a uid, or `uid 1234` where it has none. Asks getent once for each. */
export function nameOf(uid: number): string {
  const known = names.get(uid);
  if (known !== undefined) return known;
  const { stdout } = spawnSync("getent", ["passwd", String(uid)], { encoding: "utf8" });
  const name = stdout?.split(":")[0]?.trim() || `uid ${uid}`;
  names.set(uid, name);
  return name;
}
