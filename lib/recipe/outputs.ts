// Where outputs are written, as far as the recipe says: a directory's name. No directory is written by two runs.
import { fault } from "../record/fault.js";
import { checkName } from "../record/names.js";
import { handleOf } from "../record/run-id.js";
import { expandTokens, type TokenSubject, tokenValues } from "./tokens.js";

export interface OutputNames {
  /** The alias, tokens replaced: a name with a history. */
  alias: string;
  /** The alias if it names the run, else `<alias>@<run id>`. */
  directory: string;
}

type WithOutputs = TokenSubject & { id: string; outputs: Record<string, { alias: string }> };

/** The names of every output of a run. Throws dataerr for an alias that is no name and for two roles in one directory. */
export function outputNames(run: WithOutputs): Record<string, OutputNames> {
  const values = tokenValues(run);
  const names: Record<string, OutputNames> = {};
  const roles = new Map<string, string>();
  for (const [role, output] of Object.entries(run.outputs)) {
    const alias = checkName(expandTokens(output.alias, values), "alias");
    const directory = outputDirectory(alias, run.id);
    const other = roles.get(directory);
    if (other !== undefined) {
      throw fault("dataerr", `the outputs '${other}' and '${role}' would be written to one directory, '${directory}'`, {
        hint: "give them different aliases",
      });
    }
    roles.set(directory, role);
    names[role] = { alias, directory };
  }
  return names;
}

/** The directory's name for an alias whose tokens are replaced. */
export function outputDirectory(alias: string, runId: string): string {
  return alias.includes(runId) || alias.includes(handleOf(runId)) ? alias : `${alias}@${runId}`;
}

/** The alias of an output that has none in the recipe: it names the newest success of this recipe's role. */
export function defaultAlias(recipe: string, role: string): string {
  const plain = recipe.replaceAll(/[^A-Za-z0-9._+-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  return `${plain.slice(0, 64) || "recipe"}_${role}`.slice(0, 128);
}
