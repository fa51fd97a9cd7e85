// Runs to submit, from the pipe or by name, one after the other.
import { type Context, each } from "../../command/command.js";
import { isAnswered } from "../../record/claim.js";
import { fault } from "../../record/fault.js";
import { isRun } from "../../record/phase.js";
import type { Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { needs } from "../phase.js";
import { graces, namedRuns, notYours } from "../runs.js";
import { rendered } from "./rendered.js";
import { senderOf, sendRun, sentRecord } from "./sending.js";

/** Submits each run and yields it grown by its job. */
export async function* submitAll(
  records: AsyncIterable<unknown>,
  patience_s: number,
  context: Context,
): AsyncGenerator<object> {
  const runs = context.args.length > 0 && context.args[0] !== "-" ? byName(records, context) : records;
  const gathered = new Map<object, Run>();
  const submitted = new Map<object, object>();
  const send = async () => {
    if (gathered.size === 0) return;
    const { submitGathered } = await import("./submitting-elements.js");
    for (const [record, sent] of await submitGathered(gathered, patience_s, context)) submitted.set(record, sent);
    gathered.clear();
  };
  const act = async (run: Run) => {
    // What takes something from them can wait for their jobs once they have some.
    if (takesFrom(run, gathered)) await send();
    return submitOne(run, gathered, patience_s, context);
  };
  const held: object[] = [];
  for await (const record of each(runs, isRun, act, context)) {
    // Order is kept: what comes after an element of an array, which waits for the others, waits with it.
    held.push(record);
    if (gathered.size === 0) for (const one of held.splice(0)) yield submitted.get(one) ?? one;
  }
  await send();
  for (const record of held) yield submitted.get(record) ?? record;
}

function takesFrom({ inputs }: Run, gathered: ReadonlyMap<object, Run>): boolean {
  if (gathered.size === 0) return false;
  const makers = new Set(
    Object.values(inputs).flatMap((input) => (input.type === "artifact" ? (input.run ?? []) : [])),
  );
  return makers.size > 0 && [...gathered.values()].some(({ id }) => makers.has(id));
}

async function submitOne(run: Run, gathered: Map<object, Run>, patience_s: number, context: Context): Promise<object> {
  if (isAnswered(run)) return run;
  // What comes after the points of a sweep gets its script when they have ended.
  if (run.sweep?.aggregate) needs(run, "created", "lab-create");
  else needs(run, "rendered", "lab-render-sbatch");
  if (context.dryRun || run.dry_run) {
    // Of what is run again the script is not what one wants to see: its record tells of which run it is.
    if (context.terminal.out && typeof run["script"] === "string" && run.rerun_of === undefined)
      context.say(`${run.id}: would submit this script:\n${ownPart(run["script"])}`);
    return { ...run, dry_run: true };
  }
  const registry = await context.registry();
  if (run.user !== registry.user) throw fault("noperm", `the run is ${run.user}'s, you are ${registry.user}`);
  if (run.submission?.array) {
    const waits = { ...run };
    gathered.set(waits, run);
    return waits;
  }
  return sentRecord(run, await sendRun(run, await senderOf(patience_s, context), context), context);
}

/** What a script says of its run; the runtime below it is the same for all. */
function ownPart(script: string): string {
  const at = script.search(/^# lab\.py, for|^# -+ a clean start$/m);
  const [own, rest] = at < 0 ? [script, ""] : [script.slice(0, at), script.slice(at)];
  return rest === ""
    ? own
    : `${own}# … and ${rest.split("\n").length} lines that are the same for every run: --json has them`;
}

/** The run with its script; of one that another answers for, which needs none, that is said. */
function own(disk: RunOnDisk, context: Context): Run {
  const run = rendered(disk);
  const { leader = "" } = run.decision ?? {};
  if (!isAnswered(run)) return run;
  const isOver = disk.facts.outcome !== undefined;
  context.say(`${run.id}: ${isOver ? "was answered by" : "follows"} ${handleOf(leader)}: it needs no job`);
  return { ...run, state: isOver ? "cached" : "following" };
}

/** Runs that were created and rendered earlier, with the newest script that they have. */
async function* byName(records: AsyncIterable<unknown>, context: Context): AsyncGenerator<object> {
  const registry = await context.registry();
  const limits = await graces(context);
  for await (const named of namedRuns(records, context)) {
    if ("other" in named) yield named.other;
    else yield named.run.owner === registry.uid ? own(named.run, context) : notYours(named.run, limits, context);
  }
}
