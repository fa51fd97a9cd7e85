// Claims as they lie on disk: the generations of a chain, each a write-once file that names the run that computes it, and
// the seals beside them. Whoever links a name first has decided; see lab-registry(5), "Claims".
import crypto from "node:crypto";
import os from "node:os";
import path from "node:path";
import { pid } from "node:process";
import { type Claim, claimSchema, type Go, goSchema, type Slot } from "../record/claim.js";
import { type Fault, fault, isFault } from "../record/fault.js";
import { randomWord } from "../record/random.js";
import { timestamp } from "../record/units.js";
import { sleep } from "./disk.js";
import { ladder } from "./ladder.js";
import { claimDirectory, claimStem } from "./layout.js";
import type { Registry } from "./open.js";
import { ownerOfUser } from "./owners.js";
import { list, readOwned } from "./read.js";
import { recordText, writeOnce } from "./write.js";
import { type NewFile, writeMany } from "./write-many.js";

export interface Generation {
  generation: number;
  /** Who claims; undefined where the file is no valid claim: then nobody does, and the next number may be taken. */
  claim?: Claim;
  /** When it was linked, by the file server's clock (milliseconds). */
  at: number;
  /** `go`: its run may be given to the scheduler, or has been. `void`: it never will. Undefined: not decided. */
  seal?: "go" | "void";
  /** When it was sealed (as `at`). */
  sealed_at?: number;
  /** What the seal says, if it can be read. */
  go?: Go;
}

/** A generation whose claim is valid. */
export type Claimed = Generation & { claim: Claim };

type Report = (error: Fault) => void;

/** How long what a listing shows may take to be there to be read (milliseconds). */
const patience_ms = 60_000;

/**
 * The generations of a chain, lowest first. What claims in another's name, or cannot be read as what it should be, is told
 * of and claims nothing. Asks by listing the directory, since on a network a name that was looked for before it was there
 * may be taken for missing for a while; what is listed and cannot be opened yet is waited for. Throws tempfail where it
 * stays so for a minute.
 */
export function generationsOf(registry: Registry, slot: Slot, report: Report = () => {}): Generation[] {
  const began = Date.now();
  for (let pause = 10; ; pause = Math.min(2 * pause, 1000)) {
    const found = tryGenerations(registry, slot, report);
    if (!isFault(found)) return found;
    if (Date.now() - began > patience_ms) throw found;
    sleep(pause);
  }
}

function tryGenerations(registry: Registry, slot: Slot, report: Report): Generation[] | Fault {
  const stem = claimStem(registry.base, slot);
  const prefix = `${path.basename(stem)}.`;
  const names = list(path.dirname(stem)).filter((name) => name.startsWith(prefix));
  const numbers = names.flatMap((name) => /^([1-9]\d{0,8})\.json$/.exec(name.slice(prefix.length))?.[1] ?? []);
  const { counting, beyond } = ladder(numbers.map(Number));
  if (beyond !== undefined)
    report(fault("dataerr", `'${stem}.${beyond}.json' does not count: it follows no generation`));
  const sealed = new Set(names.filter((name) => name.endsWith(".go.json")));
  try {
    return counting.map((generation) => {
      const { uid, ...found } = readClaim(registry, slot, generation, report);
      const isSealed = sealed.has(`${prefix}${generation}.go.json`);
      return { generation, ...found, ...(isSealed ? readGo(registry, slot, generation, uid, report) : {}) };
    });
  } catch (error) {
    if (isFault(error) && (error.code === "tempfail" || error.code === "unavailable")) return error;
    throw error;
  }
}

function readClaim(
  registry: Registry,
  slot: Slot,
  generation: number,
  report: Report,
): { claim?: Claim; at: number; uid?: number } {
  const file = `${claimStem(registry.base, slot)}.${generation}.json`;
  try {
    const { record: claim, uid, mtime } = readOwned(file, claimSchema) ?? notYet(file);
    if (claim.key !== slot.key || claim.epoch !== slot.epoch || claim.generation !== generation)
      throw fault("dataerr", `cannot trust '${file}': it speaks of another claim`);
    // Who has no runs directory has no run to name.
    const owner = ownerOfUser(registry, path.join(registry.base, "runs", claim.user), claim.user);
    if (owner !== uid) throw fault("dataerr", `cannot trust '${file}': it belongs to uid ${uid}, not to ${claim.user}`);
    return { claim, at: mtime, uid };
  } catch (error) {
    if (!isForgery(error)) throw error;
    report(error);
    return { at: 0 };
  }
}

/** A seal that is not the claimant's own word lets nobody begin: it is void, whatever it says. */
function readGo(
  registry: Registry,
  slot: Slot,
  generation: number,
  claimant: number | undefined,
  report: Report,
): Pick<Generation, "seal" | "go" | "sealed_at"> {
  const file = `${claimStem(registry.base, slot)}.${generation}.go.json`;
  try {
    const { record: go, uid, mtime } = readOwned(file, goSchema) ?? notYet(file);
    const isOf = go.key === slot.key && go.epoch === slot.epoch && go.generation === generation;
    return { seal: isOf && go.void !== true && uid === claimant ? "go" : "void", go, sealed_at: mtime };
  } catch (error) {
    if (!isForgery(error)) throw error;
    report(error);
    return { seal: "void" };
  }
}

/** Whether it is known that the file is no claim or seal. What cannot be read just now may be one, and waits. */
function isForgery(error: unknown): error is Fault {
  return isFault(error) && (error.code === "dataerr" || error.code === "noperm");
}

/** A listed name that is not there to be opened is on its way, or was just taken back. */
function notYet(file: string): never {
  throw fault("tempfail", `cannot read '${file}' yet`);
}

/** The one that counts: the highest valid claim that is not void; undefined where nobody computes it, or has. */
export function holderOf(generations: readonly Generation[]): Claimed | undefined {
  return generations.findLast((one): one is Claimed => one.claim !== undefined && one.seal !== "void");
}

/** In a chain of one's own nobody else claims: what others put there only takes a number. */
export function ownOnly(generations: readonly Generation[], user: string): Generation[] {
  return generations.map((one) => {
    if (one.claim === undefined || one.claim.user === user) return one;
    const { claim: _, ...rest } = one;
    return rest;
  });
}

/** The highest epoch of a key in which `counts` finds a claim that counts; 1 where there is none. */
export function highestEpoch(registry: Registry, key: string, counts: (claim: Claim) => boolean): number {
  const prefix = `${path.basename(claimStem(registry.base, { key, epoch: "1" })).slice(0, -1)}`;
  const epochs = new Set<number>();
  for (const name of list(claimDirectory(registry.base, key))) {
    const epoch = name.startsWith(prefix)
      ? /^([1-9]\d{0,8})\.[1-9]\d{0,8}\.json$/.exec(name.slice(prefix.length))
      : null;
    if (epoch) epochs.add(Number(epoch[1]));
  }
  for (const epoch of [...epochs].sort((a, b) => b - a)) {
    const claims = generationsOf(registry, { key, epoch: String(epoch) });
    if (claims.some(({ claim }) => claim !== undefined && counts(claim))) return epoch;
  }
  return 1;
}

/** The key of a chain of one's own: whoever trusts no other, or waits for none, computes in it. */
export function ownKey(key: string, uid: number): string {
  return `sha256:${crypto.createHash("sha256").update(`${key} ${uid}`).digest("hex")}`;
}

/** Claims a generation for a run of the caller's. Says `exists` where another was first. Throws faults. */
export function linkClaim(registry: Registry, slot: Slot, generation: number, by: Claiming): "made" | "exists" {
  const { file, text, mode } = claimFile(registry, slot, generation, by);
  return writeOnce(file, text, mode);
}

/** The same beside the claims of others. */
export async function linkClaimBeside(
  registry: Registry,
  slot: Slot,
  generation: number,
  by: Claiming,
): Promise<"made" | "exists"> {
  const [said = "exists"] = await writeMany([claimFile(registry, slot, generation, by)]);
  return said;
}

type Claiming = { run: string; own?: boolean };

function claimFile(registry: Registry, slot: Slot, generation: number, { run, own }: Claiming): NewFile {
  const claim: Claim = {
    type: "claim",
    v: 1,
    ...slot,
    generation,
    run,
    user: registry.user,
    ...(own ? { own } : {}),
    ...writer(),
  };
  const file = `${claimStem(registry.base, slot)}.${generation}.json`;
  return { file, text: recordText(claim), mode: registry.modes.file };
}

/** What is tried to be decided about a generation. */
export type Deciding = Pick<Go, "run" | "submission" | "by"> & { void?: boolean };

/** Which of the two holds, and whether it was us who decided. */
export interface Sealed {
  seal: "go" | "void";
  ours: boolean;
  go?: Go;
}

/**
 * Tries to be the one who decides about a generation: that the job of its run is given to the scheduler now, or (`void`) that
 * it never will. Says which of the two holds, and whether it was us who decided: then, or by the seal of this very submission
 * before. Throws faults.
 */
export function linkGo(registry: Registry, slot: Slot, generation: number, decided: Deciding): Sealed {
  const go = goOf(registry, slot, generation, decided);
  const made = writeOnce(goFile(registry, slot, generation), recordText(go), registry.modes.file);
  return made === "made" ? { seal: decided.void ? "void" : "go", ours: true, go } : thatHolds(registry, go);
}

/** The same for many generations, whose files are written side by side. */
export async function linkGos(
  registry: Registry,
  all: readonly (Slot & { generation: number; decided: Deciding })[],
): Promise<Sealed[]> {
  const gos = all.map(({ generation, decided, ...slot }) => goOf(registry, slot, generation, decided));
  const { file: mode } = registry.modes;
  const made = await writeMany(
    gos.map((go) => ({ file: goFile(registry, go, go.generation), text: recordText(go), mode })),
  );
  return gos.map((go, i) =>
    made[i] === "made" ? { seal: go.void ? "void" : "go", ours: true, go } : thatHolds(registry, go),
  );
}

function goFile(registry: Registry, slot: Slot, generation: number): string {
  return `${claimStem(registry.base, slot)}.${generation}.go.json`;
}

function goOf(registry: Registry, { key, epoch }: Slot, generation: number, decided: Deciding): Go {
  const { void: isVoid, ...rest } = decided;
  const user = registry.user;
  const of = { key, epoch, generation };
  return { type: "go", v: 1, ...of, ...rest, user, ...(isVoid ? { void: true } : {}), ...writer() };
}

/** The seal of somebody who was first. */
function thatHolds(registry: Registry, go: Go): Sealed {
  const there = generationsOf(registry, go).find((one) => one.generation === go.generation);
  if (there?.seal === undefined) throw fault("tempfail", `cannot read '${goFile(registry, go, go.generation)}' yet`);
  const { seal, go: its } = there;
  // A job that was started by hand has sealed it for itself.
  const isOurs = its?.run === go.run && its.submission === go.submission && its.by !== "job";
  const same = seal === "go" && !go.void && isOurs;
  return { seal, ours: same, ...(its ? { go: its } : {}) };
}

function writer() {
  return { token: randomWord(), host: os.hostname(), pid, at: timestamp(Date.now()) };
}
