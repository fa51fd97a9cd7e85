// The generations of a name as they lie on disk: which of them count, and which are somebody's attempt to be another.
import path from "node:path";
import { type Alias, aliasSchema } from "../record/artifact.js";
import { artifactIdOf } from "../record/artifact-id.js";
import { fault, isFault } from "../record/fault.js";
import { isName, isUserName } from "../record/names.js";
import { awaited } from "./awaited.js";
import { ladder } from "./ladder.js";
import { aliasDirectory, userAliasDirectory, userAliasPart } from "./layout.js";
import { ownerOf, type Registry } from "./open.js";
import { list, readRecord } from "./read.js";

/** Whose names: everybody's, or one user's. */
export type Owner = { scope: "global" } | { scope: "user"; user: string };

/** Told of what is no generation though it looks like one. */
export type Report = (message: string) => void;

export function directoryOf(registry: Registry, owner: Owner, name: string): string {
  return owner.scope === "global"
    ? aliasDirectory(registry.base, name)
    : userAliasPart(registry.base, owner.user, name);
}

/** The numbers of a name's generations that can count, highest first; in a user's own tree no other can leave a gap. */
export function generationsIn(directory: string, owner: Owner, name: string, report?: Report): number[] {
  const numbers = listed(directory, owner, report)
    .map(partsOf)
    .filter((parts) => parts?.name === name)
    .map((parts) => parts?.generation ?? 0);
  if (owner.scope === "user") return numbers.sort((a, b) => b - a);
  const { counting, beyond } = ladder(numbers);
  if (beyond !== undefined)
    report?.(`'${path.join(directory, `${name}.${beyond}.json`)}' does not count: it follows no generation`);
  return counting.reverse();
}

/** The names that have generations in a directory. */
export function namesIn(directory: string, owner: Owner): string[] {
  return [...new Set(listed(directory, owner).flatMap((file) => partsOf(file)?.name ?? []))].sort();
}

/** One who lets nobody read her names has none for the others, and stops nobody's look at other names. */
function listed(directory: string, owner: Owner, report?: Report): string[] {
  try {
    return list(directory);
  } catch (error) {
    if (!isFault(error) || error.code !== "noperm" || owner.scope === "global") throw error;
    report?.(error.message);
    return [];
  }
}

function partsOf(file: string): { name: string; generation: number } | undefined {
  const [, name = "", generation] = /^(.+)\.([1-9]\d{0,8})\.json$/.exec(file) ?? [];
  return isName(name) ? { name, generation: Number(generation) } : undefined;
}

/** One generation, or undefined where it is none: not there, of another name, or not by the one whom it names. */
export function readGeneration(
  registry: Registry,
  owner: Owner,
  name: string,
  generation: number,
  report?: Report,
): Alias | undefined {
  const file = path.join(directoryOf(registry, owner, name), `${name}.${generation}.json`);
  try {
    const alias = awaited(file, () => readRecord(file, aliasSchema, { owner: writerOf(registry, owner, file) }));
    if (alias === undefined) return undefined;
    const { name: itsName, generation: its, scope, user } = alias;
    if (itsName !== name || its !== generation || scope !== owner.scope)
      throw fault(
        "dataerr",
        `cannot trust '${file}': it calls itself generation ${its} of the ${scope} name '${itsName}'`,
      );
    if (owner.scope === "user" && user !== owner.user)
      throw fault("dataerr", `cannot trust '${file}': it calls itself ${user}'s`);
    checkTarget(alias, file);
    return alias;
  } catch (error) {
    // What cannot be read now may be the one that counts.
    if (!isFault(error) || (error.code !== "dataerr" && error.code !== "noperm")) throw error;
    report?.(error.message);
    return undefined;
  }
}

/** What it says of its target must fit together, or a name would show one thing and mean another. */
function checkTarget({ artifact, run, run_user, role, step }: Alias, file: string): void {
  const fits =
    (run_user === undefined || isUserName(run_user)) &&
    (role === undefined || isName(role)) &&
    (run === undefined) === (role === undefined) &&
    (run === undefined || role === undefined || artifact === undefined || artifact === artifactIdOf(run, role, step));
  if (!fits) throw fault("dataerr", `cannot trust '${file}': what it says of its artifact does not fit together`);
}

/** The uid that a generation must belong to: of the user whose it is, or of the one who says that it is hers. */
function writerOf(registry: Registry, owner: Owner, file: string): number {
  const user = owner.scope === "user" ? owner.user : readRecord(file, aliasSchema)?.user;
  // Gone between two looks: then there is nothing to trust, and nothing to read either.
  if (user === undefined) return registry.uid;
  const uid = uidOf(registry, user);
  if (uid === undefined) throw fault("dataerr", `cannot trust '${file}': nobody here is called ${user}`);
  return uid;
}

/** The uid of a user who has names here. One's own is known; another's is that of her directory. */
export function uidOf(registry: Registry, user: string): number | undefined {
  return user === registry.user ? registry.uid : ownerOf(userAliasDirectory(registry.base, user));
}
