// How a person names an artifact: art-…, <run>:<role>, <user>/<alias>, or a name; of a stream also @<step>, @latest or
// @best:METRIC.
import type { Alias, Artifact } from "../record/artifact.js";
import { artifactIdOf } from "../record/artifact-id.js";
import { fault, isFault } from "../record/fault.js";
import { isName, isUserName, nearest } from "../record/names.js";
import { isHandle, isRunId } from "../record/run-id.js";
import { stateOf } from "../record/state.js";
import { pickWord, type StepPick, stepPick } from "../record/step-pick.js";
import type { Report } from "./alias-files.js";
import { aliasNames, currentAlias, usersWithAliases } from "./aliases.js";
import { openArtifact } from "./artifacts.js";
import { scored } from "./best-step.js";
import type { RunOnDisk } from "./facts.js";
import { makerOfRun } from "./makers.js";
import type { Registry } from "./open.js";
import { artifactsOf } from "./outputs.js";
import { findRun } from "./refs.js";
import { openRun } from "./runs.js";
import { whoWillBeCalled, whyUnregistered } from "./unregistered.js";

/** What a word means: an artifact, or a whole stream (then it has no id and no step). */
export interface ArtifactRef {
  id?: string;
  /** The run that makes it, whose it is, and in which role; what was registered from outside has a user alone. */
  run?: string;
  user?: string;
  role?: string;
  step?: number;
  path: string;
  /** Its record, where it is registered. */
  artifact?: Artifact;
  /** The run has not made it: not yet, or it never will. */
  pending?: boolean;
  producer?: RunOnDisk;
  /** The name by which it was found. */
  alias?: Alias;
  /** What the caller should be told. */
  warning?: string;
}

export interface Finding {
  /** Whose names count when a bare one is nobody's and mine neither; everybody's if not given. */
  trusts?: (user: string) => boolean;
  report?: Report;
}

/**
 * What `ref` means now. Throws noinput where there is no such thing (with the nearest name), dataerr where it could be
 * several things or cannot be read.
 */
export function findArtifact(registry: Registry, ref: string, cwd: string, finding: Finding = {}): ArtifactRef {
  const { word, pick } = parsed(ref);
  const found = lookUp(registry, ref, word, cwd, finding);
  if (pick === undefined) return found;
  if (found.producer === undefined || found.role === undefined || found.step !== undefined || found.id !== undefined)
    throw fault("dataerr", `'${word}' has no steps: it is ${found.step === undefined ? "no stream" : "a step itself"}`);
  return { ...found, ...stepOf(registry, found.producer, found.role, pick, ref) };
}

/** What comes after the last @ that can be that of a step. */
const ending = /(?<=.)@(latest|\d{1,15}|best(?::[^@]*)?)$/;

function parsed(ref: string): { word: string; pick?: StepPick } {
  const pick = ending.exec(ref)?.[1];
  if (pick === undefined) return { word: ref };
  try {
    return { word: ref.replace(ending, ""), pick: stepPick(pick) };
  } catch (error) {
    if (!isFault(error)) throw error;
    throw fault("dataerr", `cannot read '${ref}': '${pick}' ${error.message}`, { hint: error.hint, cause: error });
  }
}

function lookUp(registry: Registry, ref: string, word: string, cwd: string, finding: Finding): ArtifactRef {
  if (/^art-[0-9a-f]{20}$/.test(word)) return byId(registry, word, finding);
  const colon = word.lastIndexOf(":");
  if (colon >= 0) return byRole(registry, word, colon, cwd);
  const [user = "", name, ...rest] = word.split("/");
  if (name === undefined ? !isName(word) : rest.length > 0 || !isUserName(user) || !isName(name))
    throw unreadable(ref, rolesOf(registry, ref, cwd));
  const { alias, warning } =
    name === undefined
      ? byName(registry, word, finding)
      : { alias: currentAlias(registry, user, name, finding.report) };
  if (!alias) throw nothingCalled(registry, word, cwd);
  return { ...meantBy(registry, alias, cwd, finding), alias, ...(warning === undefined ? {} : { warning }) };
}

function byRole(registry: Registry, word: string, colon: number, cwd: string): ArtifactRef {
  const [run, role] = [word.slice(0, colon), word.slice(colon + 1)];
  try {
    return outputOf(registry, findRun(registry, run, cwd), role);
  } catch (error) {
    // @last:NAME is a run, and what it made one word more.
    const roles = run === "@last" && isFault(error) ? rolesOf(registry, word, cwd) : [];
    if (roles.length === 0 || !isFault(error)) throw error;
    throw fault(error.code, error.message, { hint: didYouMean(word, roles), cause: error });
  }
}

/** The outputs of the run that a word means; none where it means no run. */
function rolesOf(registry: Registry, word: string, cwd: string): string[] {
  if (word === "") return [];
  try {
    return Object.keys(findRun(registry, word, cwd).run.outputs);
  } catch (error) {
    if (isFault(error)) return [];
    throw error;
  }
}

function didYouMean(run: string, roles: readonly string[]): string {
  return `what a run made is RUN:ROLE: did you mean ${roles.map((role) => `${run}:${role}`).join(" or ")}?`;
}

function unreadable(ref: string, roles: string[]) {
  if (roles.length > 0) return fault("dataerr", `'${ref}' is a run, and no artifact`, { hint: didYouMean(ref, roles) });
  if (ref.includes("/"))
    return fault("dataerr", `'${ref}' cannot be the name of an artifact`, {
      hint: 'a file or directory is an input of type "external"; a name of another user is USER/NAME',
    });
  return fault("dataerr", `cannot read the artifact '${ref}'`, {
    hint: "a name, USER/NAME, RUN:ROLE or art-…; of a stream with @STEP, @latest or @best:METRIC",
  });
}

function byId(registry: Registry, id: string, { report }: Finding): ArtifactRef {
  const found = openArtifact(registry, id, report);
  if (!found) throw fault("noinput", `no artifact '${id}'`, { hint: "nobody has registered it" });
  const { artifact, run } = found;
  const { role, step, path, user } = artifact;
  return {
    id,
    user,
    path,
    artifact,
    ...(run && role !== undefined ? { run: run.run.id, role, producer: run } : {}),
    ...(step === undefined ? {} : { step }),
  };
}

/** One's own name; else the global one; else that of the only other user who has it. */
function byName(
  registry: Registry,
  name: string,
  { trusts, report }: Finding,
): { alias: Alias | undefined; warning?: string } {
  const known = currentAlias(registry, registry.user, name, report) ?? currentAlias(registry, undefined, name, report);
  if (known) return { alias: known };
  const others = usersWithAliases(registry)
    .filter((user) => user !== registry.user && (trusts?.(user) ?? true))
    .flatMap((user) => currentAlias(registry, user, name, report) ?? []);
  if (others.length > 1) {
    throw fault("dataerr", `'${name}' could be ${others.map(({ user }) => `${user}/${name}`).join(", ")}`, {
      hint: "write it with the user",
    });
  }
  const alias = others[0];
  if (!alias) return { alias };
  return { alias, warning: `'${name}' is taken for ${alias.user}/${name}: nobody else has that name` };
}

function nothingCalled(registry: Registry, word: string, cwd: string) {
  const [user = "", name] = word.split("/");
  const users = usersWithAliases(registry);
  const known =
    name === undefined
      ? [undefined, ...users].flatMap((one) => aliasNames(registry, one))
      : users.flatMap((one) => aliasNames(registry, one).map((its) => `${one}/${its}`));
  const coming = name === undefined ? whoWillBeCalled(registry, word) : whoWillBeCalled(registry, name, user);
  if (coming) {
    const { disk, role } = coming;
    return fault("noinput", `nothing is called '${word}' yet: it is what ${disk.run.id}:${role} is to be called`, {
      hint: whyUnregistered(registry, disk),
    });
  }
  const near = nearest(word, known);
  const isRun = isRunId(word) || isHandle(word);
  const roles = isRun ? rolesOf(registry, word, cwd) : [];
  const hint = isRun
    ? roles.length > 0
      ? didYouMean(word, roles)
      : `what a run made is RUN:ROLE: ${word}:ROLE`
    : near === undefined
      ? "lab alias --list shows the global names"
      : `did you mean ${near}?`;
  const who = user === registry.user ? "you have" : `${user} has`;
  const whose = name === undefined ? `no artifact is called '${word}'` : `${who} no artifact called '${name}'`;
  return fault("noinput", whose, { hint });
}

/** What one generation of a name means. Throws as findArtifact does. */
export function meantBy(registry: Registry, alias: Alias, cwd: string, finding: Finding = {}): ArtifactRef {
  const { artifact, run, role, step, name } = alias;
  if (run === undefined || role === undefined) {
    if (artifact !== undefined) return byId(registry, artifact, finding);
    throw fault("dataerr", `the name '${name}' means nothing that is known`);
  }
  const owner = alias.run_user ?? alias.user;
  const disk = openRun(registry, owner, run) ?? findRun(registry, run, cwd);
  const found = outputOf(registry, disk, role);
  return step === undefined
    ? found
    : { ...found, ...stepOf(registry, found.producer ?? disk, role, { which: "step", step }, name) };
}

/** An output of a run, registered or not: of a stream the whole of it. */
function outputOf(registry: Registry, given: RunOnDisk, role: string): ArtifactRef {
  const disk = given.facts.outcome?.state === "cached" ? makerOfRun(registry, given) : given;
  const { run, facts } = disk;
  const output = Object.hasOwn(run.outputs, role) ? run.outputs[role] : undefined;
  if (output?.path === undefined) {
    const roles = Object.keys(run.outputs);
    const has = roles.length === 0 ? "it has none" : `it has ${roles.join(", ")}`;
    throw fault("noinput", `the run ${run.id} has no output '${role}'`, { hint: has });
  }
  const made = { run: run.id, user: run.user, role, path: output.path, producer: disk };
  const pending = stateOf(facts, Date.now()).state === "succeeded" ? {} : { pending: true };
  if (output.type === "checkpoint_stream") return { ...made, ...pending };
  const artifact = artifactsOf(disk).find((one) => one.role === role);
  return { ...made, id: artifactIdOf(run.id, role), ...(artifact ? { artifact } : pending) };
}

/** A step that is registered: also while its run goes on, or after it has failed. */
function stepOf(registry: Registry, disk: RunOnDisk, role: string, pick: StepPick, ref: string): Partial<ArtifactRef> {
  const steps = artifactsOf(disk)
    .filter((one) => one.role === role && one.step !== undefined)
    .sort((a, b) => (a.step ?? 0) - (b.step ?? 0));
  const artifact =
    pick.which === "best"
      ? scored(disk, steps, pick.by, () => {}).best[0]?.one
      : pick.which === "step"
        ? steps.find(({ step }) => step === pick.step)
        : steps.at(-1);
  if (artifact?.step === undefined) {
    const few = steps.slice(-6).map(({ step }) => step);
    const why = whyUnregistered(registry, disk);
    const none = `it has no step${why === undefined ? "" : " yet"}`;
    const has = steps.length === 0 ? none : `it has ${steps.length > 6 ? "…, " : ""}${few.join(", ")}`;
    const word = pick.which === "best" ? `with a value of '${pick.by.name}'` : `'${pickWord(pick)}'`;
    throw fault("noinput", `no step ${word} of '${ref.replace(ending, "")}'`, {
      hint: why === undefined ? has : `${has}: ${why}`,
    });
  }
  // What is registered is there: the stream may go on.
  return { id: artifact.id, step: artifact.step, path: artifact.path, artifact, pending: false };
}
