import { type Inspection, inspect } from "./inspect.js";
import { type Environment, openRepository, type Repository } from "./repository.js";
import type { TreePath } from "./tree-path.js";

/** The repositories of one tree, each opened and asked when it is first wanted. */
export interface Inspections {
  /** By its place in the tree: "" for the outermost, else ending in a slash. */
  at(prefix: TreePath): Promise<Inspection>;
  /** Waits for git and closes what was opened. */
  close(): Promise<void>;
}

export function inspections(root: TreePath, env: Environment, uid: number): Inspections {
  const asked = new Map<TreePath, Promise<Inspection>>();
  const opened: Repository[] = [];
  const ask = async (prefix: TreePath) => {
    const repository = await openRepository(`${root}/${prefix}`.replace(/\/$/, ""), env, uid);
    opened.push(repository);
    return inspect(repository);
  };
  return {
    at(prefix) {
      const inspection = asked.get(prefix) ?? ask(prefix);
      asked.set(prefix, inspection);
      // Whoever awaits it sees it fail; nobody may have come to that yet.
      inspection.catch(() => {});
      return inspection;
    },
    close: async () => {
      await Promise.allSettled(asked.values());
      await Promise.all(opened.map((repository) => repository.close()));
    },
  };
}
