// Whether a file is that of a pipeline: a recipe has no stages.
import path from "node:path";
import { isPipeline } from "../../recipe/load-pipeline.js";
import { isFault } from "../../record/fault.js";
import { readToml } from "../../toml/document.js";

/** False also for what cannot be read: whoever reads it says why. */
export function isPipelineFile(file: string, cwd: string): boolean {
  try {
    return isPipeline(readToml(path.resolve(cwd, file)).value);
  } catch (error) {
    if (isFault(error)) return false;
    throw error;
  }
}
