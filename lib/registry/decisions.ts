// decision-<n>.json: what a run's owner has decided about computing it. Written once each, the highest counts.
import path from "node:path";
import { lastSent } from "../record/decided.js";
import type { Decision } from "../record/facts.js";
import type { RunOnDisk } from "./facts.js";
import { envelope, numbersIn } from "./layout.js";
import type { Registry } from "./open.js";
import { list } from "./read.js";
import { recordText, writeOnce } from "./write.js";
import { writeMany } from "./write-many.js";

type Decided = Pick<RunOnDisk, "run" | "dir" | "facts">;
type Deciding = Omit<Decision, "type" | "v" | "run" | "submission" | "attempt">;

/** Writes the next decision of one's own run; one that says the same as the last is not written. */
export function decide(registry: Registry, { run, dir, facts }: Decided, decided: Deciding): "made" | "exists" {
  const text = textOf({ run, facts }, decided);
  if (text === undefined) return "exists";
  for (let n = nextIn(dir); ; n += 1)
    if (writeOnce(fileOf(dir, n), text, registry.modes.file) === "made") return "made";
}

/** The same of many runs, whose files are written side by side. */
export async function decideAll(
  registry: Registry,
  all: readonly { disk: Decided; decided: Deciding }[],
): Promise<void> {
  const news = all.flatMap(({ disk, decided }) => {
    const text = textOf(disk, decided);
    return text === undefined ? [] : [{ disk, decided, file: fileOf(disk.dir, nextIn(disk.dir)), text }];
  });
  const made = await writeMany(news.map(({ file, text }) => ({ file, text, mode: registry.modes.file })));
  for (const [i, { disk, decided }] of news.entries()) if (made[i] === "exists") decide(registry, disk, decided);
}

/** The same of one run beside others. */
export async function decideBeside(registry: Registry, disk: Decided, decided: Deciding): Promise<"made" | "exists"> {
  const text = textOf(disk, decided);
  if (text === undefined) return "exists";
  const file = fileOf(disk.dir, nextIn(disk.dir));
  const [made] = await writeMany([{ file, text, mode: registry.modes.file }]);
  return made === "made" ? made : decide(registry, disk, decided);
}

/** Undefined where it says the same as the last. */
function textOf({ run, facts }: Pick<Decided, "run" | "facts">, decided: Deciding): string | undefined {
  const attempt = facts.attempts.at(-1)?.n;
  const decision = { ...decided, submission: lastSent(facts), ...(attempt === undefined ? {} : { attempt }) };
  if (facts.decision && sense(facts.decision) === sense(decision)) return undefined;
  return recordText({ type: "decision", v: 1, run: run.id, ...decision });
}

function nextIn(dir: string): number {
  return 1 + Math.max(0, ...numbersIn(list(envelope(dir)), "decision-", ".json"));
}

function fileOf(dir: string, n: number): string {
  return path.join(envelope(dir), `decision-${n}.json`);
}

function sense(of: Partial<Decision>): string {
  const { decision, submission = 0, key, epoch, generation, leader, runs = [], message } = of;
  return JSON.stringify([decision, submission, key, epoch, generation, leader, [...runs].sort(), message]);
}
