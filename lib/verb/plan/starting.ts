// lab-new: a project to begin with, and the examples that are shipped.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { chooses } from "../../command/ask.js";
import type { Context } from "../../command/context.js";
import { installed } from "../../command/installed.js";
import { errnoOf, fault, systemFault } from "../../record/fault.js";
import { nearest } from "../../record/names.js";
import { findSource } from "../../source/find-source.js";
import { filesOf, type Profile, profilePurposes, profiles, type Scaffold, scaffolds } from "./scaffolds.js";

export interface NewOptions {
  profile: string | undefined;
  name: string | undefined;
  force: boolean | undefined;
  list: boolean | undefined;
  show: boolean | undefined;
}

/** What was written, file by file; with --list and --show the examples, or the text of one. */
export async function* start(options: NewOptions, context: Context): AsyncGenerator<object> {
  if (options.list) yield* Array.from(examples(), ([id, { purpose }]) => ({ type: "example", v: 1, id, purpose }));
  else if (options.show) yield { type: "line", v: 1, text: shown(context.args[0]) };
  else yield* project(options, context);
}

interface Example {
  purpose: string;
  text(): string;
}

function examples(): Map<string, Example> {
  const found = new Map<string, Example>();
  for (const scaffold of scaffolds) {
    for (const profile of profiles) {
      const recipe = filesOf(scaffold, profile).find(([name]) => name === "train.toml")?.[1] ?? [];
      const purpose = `${scaffold.purpose}; ${profilePurposes[profile]}`;
      found.set(`${scaffold.kind}-${profile}`, { purpose, text: () => made(recipe) });
    }
  }
  for (const directory of ["recipes", "policies", "clusters"]) {
    for (const name of fs.readdirSync(installed("examples", directory)).sort()) {
      const text = () => fs.readFileSync(installed("examples", directory, name), "utf8");
      found.set(`${directory}/${name}`, { purpose: firstSentence(text()), text });
    }
  }
  return found;
}

/** Of the comment that a file begins with. */
function firstSentence(text: string): string {
  const lines = /^(?:#.*\n)+/.exec(text)?.[0].split("\n") ?? [];
  return /^.*?(?=[.:,;](\s|$)|$)/.exec(lines.map((line) => line.replace(/^# ?/, "")).join(" "))?.[0].trim() ?? "";
}

function shown(name: string | undefined): string {
  if (name === undefined) throw fault("usage", "which example?", { hint: "lab new --list tells of all" });
  const all = examples();
  const names = ["recipes", "policies"].flatMap((kind) => [`${kind}/${name}`, `${kind}/${name}.toml`]);
  const one = [name, ...names, `${name}-starter`].map((key) => all.get(key)).find((found) => found !== undefined);
  if (one) return one.text();
  const near = nearest(name, all.keys());
  throw fault("noinput", `no example is called '${name}'`, {
    hint: near === undefined ? "lab new --list" : `did you mean ${near}?`,
  });
}

function made(parts: readonly string[]): string {
  return parts.map((part) => fs.readFileSync(installed("examples/new", part), "utf8")).join("");
}

async function* project(options: NewOptions, context: Context): AsyncGenerator<object> {
  const { args, terminal, cwd, dryRun } = context;
  const asks = args.length === 0 && terminal.in && terminal.err;
  const scaffold = await scaffoldOf(args[0], asks);
  const profile = await profileOf(options.profile, asks);
  const directory = path.resolve(cwd, args[1] ?? `${scaffold.kind}-${profile}`);
  const name = options.name ?? path.basename(directory);
  const repository = repositoryAround(directory);
  const workdir = repository === undefined ? "." : path.relative(repository, directory) || ".";
  const files = filesOf(scaffold, profile).map(([file, parts]) => ({
    file: path.join(directory, file),
    text: named(made(parts), file, name, workdir),
  }));
  const taken = files.filter(({ file, text }) => isOther(file, text)).map(({ file }) => path.relative(directory, file));
  if (taken.length > 0 && !options.force)
    throw fault("cantcreat", `cannot make a project in '${directory}': there is ${taken.join(", ")}`, {
      hint: "take another directory; --force keeps what is there beside, as NAME~",
    });
  for (const { file, text } of files) {
    const kept = isOther(file, text) ? aside(file) : undefined;
    if (!dryRun) write(file, text, kept);
    yield { type: "file", v: 1, path: file, ...(kept ? { kept } : {}), ...(dryRun ? { dry_run: true } : {}) };
  }
  if (dryRun) return;
  if (repository === undefined) await makeRepository(directory, context);
  context.say(`the project is in '${directory}': cd there, then lab run -w train.toml`);
}

async function scaffoldOf(kind: string | undefined, asks: boolean): Promise<Scaffold> {
  const kinds = scaffolds.map((one) => one.kind);
  const said =
    kind ??
    (asks
      ? await chooses(
          "What is to be run?",
          scaffolds.map((one) => [one.kind, one.purpose]),
        )
      : undefined);
  if (said === undefined) throw fault("usage", "what kind of project?", { hint: kinds.join(", ") });
  const scaffold = scaffolds.find((one) => one.kind === said);
  if (scaffold) return scaffold;
  const near = nearest(said, kinds);
  throw fault("usage", `no kind of project is called '${said}'`, {
    hint: near === undefined ? `there are ${kinds.join(", ")}` : `did you mean ${near}?`,
  });
}

async function profileOf(said: string | undefined, asks: boolean): Promise<Profile> {
  if (said !== undefined || !asks) return (said as Profile | undefined) ?? "starter";
  return (await chooses(
    "For what?",
    profiles.map((one) => [one, profilePurposes[one]]),
  )) as Profile;
}

/** The root of the git repository in which a directory is, or will be. */
function repositoryAround(directory: string): string | undefined {
  let there = directory;
  while (!fs.existsSync(there)) there = path.dirname(there);
  const { kind, root } = findSource(there, os.userInfo().uid);
  return kind === "git" ? path.resolve(there, path.relative(fs.realpathSync(there), root)) : undefined;
}

/** The recipes' own names, and the title of the README, become the project's; a recipe below the root says where it is. */
function named(text: string, file: string, name: string, workdir: string): string {
  if (file === "README.md") return text.replace(/^# fit$/m, `# ${name}`);
  if (!file.endsWith(".toml")) return text;
  const below = workdir === "." || file !== "train.toml" ? "" : `\nworkdir = ${JSON.stringify(workdir)}`;
  return text.replace(
    /^(name\s*= )"fit(-lr)?"$/m,
    (_, before: string, sweep = "") => `${before}${JSON.stringify(name + sweep)}${below}`,
  );
}

/** Whether something is there that is not what would be written. */
function isOther(file: string, text: string): boolean {
  try {
    return fs.readFileSync(file, "utf8") !== text;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    if (errnoOf(error) === "EISDIR") return true;
    throw systemFault(error, `look at '${file}'`);
  }
}

/** A name beside that nothing has. */
function aside(file: string): string {
  for (let name = `${file}~`; ; name += "~") if (!fs.lstatSync(name, { throwIfNoEntry: false })) return name;
}

function write(file: string, text: string, kept: string | undefined): void {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (kept !== undefined) fs.renameSync(file, kept);
    fs.writeFileSync(file, text);
  } catch (error) {
    throw systemFault(error, `write '${file}'`);
  }
}

/** A project is in a repository, so that its source is what git lists. */
async function makeRepository(directory: string, context: Context): Promise<void> {
  const { execa } = await import("execa");
  const env = { PATH: context.env["PATH"], HOME: context.env["HOME"] };
  const { failed } = await execa("git", ["init", "--quiet"], { cwd: directory, reject: false, env, extendEnv: false });
  if (failed) context.say("git init could not be done: the source is all of the directory");
}
