// --stage FILE: a file that a run takes along as an input.
import fs from "node:fs";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { fault, systemFault } from "../../record/fault.js";
import type { ExternalInput } from "../../record/run.js";
import type { RunOnDisk } from "../../registry/facts.js";

/** The input that is a copy of the file, which is named from here or from the directory of the run that is run again. */
export function stagedInput(name: string, { run, dir }: RunOnDisk, { cwd }: Context): ExternalInput {
  if (run.inputs["staged"] !== undefined && run.inputs["staged"].type !== "external")
    throw fault("dataerr", "cannot stage a file: the run has an input 'staged' of its own");
  const places = [...new Set([path.resolve(cwd, name), path.resolve(dir, name)])];
  const there = places.filter((place) => fs.existsSync(place));
  const [file, other] = there;
  if (file === undefined)
    throw fault("noinput", `cannot stage '${name}': it is neither here nor in '${dir}'`, {
      hint: "write its whole path",
    });
  if (other !== undefined)
    throw fault("dataerr", `cannot stage '${name}': it is here and in '${dir}'`, { hint: "write its whole path" });
  try {
    const real = fs.realpathSync(file);
    if (!fs.statSync(real).isFile()) throw fault("dataerr", `cannot stage '${name}': it is no file`);
    return { type: "external", path: real, fingerprint: "sha256", staged_from: real };
  } catch (error) {
    throw systemFault(error, `stage '${name}'`);
  }
}
