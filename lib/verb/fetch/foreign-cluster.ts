// The cluster file of another cluster: how one reaches it, and where its registry is there.
import { clusterSchema } from "../../config/schema.js";
import { fault } from "../../record/fault.js";
import { isUserName } from "../../record/names.js";
import { checkedToml, readToml } from "../../toml/document.js";
import { farWord } from "./far-word.js";

export interface Foreign {
  name: string;
  /** A word of ssh's own configuration, or a host. */
  host: string;
  user?: string;
  /** The directory of its registry, as a word for the sh of the other side. */
  base: string;
}

/** What a cluster file says of another cluster. Throws config where it does not say how to reach it. */
export async function foreignCluster(file: string): Promise<Foreign> {
  const { name, remote, filesystem } = await checkedToml(clusterSchema, readToml(file, "config"), "config");
  const host = remote?.ssh_alias ?? remote?.host;
  if (host === undefined)
    throw fault("config", `cannot reach the cluster of '${file}': it has no [remote]`, {
      hint: 'add [remote] with ssh_alias = "…", a Host of ~/.ssh/config, or host = "…"',
    });
  const user = remote?.ssh_alias === undefined ? remote?.ssh_user : undefined;
  if (!/^([A-Za-z0-9_][\w.+-]*@)?[A-Za-z0-9_][\w.-]*$/.test(host) || (user !== undefined && !isUserName(user)))
    throw fault("config", `cannot reach the cluster of '${file}': '${user ?? host}' is no word for ssh`, {
      hint: "give it a Host in ~/.ssh/config, and name that as ssh_alias",
    });
  const base = filesystem?.runs_base;
  if (base === undefined)
    throw fault("config", `cannot read the registry of '${file}': it has no filesystem.runs_base`, {
      hint: "copy the cluster file that is used there, and add [remote]",
    });
  return { name, host, ...(user === undefined ? {} : { user }), base: placeThere(base, file) };
}

/** Relative to what, nobody knows here; a home is the one over there. */
function placeThere(base: string, file: string): string {
  if (base.startsWith("/")) return farWord(base);
  const [, below] = /^(?:~|\$HOME|\$\{HOME\})(\/.*|)$/.exec(base) ?? [];
  if (below !== undefined) return `"$HOME"${farWord(below)}`;
  throw fault("config", `cannot read the registry of '${file}': its runs_base '${base}' is not absolute`);
}
