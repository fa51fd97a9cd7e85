// Where a run is tracked elsewhere: the address that Weights & Biases prints, or that follows from the recipe.
import path from "node:path";
import type { Outputs } from "../record/artifact.js";
import { fs } from "./disk.js";
import type { RunOnDisk } from "./facts.js";
import { attemptDirectory, envelope } from "./layout.js";
import { withRegular } from "./regular.js";

/** So much of a log's beginning is looked at (bytes): wandb says where it is when it starts. */
const enough = 256 * 2 ** 10;

const address = /https:\/\/wandb\.ai\/([\w.~%-]+)\/([\w.~%-]+)\/runs\/[\w.~%-]*[\w~%-]/;

/**
 * The address found in the newest log that has one; else, where the recipe names entity and project, the one that its run
 * has there once it has begun. Undefined where there is none.
 */
export function trackingOf(disk: RunOnDisk): Outputs["tracking"] {
  const { dir, facts, run } = disk;
  for (const { n } of facts.attempts.slice().reverse()) {
    const found = address.exec(beginning(path.join(attemptDirectory(envelope(dir), n), "job.log")));
    const [url, entity, project] = found ?? [];
    if (url && entity && project)
      return { wandb: { entity: decoded(entity), project: decoded(project), url, source: "log" } };
  }
  const { entity, project } = run.tracking?.wandb ?? {};
  if (entity === undefined || project === undefined) return undefined;
  const words = [entity, project, "runs", run.id].map(encodeURIComponent);
  return { wandb: { entity, project, url: `https://wandb.ai/${words.join("/")}`, source: "recipe" } };
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

function beginning(file: string): string {
  const buffer = Buffer.alloc(enough);
  try {
    return withRegular(file, undefined, (fd) => buffer.toString("utf8", 0, fs.readSync(fd, buffer, 0, enough, 0)));
  } catch {
    // No log, no address.
    return "";
  }
}
