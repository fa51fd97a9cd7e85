// The places where jobs write what they make: `<root>/<kind>/<user>/`, outside the registry's own tree.
import fs from "node:fs";
import path from "node:path";
import { errnoOf, fault, systemFault } from "../record/fault.js";
import { makeDirectory } from "./write.js";

/** Kinds that every new place has; a recipe may use others once their directory is there. */
export const usualKinds = ["checkpoint", "dataset", "eval_result", "file", "model", "result"] as const;

/** Makes `<root>/<kind>` for all users of the lab: sticky, so that nobody removes what is another's. */
export function makeArtifactRoot(root: string, kind: string, uid: number, gid: number | undefined): void {
  const directory = path.join(root, kind);
  try {
    fs.mkdirSync(root, { recursive: true });
    if (makeDirectory(directory) === "exists") return;
    const mode = gid === undefined ? 0o1777 : 0o3770;
    for (const made of [root, directory]) {
      if (fs.lstatSync(made).uid !== uid) continue;
      if (gid !== undefined) fs.chownSync(made, -1, gid);
      fs.chmodSync(made, made === root ? mode & 0o2775 : mode);
    }
  } catch (error) {
    throw systemFault(error, `make '${directory}'`);
  }
}

/** The caller's own directory below an output root, with its `.meta`, made where missing. Throws faults that name the remedy. */
export function ownOutputDirectory(root: string, user: string, uid: number, mode: number): string {
  const directory = path.join(root, user);
  if (!fs.existsSync(root)) makeForSingleOwner(root, uid);
  if (makeDirectory(directory, mode) === "exists") {
    const stat = fs.lstatSync(directory);
    if (!stat.isDirectory() || stat.uid !== uid) throw fault("noperm", `cannot use '${directory}': it is not yours`);
  }
  makeDirectory(path.join(directory, ".meta"), mode);
  return directory;
}

function makeForSingleOwner(root: string, uid: number): void {
  const parent = path.dirname(root);
  try {
    if (fs.lstatSync(parent).uid === uid) {
      makeArtifactRoot(parent, path.basename(root), uid, undefined);
      return;
    }
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw systemFault(error, `look at '${parent}'`);
  }
  throw fault("config", `cannot write below '${root}': there is no such directory`, {
    hint: `whoever made the registry can: lab init --kind ${path.basename(root)}`,
  });
}
