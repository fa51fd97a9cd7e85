// The page's files, as they were built: read once, so that what changes on disk later is not half of another version.
import fs from "node:fs";
import path from "node:path";
import { installed } from "../../command/installed.js";
import { type Asset, type Assets, assetType } from "../../serve/assets.js";

/** By path: `page.html` is what `/` means. */
export function pageAssets(): Assets {
  const directory = installed("web");
  const assets: Record<string, Asset> = {};
  for (const name of fs.readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    const type = assetType(name);
    if (type === undefined) continue;
    const where = `/${name.split(path.sep).join("/")}`;
    assets[isIndex(where) ? "/" : where] = { type, content: fs.readFileSync(path.join(directory, name)) };
  }
  return assets;
}

function isIndex(where: string): boolean {
  return where === "/index.html" || where === "/page.html";
}
