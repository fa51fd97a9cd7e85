// The places where jobs write what they make: `<root>/<kind>/<user>/`, outside the registry's own tree.
import path from "node:path";
import { errnoOf, fault, systemFault } from "../record/fault.js";
import { fs } from "./disk.js";
import type { Registry } from "./open.js";
import { makeDirectory } from "./write.js";

/** Kinds that every new place has; a recipe may use others once their directory is there. */
export const usualKinds = ["checkpoint", "dataset", "eval_result", "file", "model", "result"] as const;

/**
 * Makes a directory below which every user of the lab has one of her own: sticky, so that nobody removes what is another's.
 * One that is there is left as it is.
 */
export function makeArtifactRoot(directory: string, gid: number | undefined): "made" | "exists" {
  const parent = path.dirname(directory);
  try {
    const first = fs.mkdirSync(parent, { recursive: true });
    for (let made = parent; first !== undefined && made.length >= first.length; made = path.dirname(made)) {
      own(made, gid === undefined ? 0o755 : 0o2750, gid);
    }
    if (makeDirectory(directory) === "exists") return "exists";
    own(directory, gid === undefined ? 0o1777 : 0o3770, gid);
    return "made";
  } catch (error) {
    throw systemFault(error, `make '${directory}'`);
  }
}

function own(directory: string, mode: number, gid: number | undefined): void {
  if (gid !== undefined) fs.chownSync(directory, -1, gid);
  fs.chmodSync(directory, mode);
}

/** The caller's own directories below the roots of the outputs, before a run that needs them is made. */
export function ownOutputDirectories(
  outputs: Record<string, { path?: string }>,
  registry: Pick<Registry, "user" | "uid" | "modes">,
): void {
  for (const { path: output } of Object.values(outputs)) {
    if (output === undefined) continue;
    ownOutputDirectory(path.dirname(path.dirname(output)), registry.user, registry.uid, registry.modes.directory);
  }
}

/** The caller's own directory below an output root, with its `.meta`, made where missing. Throws faults that name the remedy. */
export function ownOutputDirectory(root: string, user: string, uid: number, mode: number): string {
  const directory = path.join(root, user);
  const meta = path.join(directory, ".meta");
  // As nearly always.
  if (isOwn(directory, uid) && isOwn(meta, uid)) return directory;
  if (!fs.existsSync(root)) makeForSingleOwner(root, uid);
  if (makeDirectory(directory, mode) === "exists" && !isOwn(directory, uid))
    throw fault("noperm", `cannot use '${directory}': it is not yours`);
  makeDirectory(meta, mode);
  return directory;
}

function isOwn(directory: string, uid: number): boolean {
  const stat = fs.lstatSync(directory, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === uid;
}

function makeForSingleOwner(root: string, uid: number): void {
  const parent = path.dirname(root);
  try {
    if (fs.lstatSync(parent).uid === uid) {
      makeArtifactRoot(root, undefined);
      return;
    }
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw systemFault(error, `look at '${parent}'`);
  }
  throw fault("config", `cannot write below '${root}': there is no such directory`, {
    hint: `whoever made the registry can: lab init --kind ${path.basename(root)}`,
  });
}
