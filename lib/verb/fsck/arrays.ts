// Arrays: each is whole, its index and the runs name each other, and its parts are of elements that there are.
import path from "node:path";
import {
  type ArrayElement,
  type ArrayRecord,
  arraySchema,
  partReceiptSchema,
  partRefusalSchema,
  partSchema,
} from "../../record/array.js";
import { contextSchema } from "../../record/facts.js";
import { parseIndices } from "../../record/indices.js";
import { isRunId } from "../../record/run-id.js";
import { type ArrayOnDisk, readIndex } from "../../registry/arrays.js";
import { arrayDirectory, arrayFiles, numbered, partDirectory, runDirectory } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { readRecord } from "../../registry/read.js";
import { submissionFiles } from "../../registry/submissions.js";
import { type Breach, hour_ms, type Looking, reading, type Survey, twice } from "./breach.js";
import { folder, namesIn, recordIn, regular } from "./files.js";

/** The arrays of a user. */
export function* checkArrays(survey: Survey, user: string, owner: number): Looking {
  const directory = path.join(survey.registry.base, "arrays", user);
  for (const id of yield* namesIn(survey, "array", directory)) {
    if (isRunId(id)) yield* twice(() => oneArray(survey, { user, id, owner }));
    else yield { check: "stray", path: path.join(directory, id), message: "is no array" };
  }
}

type Place = Pick<ArrayRecord, "user" | "id"> & { owner: number };

function* oneArray(survey: Survey, { user, id, owner }: Place): Looking {
  const dir = arrayDirectory(survey.registry.base, user, id);
  const seen = yield* folder(survey, dir, owner);
  if (!seen) return;
  const files = arrayFiles(dir);
  const names = yield* namesIn(survey, "array", dir);
  for (const name of names)
    if (!/^(array\.json|index|values|script\.sh|part-[1-9]\d{0,8}|slurm-.*\.out)$/.test(name))
      yield { check: "stray", path: path.join(dir, name), message: "is no file of an array" };
  if (!names.includes("array.json")) {
    const hint = "lab gc --apply removes your own";
    if (survey.now - seen.mtime_ms > hour_ms)
      yield { check: "array", path: dir, message: "has no array.json: its making was interrupted", hint };
    return;
  }
  const wrong = (one: ArrayRecord) =>
    one.id !== id || one.user !== user ? `is array ${one.id} of ${one.user}` : one.of === 0 ? "has no runs" : undefined;
  const array = yield* recordIn(survey, files.array, { owner, schema: arraySchema, check: "array", wrong });
  if (!array) return;
  yield* regular(survey, files.script, owner);
  if (!lookAt(files.script)) yield { check: "array", path: files.script, message: "is missing" };
  const disk = { array, dir, owner };
  yield* elements(survey, disk);
  for (const name of names) {
    const part = numbered(name, "part-");
    if (part !== undefined) yield* onePart(survey, disk, part);
  }
}

/** Each line of the index is of a run whose submission names the array, at this place. */
function* elements(survey: Survey, disk: ArrayOnDisk): Looking {
  const file = arrayFiles(disk.dir).index;
  if (!(yield* regular(survey, file, disk.owner))) {
    if (!lookAt(file)) yield { check: "array", path: file, message: "is missing" };
    return;
  }
  const all = (yield* reading(survey, "array", file, () => readIndex(disk))) ?? [];
  yield* valuesOf(survey, disk, all);
  for (const [index, element] of all.entries()) yield* oneElement(survey, disk, index, element);
}

/** The texts of the elements are as long as the index says; an older array has none. */
function* valuesOf(survey: Survey, { dir, owner }: ArrayOnDisk, all: readonly ArrayElement[]): Looking {
  const file = arrayFiles(dir).values;
  const end = Math.max(0, ...all.map(({ values }) => (values ? values.offset + values.bytes : 0)));
  const seen = lookAt(file);
  if (seen) yield* regular(survey, file, owner);
  if (seen ? seen.bytes === end : end === 0) return;
  const message = seen ? `has ${seen.bytes} bytes, of which the index names ${end}` : "is missing";
  yield { check: "array", path: file, message };
}

function* oneElement(
  survey: Survey,
  { array, dir, owner }: ArrayOnDisk,
  index: number,
  { run, submission }: ArrayElement,
): Looking {
  const of = runDirectory(survey.registry.base, array.user, run);
  const file = submissionFiles(of, submission).context;
  const context = yield* reading(survey, "array", file, () => readRecord(file, contextSchema, { owner }));
  if (context?.array?.id === array.id && context.array.index === index) return;
  const what = !lookAt(of)
    ? "which there is not"
    : context === undefined
      ? `which has no such submission`
      : `which does not name it back`;
  const message = `has at ${index} submission ${submission} of ${run}, ${what}`;
  yield { check: "array", path: arrayFiles(dir).index, message };
}

/** A part is of elements that there are; it was taken or refused, after it was begun. */
function* onePart(survey: Survey, { array, dir, owner }: ArrayOnDisk, part: number): Looking {
  const at = partDirectory(dir, part);
  if (!(yield* folder(survey, at, owner))) return;
  const file = (name: string) => path.join(at, `${name}.json`);
  const tell = (name: string, message: string): Breach => ({ check: "part", path: file(name), message });
  const wrong = (one: { array: string; part: number }) =>
    one.array === array.id && one.part === part ? undefined : `is about part ${one.part} of ${one.array}`;
  const names = yield* namesIn(survey, "part", at);
  for (const name of names)
    if (!/^(intent|receipt|refusal)\.json$/.test(name))
      yield { check: "stray", path: path.join(at, name), message: "is no file of a part" };
  const has = (name: string) => names.includes(`${name}.json`);
  if (has("receipt"))
    yield* recordIn(survey, file("receipt"), { owner, schema: partReceiptSchema, check: "part", wrong });
  if (has("refusal"))
    yield* recordIn(survey, file("refusal"), { owner, schema: partRefusalSchema, check: "part", wrong });
  if (has("receipt") && has("refusal")) yield tell("refusal", "is beside a receipt.json: it was taken or refused");
  if (!has("intent")) {
    if (has("receipt")) yield tell("receipt", "there is no intent.json before it");
    return;
  }
  const intent = yield* recordIn(survey, file("intent"), { owner, schema: partSchema, check: "part", wrong });
  if (!intent) return;
  const indices = (yield* reading(survey, "part", file("intent"), () => parseIndices(intent.indices))) ?? [];
  const last = indices.at(-1);
  if (last !== undefined && last >= array.of)
    yield tell("intent", `sends index ${last} of an array that has ${array.of} elements`);
}
