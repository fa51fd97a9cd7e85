// The machine and the person: versions, words, time, what a job's script needs, secrets.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { version as nodeVersion } from "node:process";
import type { Context, Place } from "../../command/context.js";
import { errnoOf } from "../../record/fault.js";
import { doubtful, type Finding, well, wrong } from "./finding.js";

export async function* machine({ env, home, uid }: Place): AsyncGenerator<Finding> {
  yield well("version", `labkit ${LAB_VERSION}, Node ${nodeVersion}, ${os.type()} ${os.release()}`);
  yield localeOf(env);
  yield* await programs(env);
  yield secretsOf(path.join(home, ".config/lab/secrets.env"), uid);
}

/** Names in other encodings than UTF-8 come out as somebody else's. */
export function localeOf(env: Context["env"]): Finding {
  const [variable, value] = ["LC_ALL", "LC_CTYPE", "LANG"]
    .map((name) => [name, env[name]] as const)
    .find(([, said]) => said) ?? [undefined, undefined];
  if (value === undefined) return well("locale", "none is set: names are taken to be UTF-8");
  if (/utf-?8/i.test(value) || /^(C|POSIX)$/.test(value)) return well("locale", `${variable}=${value}`);
  return doubtful("locale", `${variable}=${value} is not UTF-8: other names than ASCII's will look wrong`, {
    hint: `${variable}=C.UTF-8`,
  });
}

/** What the script of a job calls; nodes are mostly installed like the machine that submits. */
const needed = ["bash", "awk", "find", "mktemp", "sed", "sha256sum", "sort", "stat", "tar", "timeout", "xargs"];

async function programs(env: Context["env"]): Promise<Finding[]> {
  const { execa } = await import("execa");
  const on = (name: string) =>
    (env["PATH"] ?? "").split(":").some((directory) => directory && isProgram(path.join(directory, name)));
  const missing = needed.filter((name) => !on(name));
  const found: Finding[] = [
    missing.length === 0
      ? well("job tools", "what the script of a job calls is here")
      : wrong("job tools", `not on PATH: ${missing.join(", ")}`, {
          hint: "jobs need bash, coreutils, findutils and tar",
        }),
  ];
  const { stdout, failed } = await execa("git", ["--version"], { reject: false });
  if (failed)
    found.push(
      doubtful("git", "git cannot be run: sources are kept without commit and branch", { hint: "install git" }),
    );
  else found.push(well("git", stdout.trim()));
  return found;
}

function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The file of secrets is read in the job, and refused there if others can read it. */
export function secretsOf(file: string, uid: number): Finding {
  let stat: fs.Stats;
  try {
    stat = fs.statSync(file);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return well("secrets", "there are none", { path: file });
    return doubtful("secrets", `cannot be looked at: ${errnoOf(error)}`, { path: file });
  }
  const remedy = { path: file, hint: `chmod 600 ${file}` };
  if (stat.uid !== uid)
    return wrong("secrets", `the file belongs to uid ${stat.uid}: no job will read it`, { path: file });
  if ((stat.mode & 0o077) !== 0) return wrong("secrets", "others may read the file: no job will", remedy);
  return well("secrets", "only you can read them", { path: file });
}
