// Checking the registry: what its page of the manual promises is looked for, and what follows from it is made again.
import path from "node:path";
import type { Context } from "../../command/context.js";
import { plain } from "../../command/plain.js";
import { paint, type TableStyle } from "../../command/table.js";
import { hanging } from "../../command/wrap.js";
import { type Fault, fault, isFault } from "../../record/fault.js";
import { isUserName } from "../../record/names.js";
import type { Problem } from "../../record/records.js";
import { isRunId } from "../../record/run-id.js";
import { shortDuration } from "../../record/units.js";
import { registryFile } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { type Registry, readRegistry } from "../../registry/open.js";
import { ownerOfUser } from "../../registry/owners.js";
import { readText } from "../../registry/read.js";
import { placeOf } from "../../registry/refs.js";
import { type Breach, type Looking, type Survey, twice } from "./breach.js";
import { packed } from "./packs.js";
import { promises } from "./promises.js";
import { checkRun } from "./runs.js";
import { checkAll, usersOf } from "./survey.js";

export interface Fsck {
  deep: boolean;
  repair: boolean;
  user: string | undefined;
}

/** Looks at all, at one user's, or at the runs that are named; tells each breach once, and at the end how much was looked at. */
export async function* fsck(records: AsyncIterable<unknown>, asked: Fsck, context: Context): AsyncGenerator<Problem> {
  const began = Date.now();
  const tally = { looked: 0, found: 0, mended: 0, unread: 0 };
  const registry = yield* opened(context, tally);
  if (registry) {
    const survey = surveyOf(registry, asked, context, tally);
    const look = context.args.length > 0 ? named(records, survey, context) : checkAll(survey);
    for await (const breach of unhurried(look, context)) {
      const problem = told(breach, asked.repair && !context.dryRun, context);
      tally.found += 1;
      if (problem.repaired) tally.mended += 1;
      yield problem;
    }
  }
  if (tally.found > tally.mended) context.no();
  if (!context.signal.aborted) context.say(summary(tally, Date.now() - began));
}

type Tally = { looked: number; found: number; mended: number; unread: number };

/** A REGISTRY.json that is none is what there is to tell. */
async function* opened(context: Context, tally: Tally): AsyncGenerator<Problem, Registry | undefined> {
  try {
    return await context.registry();
  } catch (error) {
    if (!isFault(error) || error.code !== "config" || !/REGISTRY\.json/.test(error.message)) throw error;
    tally.found += 1;
    const file = /'([^']*REGISTRY\.json)'/.exec(error.message)?.[1] ?? "REGISTRY.json";
    yield told({ check: "registry", path: file, message: error.message }, false, context);
    return undefined;
  }
}

/** So many things that cannot be looked at are named. */
const named_at_most = 20;

function surveyOf(registry: Registry, { deep, user }: Fsck, context: Context, tally: Tally): Survey {
  if (user !== undefined && !isUserName(user)) throw fault("usage", `'${user}' cannot be the name of a user`);
  const told = new Set<string>();
  return {
    registry,
    now: context.now,
    deep,
    gid: groupOf(registry),
    only: user,
    alone: context.args.length > 0,
    edges: new Map(),
    isPacked: packed(registry),
    looked: () => {
      tally.looked += 1;
    },
    unread(file: string, why: Fault) {
      if (told.has(file)) return;
      tally.unread += 1;
      if (told.size >= named_at_most) return;
      told.add(file);
      // One's own permissions are no one's fault; anything else may hide what is wrong.
      if (why.code === "noperm") context.say(why.message);
      else context.report(undefined, why);
    },
  };
}

function groupOf({ base }: Registry): number | undefined {
  const file = registryFile(base);
  const { shared_group } = readRegistry(readText(file) ?? "", file);
  return shared_group === undefined ? undefined : lookAt(base)?.gid;
}

/** The runs that the command line or the stream names. */
async function* named(
  records: AsyncIterable<unknown>,
  survey: Survey,
  context: Context,
): AsyncGenerator<Breach | undefined> {
  const { registry } = survey;
  const owners: string[] = yield* usersOf(survey, "runs");
  const one = (user: string, id: string): Looking => {
    const owner = ownerOfUser(registry, path.join(registry.base, "runs", user), user);
    return owner === undefined ? nothing() : twice(() => checkRun(survey, { user, id, owner }, owners));
  };
  for (const ref of context.args.filter((word) => word !== "-")) {
    const { user, id } = placeOf(registry, ref, context.cwd);
    yield* one(user, id);
  }
  for await (const record of records) {
    const { type, id, run, user } = record as Record<string, unknown>;
    const which = type === "run" || type === "status" ? id : run;
    if (typeof which !== "string" || !isRunId(which)) continue;
    const place = typeof user === "string" && isUserName(user) ? { user } : placeOf(registry, which, context.cwd);
    yield* one(place.user, which);
  }
}

function* nothing(): Looking {}

/** Lets the process hear signals and write what was told, now and then. */
async function* unhurried(
  look: Iterable<Breach | undefined> | AsyncIterable<Breach | undefined>,
  { signal }: Context,
): AsyncGenerator<Breach> {
  let turned = Date.now();
  for await (const breach of look) {
    if (breach) yield breach;
    if (Date.now() - turned > 50) {
      await new Promise((resolve) => setImmediate(resolve));
      turned = Date.now();
    }
    if (signal.aborted) return;
  }
}

/** A breach as a record; where it is to be mended and can be, it is. */
function told({ check, mend, hint, ...breach }: Breach, repair: boolean, context: Context): Problem {
  const known = promises[check];
  const problem: Problem = {
    type: "problem",
    v: 1,
    check,
    severity: "mild" in known ? "warning" : "error",
    ...breach,
    hint: hint ?? known.remedy,
    ...(mend ? { repairable: true } : {}),
    ...(context.dryRun ? { dry_run: true } : {}),
  };
  if (!mend || !repair) return problem;
  try {
    mend();
    return { ...problem, repaired: true };
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(undefined, error);
    return problem;
  }
}

function summary({ looked, found, mended, unread }: Tally, took_ms: number): string {
  const problems = found === 0 ? "all is well" : `${found} problem${found > 1 ? "s" : ""}`;
  return [
    `${looked} files and directories in ${shortDuration(took_ms / 1000)}: ${problems}`,
    ...(mended > 0 ? [`${mended} repaired`] : []),
    ...(unread > 0 ? [`${unread} could not be looked at`] : []),
  ].join(", ");
}

/** A breach for eyes: which promise, what, and below it where and what to do. */
export function breachView(record: Record<string, unknown>, { colour, width }: TableStyle): string {
  const { check = "", severity, message, path: where = "", hint, repaired } = record as unknown as Problem;
  const word = repaired ? "ok" : severity;
  const mark = `${(repaired ? "repaired" : severity).padEnd(9)}${plain(check).padEnd(17)} `;
  const [first = "", ...rest] = hanging(mark, plain(message).split(" "), width);
  const below = " ".repeat(mark.length);
  return [
    (colour ? paint(word, "state") : word).padEnd(0) + first.slice(word.length),
    ...rest,
    below + plain(where),
    ...(repaired || hint === undefined ? [] : hanging(below, plain(`→ ${hint}`).split(" "), width)),
  ]
    .map((line) => `${line}\n`)
    .join("");
}
