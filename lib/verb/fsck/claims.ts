// Claims: each is its run's owner's, generations follow one another's seals, and what runs have decided agrees with them.
import path from "node:path";
import { claimedBy, type Slot } from "../../record/claim.js";
import type { Decision } from "../../record/facts.js";
import { decisionSchema } from "../../record/facts.js";
import { isFault } from "../../record/fault.js";
import { type Generation, generationsOf, ownKey } from "../../registry/claims.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { claimStem, envelope, fanOut, numbered, runDirectory } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { list, readRecord } from "../../registry/read.js";
import { openRun } from "../../registry/runs.js";
import { type Breach, hour_ms, type Looking, reading, type Survey, twice, withoutPath } from "./breach.js";
import { namesIn, regular } from "./files.js";
import { isDirectory } from "./registry.js";

/** All claims, or with `only` those of one user. */
export function* checkClaims(survey: Survey): Looking {
  for (const part of fanOut()) {
    const directory = path.join(survey.registry.base, "claims", part);
    if (!isDirectory(directory)) continue;
    const chains = new Map<string, Slot>();
    for (const name of yield* namesIn(survey, "claim", directory)) {
      const [, hex = "", epoch = ""] = /^([0-9a-f]{64})\.e([1-9]\d{0,8})\.[1-9]\d{0,8}(\.go)?\.json$/.exec(name) ?? [];
      if (hex.startsWith(part) && hex !== "") chains.set(`${hex} ${epoch}`, { key: `sha256:${hex}`, epoch });
      else yield { check: "stray", path: path.join(directory, name), message: "is no claim" };
    }
    for (const slot of chains.values()) yield* twice(() => chain(survey, slot));
  }
}

function* chain(survey: Survey, slot: Slot): Looking {
  const stem = claimStem(survey.registry.base, slot);
  const file = (generation: number, end = "") => `${stem}.${generation}${end}.json`;
  const told: Breach[] = [];
  const report = ({ message }: Error) => {
    const at = /\.\d+(\.go)?\.json'/.exec(message)?.[0].slice(0, -1) ?? "";
    told.push({ check: "claim", path: `${stem}${at}`, message: withoutPath(message, `${stem}${at}`) });
  };
  const generations = yield* reading(survey, "claim", stem, () => generationsOf(survey.registry, slot, report));
  if (!generations) return;
  if (survey.only === undefined) {
    yield* told;
    yield* order(generations, file, listed(stem));
  }
  for (const one of generations) {
    if (survey.only !== undefined && one.claim?.user !== survey.only) continue;
    for (const end of one.seal ? ["", ".go"] : [""]) yield* ownFile(survey, file(one.generation, end));
    yield* claimed(survey, slot, one, file(one.generation));
  }
}

function listed(stem: string): string[] {
  return list(path.dirname(stem)).filter((name) => name.startsWith(`${path.basename(stem)}.`));
}

/** One after the other, each opened when the one before was decided; no seal without its claim. */
function* order(
  generations: readonly Generation[],
  file: (generation: number, end?: string) => string,
  names: readonly string[],
): Looking {
  for (const [i, { generation, claim, seal }] of generations.entries()) {
    const before = generations[i - 1]?.generation ?? 0;
    if (generation !== before + 1)
      yield { check: "claim", path: file(before + 1), message: `is missing: generation ${generation} came after it` };
    if (claim && !seal && generations[i + 1])
      yield { check: "claim", path: file(generation, ".go"), message: "is missing: a later generation was opened" };
  }
  const known = new Set(generations.map(({ generation }) => path.basename(file(generation))));
  for (const name of names)
    if (name.endsWith(".go.json") && !known.has(name.replace(".go.json", ".json")))
      yield { check: "claim", path: path.join(path.dirname(file(1)), name), message: "seals no claim" };
}

function* ownFile(survey: Survey, file: string): Looking {
  const seen = yield* reading(survey, "claim", file, () => lookAt(file));
  if (seen) yield* regular(survey, file, seen.uid);
}

/** The run of a claim is there, has its key, and has decided so; a void one was put there to close the door. */
function* claimed(survey: Survey, slot: Slot, { generation, claim, seal, at }: Generation, file: string): Looking {
  if (!claim) return;
  const { run: id, user } = claim;
  const tell = (message: string): Breach => ({ check: "claim", path: file, message, run: id });
  const disk = yield* reading(survey, "claim", file, () => openRun(survey.registry, user, id));
  if (!disk) {
    if (!lookAt(runDirectory(survey.registry.base, user, id))) yield tell(`there is no run ${id} of ${user}`);
    return;
  }
  const key = disk.run.key?.digest ?? "";
  if (slot.key !== key && slot.key !== ownKey(key, disk.owner)) yield tell(`the run ${id} has the key ${key}`);
  if (seal === "void" || survey.now - at < hour_ms) return;
  const decisions = decisionsOf(disk);
  const agrees = decisions.some((one) => one.decision === "claimed" && isOf(one, slot, generation));
  if (!agrees) yield { ...tell(`the run ${id} has not decided so`), hint: `${user}'s next lab advance writes it down` };
}

function isOf({ key, epoch, generation }: Decision, slot: Slot, of: number): boolean {
  return key === slot.key && epoch === slot.epoch && generation === of;
}

/** All decisions of a run, those that can be read. */
function decisionsOf({ dir, owner }: RunOnDisk): Decision[] {
  const lab = envelope(dir);
  return list(lab).flatMap((name) => {
    if (numbered(name.replace(/\.json$/, ""), "decision-") === undefined) return [];
    try {
      return readRecord(path.join(lab, name), decisionSchema, { owner }) ?? [];
    } catch (error) {
      if (isFault(error)) return [];
      throw error;
    }
  });
}

/** What a run has claimed is its own, and the run that it follows, or that has answered for it, is there. */
export function* checkDecisions(survey: Survey, disk: RunOnDisk): Looking {
  const { registry } = survey;
  for (const decision of decisionsOf(disk)) {
    const { leader, leader_user } = decision;
    if (leader !== undefined && leader_user !== undefined) yield* leads(survey, disk, leader, leader_user);
    const claimed = claimedBy(decision);
    if (!claimed) continue;
    const file = `${claimStem(registry.base, claimed)}.${claimed.generation}.json`;
    const generations = yield* reading(survey, "claim", file, () => generationsOf(registry, claimed));
    const its = generations?.find((one) => one.generation === claimed.generation)?.claim;
    if (generations && its?.run !== disk.run.id)
      yield { check: "claim", path: file, message: "is missing, or another's: the run decided that it is its own" };
  }
}

function* leads(survey: Survey, { dir }: RunOnDisk, leader: string, user: string): Looking {
  const place = runDirectory(survey.registry.base, user, leader);
  const seen = yield* reading(survey, "claim", place, () => lookAt(place));
  if (!seen)
    yield { check: "claim", path: envelope(dir), message: `relies on the run ${leader} of ${user}, which is gone` };
}
