// The names that a recipe gives its outputs, bound when the run has succeeded.
import { type Fault, isFault } from "../record/fault.js";
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
  if (outcome?.state !== "succeeded") return;
  const at = outcome.ended_at ?? outcome.at;
  for (const [role, { alias: name, type }] of Object.entries(run.outputs)) {
    const artifact = artifacts.find((one) => one.role === role);
    if (!artifact) continue;
    const stream = type === "checkpoint_stream";
    const target: AliasTarget = { ...(stream ? {} : { artifact: artifact.id }), run: run.id, role };
    try {
      const [newest] = aliasHistory(registry, registry.user, name);
      if (newest && newest.run !== run.id && Date.parse(newest.at) > Date.parse(at)) continue;
      const { made } = bindAlias(registry, { scope: "user", name, target, at, once: true });
      if (made)
        note(registry, "alias_set", run.id, { name, scope: "user", ...(stream ? {} : { artifact: artifact.id }) });
    } catch (error) {
      if (!isFault(error) || error.code !== "dataerr") throw error;
      report(error);
    }
  }
}
