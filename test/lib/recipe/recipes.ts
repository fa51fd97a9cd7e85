// What the tests of recipes share: recipes in a directory, their problems in a line each, their runs.
import fs from "node:fs";
import path from "node:path";
import { loadRecipe } from "../../../lib/recipe/load.js";
import { type PlanContext, planRun } from "../../../lib/recipe/plan.js";
import { validateRecipe } from "../../../lib/recipe/validate.js";
import type { Run } from "../../../lib/record/run.js";

export const context: PlanContext = {
  now: Date.UTC(2026, 10, 20, 20, 14, 55),
  user: "ada",
  home: "/home/ada",
  source: { kind: "git", root: "/src" },
  id: "20261120-201455-k7q3mz",
};

/** Writes the texts as `a.toml` and so on; returns the directory. */
export function written(dir: string, files: Record<string, string>): string {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
  }
  return dir;
}

/** `line:column message` of every problem of `r.toml`; problems of other files begin with their name. */
export async function said(dir: string, text: string, set: string[] = []): Promise<string[]> {
  const cwd = written(dir, { "r.toml": text });
  const problems = await validateRecipe("r.toml", { cwd, set, points: "every" });
  return problems.map(({ path: file, line, column, message }) => {
    const name = file === undefined || file === path.join(cwd, "r.toml") ? "" : `${path.relative(cwd, file)}:`;
    return line === undefined ? message : `${name}${line}:${column} ${message}`;
  });
}

export async function planned(
  dir: string,
  text: string,
  set: string[] = [],
  more: Partial<PlanContext> = {},
): Promise<Run> {
  const cwd = written(dir, { "r.toml": text });
  return planRun(await loadRecipe("r.toml", { cwd, set }), { ...context, ...more });
}
