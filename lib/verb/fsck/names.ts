// Names of artifacts: every generation, and what it means.
import crypto from "node:crypto";
import path from "node:path";
import type { Alias } from "../../record/artifact.js";
import { outputsIdOf } from "../../record/artifact-id.js";
import { generationsIn, namesIn as namesOf, type Owner, readGeneration } from "../../registry/alias-files.js";
import { namedFile, noteName, thingOf } from "../../registry/aliases.js";
import { openArtifact } from "../../registry/artifacts.js";
import { fanOut } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { artifactsOf } from "../../registry/outputs.js";
import { openRun } from "../../registry/runs.js";
import { type Breach, type Looking, reading, type Survey, twice, withoutPath } from "./breach.js";
import { folder, namesIn, regular } from "./files.js";

/** All names of a user, or the global ones. */
export function* checkNames(survey: Survey, owner: Owner, uid: number): Looking {
  const { base } = survey.registry;
  const root = owner.scope === "global" ? path.join(base, "aliases") : path.join(base, "aliases/by-user", owner.user);
  for (const part of yield* namesIn(survey, "alias", root)) {
    const directory = path.join(root, part);
    if (owner.scope === "global" && part === "by-user") continue;
    if (!fanOut().includes(part)) yield { check: "stray", path: directory, message: "is no part of the names" };
    else if (owner.scope === "global" || (yield* folder(survey, directory, uid)))
      yield* namesBelow(survey, owner, directory);
  }
}

function* namesBelow(survey: Survey, owner: Owner, directory: string): Looking {
  const files = yield* namesIn(survey, "alias", directory);
  for (const file of files)
    if (!/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}\.[1-9]\d{0,8}\.json$/.test(file))
      yield { check: "stray", path: path.join(directory, file), message: "is no generation of a name" };
  const names = yield* reading(survey, "alias", directory, () => namesOf(directory, owner));
  for (const name of names ?? []) yield* twice(() => generations(survey, owner, directory, name));
}

function* generations(survey: Survey, owner: Owner, directory: string, name: string): Looking {
  const file = (n: number) => path.join(directory, `${name}.${n}.json`);
  const digits = crypto.createHash("sha256").update(name).digest("hex").slice(0, 2);
  if (digits !== path.basename(directory)) {
    yield { check: "alias", path: directory, message: `'${name}' belongs in ${digits}: it counts for nothing here` };
    return;
  }
  const told: string[] = [];
  const numbers = generationsIn(directory, owner, name, (message) => told.push(message)).reverse();
  for (const message of told) if (survey.only === undefined) yield { check: "alias", path: directory, message };
  const gap = numbers.findIndex((n, i) => n !== i + 1);
  if (gap >= 0 && survey.only === undefined)
    yield { check: "alias", path: file(gap + 1), message: `is missing: of '${name}' there is ${numbers.join(", ")}` };
  for (const n of numbers) yield* generation(survey, owner, name, file(n), n);
}

function* generation(survey: Survey, owner: Owner, name: string, file: string, n: number): Looking {
  const seen = yield* reading(survey, "alias", file, () => lookAt(file));
  if (!seen) return;
  const told: Breach[] = [];
  const tell = (message: string) => told.push({ check: "alias", path: file, message: withoutPath(message, file) });
  const alias = readGeneration(survey.registry, owner, name, n, tell);
  if (alias && survey.only !== undefined && alias.user !== survey.only) return;
  yield* told;
  if (!alias || !(yield* regular(survey, file, seen.uid))) return;
  yield* noted(survey, alias, seen.uid);
  yield* target(survey, alias, file);
}

/** The writer's index tells of the name at what it means. */
function* noted(survey: Survey, alias: Alias, uid: number): Looking {
  const { registry } = survey;
  const { scope, name, user, run } = alias;
  if (alias.artifact === undefined && run === undefined) return;
  for (const thing of [thingOf(alias), ...(run === undefined ? [] : [outputsIdOf(run)])]) {
    const file = namedFile(registry.base, user, thing, scope, name);
    const seen = yield* reading(survey, "edge", file, () => lookAt(file));
    if (seen) continue;
    const mend = uid === registry.uid ? { mend: () => noteName(registry, thing, scope, name) } : {};
    yield { check: "edge", path: file, message: `is missing: ${user} called it '${name}'`, ...mend };
  }
}

/** What a name means, is there: the run and its output, or what was registered from outside. */
function* target(survey: Survey, { artifact, run, run_user, user, role }: Alias, file: string): Looking {
  const { registry } = survey;
  const tell = (message: string): Breach => ({ check: "alias", path: file, message });
  if (run === undefined) {
    if (artifact === undefined) return;
    const found = yield* reading(survey, "alias", file, () => openArtifact(registry, artifact));
    if (!found) yield tell(`means ${artifact}, and there is no such artifact`);
    return;
  }
  const disk = yield* reading(survey, "alias", file, () => openRun(registry, run_user ?? user, run));
  if (!disk) {
    const there = yield* reading(survey, "alias", file, () =>
      lookAt(path.join(registry.base, "runs", run_user ?? user, run)),
    );
    if (!there) yield tell(`means what the run ${run} made, and there is no such run`);
    return;
  }
  const made = artifactsOf(disk).some((one) => one.role === role && (artifact === undefined || one.id === artifact));
  // Of a run that goes on, a name may mean what it is going to make.
  if (!made && disk.facts.outcome) yield tell(`means '${role}' of the run ${run}, which did not make it`);
}
