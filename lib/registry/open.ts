// Opening a registry: is it one, do we know its version, and who are we in it.
import os from "node:os";
import path from "node:path";
import * as v from "valibot";
import { errnoOf, type Fault, fault, systemFault } from "../record/fault.js";
import { isName, isUserName } from "../record/names.js";
import { maybe } from "../record/schema.js";
import { fs, type Stats } from "./disk.js";
import { registryFile, type UserArea, userDirectory } from "./layout.js";
import { readText } from "./read.js";
import { makeDirectory } from "./write.js";

export const registrySchema = v.looseObject({
  format: v.literal("lab-registry"),
  version: v.literal(1),
  /** It becomes a part of paths and of jobs' comments. */
  id: v.pipe(v.string(), v.check(isName)),
  founder: v.number(),
  created_at: v.string(),
  shared_group: maybe(v.string()),
});

export interface Registry {
  base: string;
  id: string;
  /** The uid that made the shared directories, and is trusted with them. */
  founder: number;
  /** Who the caller is: the name of the uid, never $USER. */
  user: string;
  uid: number;
  /** The modes of what the caller makes: readable by the group of the lab, or by all in an open one. */
  modes: { directory: number; file: number };
  /** Hears of a line that the journal could not take; set by whoever can say so. */
  unnoted?: (trouble: Fault) => void;
}

/** Opens the registry at `base` as the user `uid`. Throws: noinput (none there), config (not one), dataerr (newer). */
export function openRegistry(base: string, uid: number): Registry {
  const file = registryFile(base);
  const text = readText(file);
  if (text === undefined) {
    throw fault("noinput", `cannot open the registry '${base}': no REGISTRY.json there`, {
      hint: "lab init makes one; or is the file system mounted?",
    });
  }
  const { id, founder, shared_group } = readRegistry(text, file);
  const directory = shared_group === undefined ? 0o755 : 0o2750;
  return {
    base,
    id,
    founder,
    user: userOf(uid),
    uid,
    modes: { directory, file: shared_group === undefined ? 0o644 : 0o640 },
  };
}

/** What a REGISTRY.json says. Throws config (it is none) and dataerr (newer, and then perhaps of another form). */
export function readRegistry(text: string, file: string): v.InferOutput<typeof registrySchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fault("config", `cannot read '${file}': it is not JSON`);
  }
  const version = versionOf(value);
  if (version !== undefined && version > 1) {
    throw fault(
      "dataerr",
      `cannot use the registry of '${file}': its format is version ${version}, this toolkit knows 1`,
      { hint: "install a newer labkit" },
    );
  }
  const result = v.safeParse(registrySchema, value);
  if (!result.success) throw fault("config", `cannot read '${file}': it does not describe a registry`);
  return result.output;
}

/** The version of what calls itself a registry. */
function versionOf(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null || !("format" in value) || !("version" in value)) return undefined;
  return value.format === "lab-registry" && typeof value.version === "number" ? value.version : undefined;
}

/** The name of a uid on this machine; one without a name, or with one that cannot be a directory, is refused. */
export function userOf(uid: number): string {
  let name: string;
  try {
    name = os.userInfo().username;
  } catch (error) {
    throw fault("noperm", `cannot find the name of uid ${uid}`, {
      hint: "is it in the passwd database of this machine?",
      cause: error,
    });
  }
  if (!isUserName(name)) throw fault("noperm", `the user name '${name}' cannot be the name of a directory`);
  return name;
}

/** The caller's own directory in an area, made where it is missing. Throws noperm where it is not hers. */
export function ownDirectory(registry: Registry, area: UserArea): string {
  const directory = userDirectory(registry.base, area, registry.user);
  // As nearly always.
  if (ownerOf(directory) === registry.uid) return directory;
  if (!fs.existsSync(path.dirname(directory)))
    throw fault("config", `cannot use the registry '${registry.base}': it has no directory '${area}'`, {
      hint: "it was made by an older toolkit, or not to its end; its founder completes it: lab init --yes",
    });
  const made = makeDirectory(directory, registry.modes.directory);
  if (made === "exists") checkOwner(directory, registry.uid);
  return directory;
}

/** Throws noperm unless the directory is one (no link) and belongs to the uid. */
export function checkOwner(directory: string, uid: number): void {
  let stat: Stats;
  try {
    stat = fs.lstatSync(directory);
  } catch (error) {
    throw systemFault(error, `look at '${directory}'`);
  }
  if (!stat.isDirectory()) throw fault("noperm", `cannot use '${directory}': not a directory`);
  if (stat.uid !== uid) throw fault("noperm", `cannot use '${directory}': it belongs to uid ${stat.uid}, not to you`);
}

/** The uid that owns a user's directory of an area, or undefined where there is none (or it is no directory). */
export function ownerOf(directory: string): number | undefined {
  try {
    const stat = fs.lstatSync(directory);
    return stat.isDirectory() ? stat.uid : undefined;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw systemFault(error, `look at '${directory}'`);
  }
}
