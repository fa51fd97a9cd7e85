// A cluster file of another place, taken over: what it says of jobs stays, what it says of directories is said anew.
import fs from "node:fs";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { clusterSchema } from "../../config/schema.js";
import { tomlText } from "../../recipe/toml-text.js";
import { checkedToml, readToml } from "../../toml/document.js";
import { isTable } from "../../toml/path.js";
import type { Place } from "./cluster-text.js";

export interface Migrated {
  name: string;
  /** The kinds of artifacts that it has a place for. */
  kinds: string[];
  /** The new file's text. */
  text(place: Place): string;
}

/** Sections of labctl that labkit does without, or that are of the other place alone. */
const gone = ["postgres", "services", "remote", "agent", "gc", "index", "notify", "policies", "prewarm", "serve"];
const goneToo = ["tracking", "tunnel", "tunnels"];

type Table = Record<string, unknown>;

/** Reads and checks a cluster file; says what of it is left out. Throws config, with the line. */
export async function migrated(file: string, context: Context): Promise<Migrated> {
  const old = readToml(path.resolve(context.cwd, file), "config");
  const value: Table = { ...old.value };
  for (const section of [...gone, ...goneToo])
    if (section in value) {
      delete value[section];
      context.say(`[${section}] is left out`);
    }
  const checked = (await checkedToml(clusterSchema, { ...old, value }, "config")) as Table;
  const { artifact_roots, output_roots } = tableOf(checked["filesystem"]);
  const here = (text: unknown) => path.resolve(path.dirname(old.path), String(text));
  return {
    name: String(checked["name"]),
    kinds: [...Object.keys(tableOf(artifact_roots)), ...Object.keys(tableOf(output_roots))],
    text: (place) => {
      const { name: _, filesystem: __, scheduler, slurm, repos, dispatch, ...rest } = checked;
      const sections: Table = {
        name: place.name,
        ...rest,
        filesystem: {
          runs_base: place.runsBase,
          artifact_root: place.artifactRoot,
          ...(place.group === undefined ? {} : { shared_group: place.group }),
        },
        scheduler: { ...tableOf(scheduler), kind: place.scheduler },
        slurm: {
          ...tableOf(slurm),
          ...(place.partition === undefined ? {} : { partition: place.partition }),
          ...(place.account === undefined ? {} : { account: place.account }),
        },
        repos: { ...thoseHere(tableOf(repos), here, context), ...Object.fromEntries(place.repos) },
        dispatch: dispatched(tableOf(dispatch), here, context),
      };
      return `# Taken over from ${old.path} by lab init; lab-cluster(5) describes it.\n${document(sections)}`;
    },
  };
}

function tableOf(value: unknown): Table {
  return isTable(value) ? value : {};
}

function thoseHere(repos: Table, here: (text: unknown) => string, context: Context): Table {
  const kept: Table = {};
  for (const [name, repo] of Object.entries(repos)) {
    const at = here(isTable(repo) ? repo["path"] : repo);
    if (fs.existsSync(at)) kept[name] = at;
    else context.say(`repos.${name} is left out: there is no '${at}' here (--repo ${name}=DIR)`);
  }
  return kept;
}

function dispatched({ policies_dir, ...rest }: Table, here: (text: unknown) => string, context: Context): Table {
  if (policies_dir === undefined) return rest;
  const at = here(policies_dir);
  if (fs.existsSync(at)) return { policies_dir: at, ...rest };
  context.say(`dispatch.policies_dir is left out: there is no '${at}' here`);
  return rest;
}

/** Values, then a table each; what is deeper stands in one line. */
function document(sections: Table): string {
  const entry = ([key, value]: [string, unknown]) => `${tomlKey(key)} = ${tomlText(value)}\n`;
  const [values, tables] = [false, true].map((is) =>
    Object.entries(sections).filter(([, value]) => isTable(value) === is),
  );
  const written = (tables ?? []).filter(([, table]) => Object.keys(table as Table).length > 0);
  return [
    (values ?? []).map(entry).join(""),
    ...written.map(
      ([key, table]) =>
        `[${tomlKey(key)}]\n${Object.entries(table as Table)
          .map(entry)
          .join("")}`,
    ),
  ].join("\n");
}

function tomlKey(key: string): string {
  return /^[\w-]+$/.test(key) ? key : tomlText(key);
}
