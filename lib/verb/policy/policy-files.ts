// Which policies: the files that are named, those in directories that are, or those of the configuration.
import fs from "node:fs";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { loadPolicy, type Policy } from "../../recipe/policy.js";
import { fault, isFault, systemFault } from "../../record/fault.js";
import { readToml } from "../../toml/document.js";
import { whereIn } from "../show/where-in.js";

/**
 * The policies of the arguments, else of `dispatch.policies_dir`. One that is wrong is reported, and none of the others
 * misses it. Throws where nothing is named, and what the system says of a name.
 */
export async function policiesOf(context: Context): Promise<Policy[]> {
  const policies = new Map<string, Policy>();
  for (const file of await filesOf(context)) {
    try {
      const policy = await loadPolicy(file, (tests) => whereTrouble(tests, context.now));
      const other = policies.get(policy.name);
      if (other?.path === policy.path) continue;
      if (other) throw fault("dataerr", `${file}: '${policy.name}' is already the name of ${other.path}`);
      policies.set(policy.name, policy);
    } catch (error) {
      if (!isFault(error)) throw error;
      if (context.args.length === 1 && context.args[0] === file) throw error;
      context.report(error.message.includes(file) ? undefined : file, error);
    }
  }
  return [...policies.values()];
}

/** What is wrong with the expressions of a policy. */
export function whereTrouble(tests: readonly string[], now: number): string | undefined {
  try {
    whereIn("artifacts", tests, now);
    return undefined;
  } catch (error) {
    if (isFault(error)) return error.message.replace(/^cannot read --where: /, "");
    throw error;
  }
}

async function filesOf(context: Context): Promise<string[]> {
  if (context.args.length > 0) return context.args.flatMap((name) => filesIn(path.resolve(context.cwd, name), name));
  const configured = await policiesDirectory(context);
  if (configured !== undefined) return filesIn(configured, configured);
  throw fault("usage", "which policies?", { hint: "name files or directories, or set dispatch.policies_dir" });
}

/** The directory of the configuration that has policies. */
export async function policiesDirectory(context: Context): Promise<string | undefined> {
  return (await context.config()).config.dispatch?.policies_dir;
}

function filesIn(place: string, name: string): string[] {
  try {
    if (!fs.statSync(place).isDirectory()) return [name];
    const files = fs.readdirSync(place).filter((file) => file.endsWith(".toml") && !file.startsWith("."));
    return files.map((file) => path.join(place, file)).filter(isPolicy);
  } catch (error) {
    throw systemFault(error, `read '${name}'`);
  }
}

/** Recipes may lie beside policies; what cannot be read may be meant as one. */
function isPolicy(file: string): boolean {
  try {
    const { value } = readToml(file);
    return "applies_to" in value || !("command" in value);
  } catch (error) {
    if (isFault(error)) return true;
    throw error;
  }
}
