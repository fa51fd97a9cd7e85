// Whether the registry is there at all: without it, everything in it looks as if there were none.
import { type Fault, fault, isFault, recordError } from "../../record/fault.js";
import { openRegistry, type Registry } from "../../registry/open.js";

/** So long a look counts for those who ask next (milliseconds). */
const counts_ms = 500;
const looked = new WeakMap<Registry, { at: number; trouble: Fault | undefined }>();

/** What is wrong with the registry as a whole, as a problem to stand beside an answer; undefined where nothing is. */
export function registryProblem(registry: Registry): object | undefined {
  const known = looked.get(registry);
  if (known && Date.now() - known.at < counts_ms) return known.trouble && recordError(known.trouble);
  const trouble = troubleWith(registry);
  looked.set(registry, { at: Date.now(), trouble });
  return trouble && recordError(trouble);
}

/** What an answer failed with; unavailable where something was not found because nothing is there to be found. */
export function explainedBy(registry: Registry, error: unknown): unknown {
  if (!isFault(error) || error.code !== "noinput") return error;
  const trouble = troubleWith(registry);
  return trouble ? fault("unavailable", trouble.message, { hint: trouble.hint }) : error;
}

function troubleWith({ base, uid }: Registry): Fault | undefined {
  try {
    openRegistry(base, uid);
    return undefined;
  } catch (error) {
    if (!isFault(error)) throw error;
    return error;
  }
}
