// Bytes that no run made become an artifact: where they are, known by what they are now.
import path from "node:path";
import type { Context } from "../command/context.js";
import { checkName } from "../record/names.js";
import { timestamp } from "../record/units.js";
import { bindAlias } from "../registry/aliases.js";
import { registerExternal } from "../registry/artifacts.js";
import { note } from "../registry/journal.js";

export interface Registering {
  kind: string;
  alias: string | undefined;
  digest: string;
  note: string | undefined;
  tag: string[];
}

/** Registers the path of the command line and gives it its name. Twice is the same as once. */
export async function* registerPath(asked: Registering, context: Context): AsyncGenerator<object> {
  const registry = await context.registry();
  const { alias: name, note: why, tag } = asked;
  if (name !== undefined) checkName(name, "alias");
  const at = timestamp(Date.now());
  const dry = context.dryRun;
  const external = {
    path: path.resolve(context.cwd, context.args[0] ?? ""),
    kind: asked.kind,
    digest: asked.digest as "stat" | "sha256" | "none",
    ...(why === undefined ? {} : { note: why }),
    ...(tag.length === 0 ? {} : { tags: tag }),
    at,
  };
  const { artifact, made } = registerExternal(registry, external, dry);
  if (made && !dry) note(registry, "artifact_registered", undefined, { name: artifact.path, artifact: artifact.id });
  if (artifact.kind !== asked.kind)
    context.say(`it is a ${artifact.kind} since ${artifact.at}, and stays one: the same bytes at the same place`);
  if (name !== undefined) {
    const binding = { scope: "user" as const, name, target: { artifact: artifact.id }, at, dry };
    const bound = bindAlias(registry, binding);
    if (bound.made && !dry) note(registry, "alias_set", undefined, { name, scope: "user", artifact: artifact.id });
  }
  yield { ...artifact, ...(name === undefined ? {} : { alias: name }), ...(dry ? { dry_run: true } : {}) };
}
