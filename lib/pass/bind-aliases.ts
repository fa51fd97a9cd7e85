// The names that a recipe gives its outputs, bound when the run has succeeded, or another has answered for it.
import { artifactIdOf } from "../record/artifact-id.js";
import { type Fault, isFault } from "../record/fault.js";
import { hasSucceeded } from "../record/state.js";
import { type AliasTarget, aliasHistory, bindAlias } from "../registry/aliases.js";
import type { RunOnDisk } from "../registry/facts.js";
import { note } from "../registry/journal.js";
import type { Registry } from "../registry/open.js";
import type { RunArtifact } from "../registry/outputs.js";

/**
 * Binds the alias of every output that is registered; of a stream it means the stream. One that has got another meaning since
 * the run ended keeps it: a pass that is late takes nothing back. A name that cannot be one is told of, and keeps the run from
 * nothing. Throws faults for what another pass may do better.
 */
export function bindAliases(
  registry: Registry,
  { run, facts: { outcome } }: RunOnDisk,
  artifacts: RunArtifact[],
  report: (error: Fault) => void,
): void {
  if (!outcome || !hasSucceeded(outcome.state)) return;
  const at = outcome.ended_at ?? outcome.at;
  const maker = outcome.cached_from ?? run.id;
  for (const [role, { alias: name, type }] of Object.entries(run.outputs)) {
    // Who was answered means what the other has made, which that one's owner registers.
    if (maker === run.id && !artifacts.some((one) => one.role === role)) continue;
    const stream = type === "checkpoint_stream";
    const artifact = stream ? {} : { artifact: artifactIdOf(maker, role) };
    const whose = outcome.cached_user === undefined ? {} : { run_user: outcome.cached_user };
    const target: AliasTarget = { ...artifact, run: maker, ...whose, role };
    try {
      const [newest] = aliasHistory(registry, registry.user, name);
      if (newest && newest.run !== maker && Date.parse(newest.at) > Date.parse(at)) continue;
      const { made } = bindAlias(registry, { scope: "user", name, target, at, once: true });
      if (made) note(registry, "alias_set", run.id, { name, scope: "user", ...artifact });
    } catch (error) {
      if (!isFault(error) || error.code !== "dataerr") throw error;
      report(error);
    }
  }
}
