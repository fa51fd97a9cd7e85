// pipelines/<user>/<id>.json: which run is which stage of a pipeline, and what each of them is made of. Written whole before
// the first of its runs.
import { fault } from "../record/fault.js";
import { type Pipeline, pipelineSchema } from "../record/pipeline.js";
import { handleOf, isRunId } from "../record/run-id.js";
import { checked } from "../record/schema.js";
import { pipelineFile, userDirectory } from "./layout.js";
import { ownDirectory, type Registry } from "./open.js";
import { ownerOfUser } from "./owners.js";
import { list, readText } from "./read.js";
import { usersWith } from "./runs.js";
import { writeOnce } from "./write.js";

/** The most that the file of one pipeline may have (bytes). */
const largest = 64 * 2 ** 20;

/** Writes the file of one's own pipeline; `exists` where this very one is there. Throws cantcreat where another one has its id. */
export function writePipeline(registry: Registry, pipeline: Pipeline): "made" | "exists" {
  ownDirectory(registry, "pipelines");
  const file = pipelineFile(registry.base, registry.user, pipeline.id);
  if (writeOnce(file, `${JSON.stringify(pipeline)}\n`, registry.modes.file) === "made") return "made";
  const there = readPipeline(registry, registry.user, pipeline.id);
  const parts = ({ planned_at, stages }: Pipeline) => JSON.stringify([planned_at, stages.map(({ runs }) => runs)]);
  if (there && parts(there) === parts(pipeline)) return "exists";
  throw fault("cantcreat", `cannot create the pipeline: '${file}' is another one`, { hint: "lab-plan again" });
}

/** A pipeline, or undefined where there is none of this id. Throws dataerr for what is not as it should be. */
export function readPipeline(registry: Registry, user: string, id: string): Pipeline | undefined {
  const owner = ownerOfUser(registry, userDirectory(registry.base, "pipelines", user), user);
  if (owner === undefined) return undefined;
  const file = pipelineFile(registry.base, user, id);
  const text = readText(file, { owner, limit: largest });
  if (text === undefined) return undefined;
  const pipeline = checked(pipelineSchema, parsed(text, file), `'${file}'`);
  if (pipeline.id === id && pipeline.user === user) return pipeline;
  throw fault("dataerr", `cannot read the pipeline in '${file}': it is '${pipeline.id}' of ${pipeline.user}`);
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fault("dataerr", `cannot read '${file}': it is not JSON`);
  }
}

/** The ids of a user's pipelines, the newest first. */
export function pipelineIds(registry: Registry, user: string): string[] {
  return list(userDirectory(registry.base, "pipelines", user))
    .map((name) => name.replace(/\.json$/, ""))
    .filter(isRunId)
    .sort()
    .reverse();
}

/**
 * The pipeline that a word means: its id, its last six characters or a beginning, its name or `@last:<name>` (the newest of
 * these), `@last`. One's own before others'. Throws noinput, and dataerr where several are meant.
 */
export function findPipeline(registry: Registry, ref: string): Pipeline {
  const mine = pipelineIds(registry, registry.user);
  const own = among(registry, registry.user, mine, ref);
  if (own) return own;
  for (const user of usersWith(registry, "pipelines").filter((one) => one !== registry.user)) {
    const found = ref.startsWith("@") ? undefined : among(registry, user, pipelineIds(registry, user), ref);
    if (found) return found;
  }
  throw fault("noinput", ref === "@last" ? "you have no pipeline yet" : `no pipeline '${ref}'`, {
    hint:
      mine.length === 0 ? "lab pipeline FILE makes one" : "lab pipeline ls shows what there is; @last is your newest",
  });
}

function among(registry: Registry, user: string, ids: readonly string[], ref: string): Pipeline | undefined {
  const open = (id: string | undefined) => (id === undefined ? undefined : readPipeline(registry, user, id));
  if (ref === "@last") return open(ids[0]);
  const found = ref === "" ? [] : ids.filter((id) => id === ref || handleOf(id) === ref || id.startsWith(ref));
  if (found.length > 1)
    throw fault("dataerr", `'${ref}' could be ${found.length} pipelines: ${found.slice(0, 8).join(", ")}`);
  if (found[0] !== undefined) return open(found[0]);
  const name = ref.replace(/^@last:/, "");
  for (const id of ids) {
    const pipeline = open(id);
    if (pipeline?.name === name) return pipeline;
  }
  return undefined;
}
