// Setting a place up: registry, roots for artifacts, own directories, cluster file.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { fault, isFault, systemFault } from "../../record/fault.js";
import { makeArtifactRoot } from "../../registry/artifact-roots.js";
import { initRegistry, initUser } from "../../registry/init.js";
import { openRegistry } from "../../registry/open.js";
import { replace } from "../../registry/write.js";
import { type InitOptions, initPlan, type Plan } from "./init-plan.js";

/** Makes what is missing and yields a `check` record for each thing; asks first, on a terminal, unless `--yes`. */
export async function* initialise(options: InitOptions, context: Context): AsyncGenerator<object> {
  const plan = await initPlan(options, context);
  const there = fs.lstatSync(plan.output, { throwIfNoEntry: false }) !== undefined;
  if (there && !options.force && !isAsPlanned(plan)) throw taken(plan.output, options);
  const steps = checks(plan, there, context.dryRun);
  if (context.dryRun) {
    yield* steps.map((step) => ({ ...step, dry_run: true }));
    return;
  }
  if (!options.yes && !(await agreed(plan, context)))
    throw fault("usage", "nothing was made", { hint: "lab init --yes makes it" });
  make(plan);
  yield* steps;
  yield* next(plan, context);
  if (options.yes || !context.terminal.in || !context.terminal.err) return;
  const { afterwards } = await import("./init-after.js");
  yield* afterwards(plan.output, { doctor: !options["no-doctor"], agent: !options["no-agent"] }, context);
}

/** Whether the cluster file is what it is to be. */
function isAsPlanned({ output, text, link }: Plan): boolean {
  if (link !== undefined) return output === link || realPath(output) === realPath(link);
  return text === undefined || (fs.existsSync(output) && fs.readFileSync(output, "utf8") === text);
}

function realPath(file: string): string | undefined {
  return fs.existsSync(file) ? fs.realpathSync(file) : undefined;
}

function taken(file: string, { kind }: InitOptions) {
  const others = "--force replaces it, --output names another";
  const places = `lab init --cluster FILE --kind ${kind[0]} adds a kind to the place that a file describes`;
  return fault("cantcreat", `cannot write '${file}': there is one already, and it says something else`, {
    hint: kind.length > 0 ? `${others}; ${places}` : others,
  });
}

function make(plan: Plan): void {
  const uid = os.userInfo().uid;
  const { runsBase: base, group } = plan;
  const joined = plan.joins ? openRegistry(base, uid) : undefined;
  // Its founder completes it: a newer toolkit may know of more directories.
  const registry =
    joined && joined.founder !== uid
      ? joined
      : initRegistry({ base, uid, now: Date.now(), ...(group ? { group } : {}) }).registry;
  initUser(registry);
  for (const root of plan.roots) makeRoot(root, plan);
  if (plan.text !== undefined) writeConfiguration(plan.output, plan.text);
  if (plan.link !== undefined && plan.link !== plan.output) linkConfiguration(plan.output, plan.link);
}

function makeRoot(root: string, { group, joins }: Plan): void {
  try {
    makeArtifactRoot(root, group?.gid);
  } catch (error) {
    if (!isFault(error) || error.code !== "noperm" || !joins) throw error;
    throw fault("noperm", error.message, { hint: "whoever made the registry can", cause: error });
  }
}

function writeConfiguration(file: string, text: string): void {
  makeParent(file);
  replace(file, text, 0o644);
}

function linkConfiguration(file: string, target: string): void {
  makeParent(file);
  try {
    if (fs.lstatSync(file, { throwIfNoEntry: false })) fs.unlinkSync(file);
    fs.symlinkSync(target, file);
  } catch (error) {
    throw systemFault(error, `link '${file}' to '${target}'`);
  }
}

function makeParent(file: string): void {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
  } catch (error) {
    throw systemFault(error, `make the directory '${path.dirname(file)}'`);
  }
}

/** What is done, or would be. */
function checks(
  { runsBase, joins, group, artifacts, scheduler, output, text, link }: Plan,
  there: boolean,
  dry: boolean,
) {
  const shared = group === undefined ? "" : `, shared by the group ${group.name}`;
  const did = (word: string) => (dry ? `would be ${word}` : word);
  const fileWords = () => {
    if (link !== undefined) return link === output ? "in force" : `${did("linked")} to ${link}`;
    return text === undefined ? "in force" : did(there ? "replaced" : "written");
  };
  const jobs: Record<string, string> = { slurm: "Slurm runs the jobs", local: "this machine runs the jobs" };
  return [
    check("registry", runsBase, `${joins ? `${did("joined")}: it is there already` : did("made")}${shared}`),
    check("artifacts", artifacts.path, artifacts.words),
    check("scheduler", undefined, jobs[scheduler] ?? scheduler),
    check("cluster", output, fileWords()),
  ];
}

function check(name: string, at: string | undefined, message: string): object {
  return { type: "check", v: 1, name, check: name, ok: true, ...(at === undefined ? {} : { path: at }), message };
}

async function agreed({ runsBase, joins, artifacts, output, text, link }: Plan, context: Context): Promise<boolean> {
  const parts = [
    `${joins ? "join" : "make"} the registry ${runsBase}`,
    ...(artifacts.path === undefined ? [] : [`make places for artifacts in ${artifacts.path}`]),
    ...(text === undefined && link === undefined ? [] : [`write the configuration ${output}`]),
  ];
  if (!context.terminal.in || !context.terminal.err) {
    context.say(`would ${parts.join(", ")}`);
    return false;
  }
  const { agrees } = await import("../../command/ask.js");
  return agrees(["lab-init will", ...parts.map((part) => `  ${part}`), "Go on?"].join("\n"));
}

/** What a person does then. */
function* next({ output, text, link }: Plan, context: Context): Generator<object> {
  const other = context.env["LAB_CLUSTER"];
  if ((text ?? link) !== undefined && other && path.resolve(context.cwd, other) !== output)
    context.say(`LAB_CLUSTER is set to '${other}' and wins over what was written: unset LAB_CLUSTER`);
  // In a directory of its own: what is run is kept with its source, and a whole home is no source.
  else if (context.terminal.out)
    yield check("next", undefined, "mkdir hello && cd hello && lab run --wait -- echo hello");
}
