// Whether there is a registry at a place, and the Unix group that it is shared by: the one it was made for.
import fs from "node:fs";
import { fault } from "../../record/fault.js";
import { registryFile } from "../../registry/layout.js";
import { readRegistry } from "../../registry/open.js";
import { readText } from "../../registry/read.js";

export interface Group {
  gid: number;
  name: string;
}

/**
 * The registry at `base`, with the group that its own directory has, whatever was asked for; where there is none yet, the
 * group that was asked for. Throws config where they differ, and usage for a group that there is not.
 */
export async function joined(
  base: string,
  asked: string | undefined,
): Promise<{ joins: boolean; group: Group | undefined }> {
  const file = registryFile(base);
  const text = readText(file);
  if (text === undefined) return { joins: false, group: asked === undefined ? undefined : await groupNamed(asked) };
  const { shared_group } = readRegistry(text, file);
  if (asked !== undefined && asked !== shared_group) {
    const whose = shared_group === undefined ? "it is open to all" : `it is shared by the group ${shared_group}`;
    throw fault("config", `cannot join the registry '${base}' for the group '${asked}': ${whose}`, {
      hint: "leave the group out, or name another directory",
    });
  }
  return {
    joins: true,
    group: shared_group === undefined ? undefined : { gid: fs.statSync(base).gid, name: shared_group },
  };
}

async function groupNamed(name: string): Promise<Group> {
  const { execa } = await import("execa");
  const { stdout, failed } = await execa("getent", ["group", name], { reject: false });
  const gid = Number(stdout?.split(":")[2]);
  if (failed || Number.isNaN(gid)) throw fault("usage", `no Unix group '${name}'`, { hint: "getent group lists them" });
  return { gid, name };
}
