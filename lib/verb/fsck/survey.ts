// All checks, in their order: the registry, then each user's things, then what is shared.
import path from "node:path";
import { isUserName } from "../../record/names.js";
import type { UserArea } from "../../registry/layout.js";
import { ownerOfUser } from "../../registry/owners.js";
import { list } from "../../registry/read.js";
import { checkArrays } from "./arrays.js";
import { gathered, type Looking, reading, type Survey } from "./breach.js";
import { checkClaims } from "./claims.js";
import { checkDerived } from "./derived.js";
import { checkIndex } from "./edges.js";
import { checkEvals } from "./evals.js";
import { checkExternal } from "./external.js";
import { checkHolds } from "./holds.js";
import { checkJournals } from "./journals.js";
import { checkHosts, checkLeases, checkQueue } from "./local.js";
import { checkMarked } from "./markers.js";
import { checkNames } from "./names.js";
import { checkNotes } from "./notes.js";
import { checkPacks } from "./packs.js";
import { checkPipelines, checkSweeps } from "./plans.js";
import { areasOfUsers, checkFanOut, checkRegistry, checkUserDirectories, isDirectory } from "./registry.js";
import { checkRuns } from "./runs.js";
import { checkSnapshots } from "./snapshots.js";

/** Everything, or with `only` what is one user's. */
export function* checkAll(survey: Survey): Looking {
  if (survey.only === undefined) yield* checkRegistry(survey);
  yield* checkUserDirectories(survey);
  const users = (yield* usersIn(survey)).filter((user) => survey.only === undefined || user === survey.only);
  const withRuns = yield* usersOf(survey, "runs");
  for (const user of users) yield* checkUser(survey, user, withRuns);
  yield* checkNames(survey, { scope: "global" }, survey.registry.founder);
  yield* checkClaims(survey);
  yield* checkHosts(survey);
  if (survey.only === undefined)
    for (const area of ["aliases", "claims"] as const) yield* checkFanOut(survey, area, ["by-user"]);
}

/** The users who have anything. */
function* usersIn(survey: Survey): Looking<string[]> {
  const users = new Set<string>();
  for (const area of areasOfUsers) for (const user of yield* usersOf(survey, area)) users.add(user);
  return [...users].sort();
}

/** Those who have a directory of their own in an area: what is wrong with the others is told where these are checked. */
export function* usersOf(survey: Survey, area: UserArea): Looking<string[]> {
  const directory = path.join(survey.registry.base, area);
  if (!isDirectory(directory)) return [];
  const names = (yield* reading(survey, "user-directory", directory, () => list(directory).filter(isUserName))) ?? [];
  return names.filter((user) => ownerIn(survey, area, user) !== undefined);
}

function ownerIn(survey: Survey, area: UserArea, user: string): number | undefined {
  const directory = path.join(survey.registry.base, area, user);
  let owner: number | undefined;
  gathered(function* () {
    owner = yield* reading(survey, "user-directory", directory, () => ownerOfUser(survey.registry, directory, user));
  });
  return owner;
}

function* checkUser(survey: Survey, user: string, withRuns: readonly string[]): Looking {
  const parts: [UserArea, (owner: number) => Looking][] = [
    ["runs", (owner) => checkRuns(survey, user, owner, withRuns)],
    ["active", (owner) => checkMarked(survey, "active", user, owner)],
    ["loose", (owner) => checkMarked(survey, "loose", user, owner)],
    ["arrays", (owner) => checkArrays(survey, user, owner)],
    ["index", (owner) => checkIndex(survey, user, owner)],
    ["aliases/by-user", (owner) => checkNames(survey, { scope: "user", user }, owner)],
    ["derived", (owner) => checkDerived(survey, user, owner)],
    ["notes", (owner) => checkNotes(survey, user, owner)],
    ["artifacts", (owner) => checkExternal(survey, user, owner)],
    ["evals", (owner) => checkEvals(survey, user, owner)],
    ["sweeps", (owner) => checkSweeps(survey, user, owner)],
    ["pipelines", (owner) => checkPipelines(survey, user, owner)],
    ["holds", (owner) => checkHolds(survey, user, owner)],
    ["packs", (owner) => checkPacks(survey, user, owner)],
    ["snapshots", (owner) => checkSnapshots(survey, user, owner)],
    ["events", (owner) => checkJournals(survey, user, owner)],
    ["queue", (owner) => checkQueue(survey, user, owner)],
    ["leases", (owner) => checkLeases(survey, user, owner)],
  ];
  for (const [area, look] of parts) {
    const owner = ownerIn(survey, area, user);
    if (owner !== undefined) yield* look(owner);
  }
}
