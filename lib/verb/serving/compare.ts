// Runs side by side, for the page: the same comparison that lab-compare and lab-diff show.
import { fault, isFault, recordError } from "../../record/fault.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { findRun } from "../../registry/refs.js";
import { type ComparedImage, compareApi, compareImagesApi } from "../../serve/api/compare.js";
import { breather } from "../breathing.js";
import { comparisonOf } from "../compare/comparing.js";
import { imagesOf } from "../compare/images.js";
import { sourceDiff } from "../compare/source-diff.js";
import { graces } from "../runs.js";
import { answering, type Serving } from "./answering.js";
import { runRef } from "./refs.js";

export const compare = answering(compareApi, async (_, { run }, serving) => {
  const { registry, context } = serving;
  const disks = await opened(run, serving);
  const {
    type: _t,
    v: _v,
    error: _e,
    ...comparison
  } = await comparisonOf(disks, () => true, registry, await graces(context), context.now);
  const [a, b, more] = disks;
  const notes = [...(comparison.notes ?? [])];
  const isChanged = a && b && !more && a.run.source.digest !== b.run.source.digest;
  const diff = isChanged
    ? await sourceDiff(a.run, b.run, registry.base, (message) => void notes.push(message))
    : undefined;
  return { ...comparison, ...diff, ...(notes.length > 0 ? { notes } : {}) };
});

const mostImages = 4000;

export const compareImages = answering(compareImagesApi, async (_, { run }, serving) => {
  const images: ComparedImage[] = [];
  for (const disk of await opened(run, serving)) {
    images.push(...(await imagesIn(disk, serving)));
    if (images.length >= mostImages) break;
  }
  images.length = Math.min(images.length, mostImages);
  return { names: [...new Set(images.map(({ name }) => name))].sort(), images };
});

/** Of a run that cannot be read only its own images are missing. */
async function imagesIn(disk: RunOnDisk, { problems }: Serving): Promise<ComparedImage[]> {
  try {
    return await imagesOf(disk);
  } catch (error) {
    if (!isFault(error)) throw error;
    problems.push({ id: disk.run.id, ...recordError(error) });
    return [];
  }
}

/** Each once, in the order in which they are named. */
async function opened(refs: readonly string[], { registry, context }: Serving): Promise<RunOnDisk[]> {
  const rest = breather();
  const found = new Map<string, RunOnDisk>();
  for (const ref of refs) {
    await rest();
    const disk = findRun(registry, runRef(ref), context.cwd);
    found.set(disk.run.id, disk);
  }
  if (found.size < 2) throw fault("usage", "one run has nothing to be compared with", { hint: "run= twice or more" });
  return [...found.values()];
}
