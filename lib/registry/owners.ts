// Whose a user's directory is: its name says one thing, the file system knows. In a shared directory anybody may make one
// of any name that is not there yet.
import { createRequire } from "node:module";
import { fault } from "../record/fault.js";
import { fs } from "./disk.js";
import { ownerOf, type Registry } from "./open.js";

/** The uids of users by name, as far as they were asked for; undefined where this machine knows no such user. */
const known = new Map<string, number | undefined>();

/** Asks for the uids of many users at once, so that none of them is asked for alone. */
export function lookUp(users: readonly string[]): void {
  const asked = users.filter((user) => !known.has(user));
  if (asked.length === 0) return;
  for (const user of asked) known.set(user, undefined);
  for (const line of passwd(asked).split("\n")) {
    const [name = "", , uid = ""] = line.split(":");
    if (known.has(name) && /^\d+$/.test(uid)) known.set(name, Number(uid));
  }
}

/** Lines of passwd(5), also of users that only a directory service knows. */
function passwd(users: string[]): string {
  // Loaded only here: it takes two milliseconds, and most commands look at their own user's runs alone.
  const { spawnSync } = createRequire("/")("node:child_process") as typeof import("node:child_process");
  const { stdout, error } = spawnSync("getent", ["passwd", ...users], { encoding: "utf8" });
  return error ? fs.readFileSync("/etc/passwd", "utf8") : stdout;
}

/**
 * The uid that owns a user's directory, or undefined where there is none. Throws dataerr where that is not the user's. Who
 * is unknown here, as in a copy of a registry of elsewhere, may own what bears that name; so may the caller, whose copy it is.
 */
export function ownerOfUser(registry: Registry, directory: string, user: string): number | undefined {
  const owner = ownerOf(directory);
  if (owner === undefined || owner === registry.uid) return owner;
  lookUp([user]);
  const uid = user === registry.user ? registry.uid : known.get(user);
  if (uid === undefined || uid === owner) return owner;
  throw fault("dataerr", `cannot trust '${directory}': it belongs to uid ${owner}, not to ${user}`, {
    hint: "whoever made it can remove it; so can the registry's founder",
  });
}
