// Showing a man page: the installed one, else the one that came with the build.
import fs from "node:fs";
import path from "node:path";
import { fault } from "../record/fault.js";
import type { Context } from "./context.js";

/** Runs man(1) on a page. Throws unavailable where there is no man. */
export async function manual(name: string, section: 1 | 5 | 7, context: Context): Promise<void> {
  const { execa } = await import("execa");
  const page = path.join(
    path.dirname(fs.realpathSync(process.argv[1] ?? "")),
    `../../man/man${section}`,
    `${name}.${section}`,
  );
  const argv = fs.existsSync(page) ? ["-l", page] : [String(section), name];
  const { exitCode, failed } = await execa("man", argv, {
    stdio: "inherit",
    reject: false,
    env: context.env as Record<string, string>,
  });
  if (failed && exitCode === undefined)
    throw fault("unavailable", "cannot show the manual: there is no man here", {
      hint: section === 1 ? `${name} --help is its short form` : `the page is ${page}`,
    });
  if (exitCode) context.no();
}
