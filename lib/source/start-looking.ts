import type { Source } from "./find-source.js";
import { type Inspections, inspections } from "./inspections.js";
import type { Environment } from "./repository.js";
import { treePath } from "./tree-path.js";

/**
 * Sets git to work on a tree, before anything else is known: what it is asked here, every snapshot wants to know. It is at
 * work when this returns; what stands in its way is thrown to whoever wants the answers. To be closed.
 */
export async function startLooking({ root, kind }: Source, env: Environment, uid: number): Promise<Inspections> {
  const asked = inspections(treePath(root), env, uid);
  if (kind === "git") await asked.at("").then(ask, () => {});
  return asked;
}

function ask({ untracked, differing }: Awaited<ReturnType<Inspections["at"]>>): void {
  void untracked();
  void differing();
}
