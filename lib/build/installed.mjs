import fs from "node:fs";
import path from "node:path";

/**
 * Whether node_modules holds the packages of package-lock.json, each in its version, as npm noted when it installed them;
 * an optional one may be missing, since it may be for another machine.
 */
export function isInstalled(root) {
  const note = path.join(root, "node_modules/.package-lock.json");
  const there = fs.existsSync(note) ? packagesOf(note) : {};
  return Object.entries(packagesOf(path.join(root, "package-lock.json"))).every(([name, wanted]) => {
    if (name === "") return true;
    const found = there[name];
    if (found === undefined || !fs.existsSync(path.join(root, name))) return wanted.optional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

function packagesOf(file) {
  return JSON.parse(fs.readFileSync(file, "utf8")).packages;
}
