// Where a repository was cloned from, without the passwords that people put into URLs.
import fs from "node:fs";
import type { Repository } from "./repository.js";
import { systemPath } from "./tree-path.js";

/** The repository's remotes by name, as far as its configuration has any; credentials are taken out. */
export async function remotes({ commonDir, scratch, git }: Repository): Promise<Record<string, string>> {
  const link = `${scratch}/remotes`;
  fs.symlinkSync(systemPath(`${commonDir}/config`), link);
  const pattern = "^remote\\..*\\.url$";
  const { out } = await git(["config", "--no-includes", "--file", link, "-z", "--get-regexp", pattern], [0, 1, 128]);
  const found: Record<string, string> = {};
  for (const item of out.toString("utf8").split("\0")) {
    const [, name, url] = /^remote\.(.*)\.url\n(.*)$/s.exec(item) ?? [];
    if (name !== undefined && url !== undefined) found[name] ??= withoutCredentials(url);
  }
  return found;
}

/**
 * The URL without password, token and query. Of ssh URLs the user stays, since `git@` is part of the address; of others
 * it goes too, since tokens are given in its place.
 */
export function withoutCredentials(url: string): string {
  const [, scheme, rest] = /^((?:\w+::)?[a-z][\w+.-]*:\/\/)(.*)$/is.exec(url) ?? [];
  if (scheme === undefined || rest === undefined) return url.replace(/^([^/@:\s]+):[^/@\s]*@/, "$1@");
  const { userinfo, address } = parted(rest);
  const user = /ssh/i.test(scheme) && userinfo !== undefined ? `${userinfo.replace(/:.*$/s, "")}@` : "";
  return scheme + user + (/^file:/i.test(scheme) ? address : address.replace(/[?#].*$/s, ""));
}

/** Splits at the last @ before the path. A password with a slash in it shows by what would be a port and is no number. */
function parted(rest: string): { userinfo?: string; address: string } {
  const authority = rest.replace(/\/.*$/s, "");
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const broken = /:(?!\d*$)/.test(host.replace(/^\[.*\]/, "")) && rest.includes("@");
  const end = (broken ? rest : authority).lastIndexOf("@");
  return end < 0 ? { address: rest } : { userinfo: rest.slice(0, end), address: rest.slice(end + 1) };
}
