// Showing a man page: the installed one, else the one that came with the build.
import fs from "node:fs";
import path from "node:path";
import { fault } from "../record/fault.js";
import type { Context } from "./context.js";

/** Runs man(1) on the page of a command. Throws unavailable where there is no man. */
export async function manual(name: string, context: Context): Promise<void> {
  const { execa } = await import("execa");
  const page = path.join(path.dirname(fs.realpathSync(process.argv[1] ?? "")), "../../man/man1", `${name}.1`);
  const argv = fs.existsSync(page) ? ["-l", page] : [name];
  const { exitCode, failed } = await execa("man", argv, {
    stdio: "inherit",
    reject: false,
    env: context.env as Record<string, string>,
  });
  if (failed && exitCode === undefined)
    throw fault("unavailable", "cannot show the manual: there is no man here", {
      hint: `${name} --help is its short form`,
    });
  if (exitCode) context.no();
}
