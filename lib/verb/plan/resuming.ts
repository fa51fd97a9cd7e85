// --resume: the checkpoint that a rerun goes on from.
import type { Context } from "../../command/context.js";
import { fault, isFault } from "../../record/fault.js";
import type { Resume } from "../../record/run.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { type Ask, askedFor, checkpointOf } from "../checkpointing.js";
import { whoseLines } from "../show/what-answers.js";

/**
 * `latest`, `best METRIC[:min|:max]` or `none`. A run that has not come to its first checkpoint begins anew, or where it
 * began itself; that is said. Throws where it cannot be told which checkpoint is meant.
 */
export async function resumedFrom(disk: RunOnDisk, word: string, context: Context): Promise<Resume | undefined> {
  const ask = asked(word);
  if (ask === undefined) return undefined;
  try {
    const maker = whoseLines(disk, "checkpoints", await context.registry(), context.say);
    const found = await checkpointOf(maker, ask, (message) => context.say(`${maker.run.id}: ${message}`));
    const { id, user, key, epoch } = maker.run;
    return {
      path: found.path,
      run: id,
      user,
      ...(found.step === undefined ? {} : { step: found.step }),
      ...(key === undefined || epoch === undefined ? {} : { key: key.digest, epoch }),
    };
  } catch (error) {
    if (!isFault(error) || error.code !== "noinput" || ask.which === "best") throw error;
    const { resume } = disk.run;
    context.say(`${error.message}: it begins ${resume ? `where it began, at '${resume.path}'` : "anew"}`);
    return resume;
  }
}

function asked(word: string): Exclude<Ask, { which: "all" }> | undefined {
  if (word === "none") return undefined;
  const words = word
    .trim()
    .split(/[\s:](.*)/s, 2)
    .filter(Boolean);
  const { ask, runs } = askedFor(words);
  if (runs.length > 0 || ask.which === "all" || words.length === 0)
    throw fault("usage", `cannot read --resume ${word}`, { hint: "latest, none, or best:METRIC, best:METRIC:min" });
  return ask;
}
