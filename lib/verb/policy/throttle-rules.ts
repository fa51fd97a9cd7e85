// What may run at once, by lab-throttle: rules of policies, of the command line and of the configuration.
import type { Context } from "../../command/context.js";
import { fault } from "../../record/fault.js";
import { like } from "../../record/like.js";
import type { Run } from "../../record/run.js";
import { policiesDirectory, policiesOf } from "./policy-files.js";

export interface RuleOptions {
  name: string[];
  recipe: string[];
  max: number | undefined;
}

export interface Rule {
  id: string;
  max: number;
  applies(run: Run): boolean;
}

/** The rules that are named, else those that are configured. Throws usage where there is none. */
export async function rulesOf({ name, recipe, max }: RuleOptions, context: Context): Promise<Rule[]> {
  const { args } = context;
  const words = [...name.map((word) => ({ kind: "name", word })), ...recipe.map((word) => ({ kind: "recipe", word }))];
  if (words.length > 0 && max === undefined) throw fault("usage", "how many at once?", { hint: "--max N" });
  const rules: Rule[] = [];
  const has = args.length > 0 || (words.length === 0 && (await policiesDirectory(context)) !== undefined);
  for (const policy of has ? await policiesOf(context) : []) {
    const most = max ?? policy.max_concurrent;
    if (most === undefined) continue;
    rules.push({
      id: `policy:${policy.name}`,
      max: most,
      applies: ({ evaluates }) => evaluates?.policy === policy.name,
    });
  }
  for (const { kind, word } of words) {
    const passes = like(word);
    const of = ({ name, recipe }: Run) => (kind === "name" ? name : (recipe.path ?? ""));
    rules.push({ id: `${kind}:${word}`, max: max ?? 0, applies: (run) => passes(of(run)) });
  }
  const labctl = (await context.config()).config.dispatch?.throttle;
  if (args.length === 0 && words.length === 0 && labctl) {
    const passes = like(labctl.job_name);
    rules.push({ id: `name:${labctl.job_name}`, max: labctl.max_concurrent, applies: (run) => passes(run.name) });
  }
  if (rules.length > 0 || has) return rules;
  throw fault("usage", "how many of what at once?", {
    hint: "name policies that have max_concurrent, or --name NAME --max N; or set dispatch.policies_dir",
  });
}
