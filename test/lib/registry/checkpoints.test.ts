// The cases that the node's bash must answer alike.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { latestOf, stepInName } from "../../../lib/record/checkpoint.js";
import { isFault } from "../../../lib/record/fault.js";
import type { RunOutput } from "../../../lib/record/run.js";
import { candidatesOf, pointedAt } from "../../../lib/registry/checkpoints.js";
import { root } from "../../support/sandbox.js";

type File = string | { file: string; text?: string } | { link: string; to: string };

interface Case {
  id: string;
  files: File[];
  newest?: string;
  globs?: string[];
  pointer?: string;
  outputs?: Record<string, Partial<RunOutput> & { path: string }>;
  expected: { path: string; step?: number; how: string } | { error: string; candidates?: string[] } | null;
}

const { steps, cases } = JSON.parse(
  fs.readFileSync(path.join(root, "test/fixtures/checkpoint-cases.json"), "utf8"),
) as { steps: { name: string; step?: number }[]; cases: Case[] };

t.test("the step in a name", (t) => {
  for (const { name, step } of steps) t.equal(stepInName(name), step, name);
  t.end();
});

for (const one of cases) t.test(one.id, async (t) => t.strictSame(await answer(t.testdir(), one), one.expected));

async function answer(place: string, { files, newest, globs, pointer, outputs = {} }: Case) {
  const dir = path.join(place, "run");
  fs.mkdirSync(dir);
  for (const file of files) write(dir, file);
  // What is old is the right one in these cases: whoever goes by the time fails.
  if (newest !== undefined) fs.utimesSync(path.join(dir, newest), new Date(), new Date(Date.now() + 60_000));
  const placed = Object.entries(outputs).map(([role, output]) => [
    role,
    { ...output, path: path.join(dir, output.path) },
  ]);
  const checkpoints = { ...(globs ? { globs } : {}), ...(pointer === undefined ? {} : { pointer }) };
  const of = { dir, run: { checkpoints, outputs: Object.fromEntries(placed) as Record<string, RunOutput> } };
  const relative = (at: string) => path.relative(dir, at);
  try {
    const pointed = pointedAt(of);
    const latest = pointed ? { one: pointed, how: "pointer" } : latestOf(await candidatesOf(of));
    if (!latest) return null;
    const { path: at, step } = latest.one;
    return { path: relative(at), ...(step === undefined ? {} : { step }), how: latest.how };
  } catch (error) {
    if (!isFault(error)) throw error;
    const candidates = /^candidates: (.*)/
      .exec(error.hint ?? "")?.[1]
      ?.split(", ")
      .map(relative);
    return candidates ? { error: "ambiguous", candidates } : { error: "pointer" };
  }
}

function write(dir: string, file: File): void {
  const name = typeof file === "string" ? file : "link" in file ? file.link : file.file;
  const at = path.join(dir, name);
  fs.mkdirSync(path.dirname(at), { recursive: true });
  if (typeof file === "object" && "link" in file) fs.symlinkSync(file.to, at);
  else fs.writeFileSync(at, typeof file === "string" ? "" : (file.text ?? "").replaceAll("{run}", dir));
}
