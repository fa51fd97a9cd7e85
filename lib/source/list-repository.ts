// The files of a git work tree, with those of its submodules and of the repositories inside it.
import fs from "node:fs";
import { fault } from "../record/fault.js";
import { insideTree } from "./inside-tree.js";
import type { Inspection } from "./inspect.js";
import type { Inspections } from "./inspections.js";
import { listDirectory } from "./list-directory.js";
import { isInTree, shownPath, systemPath, type TreePath } from "./tree-path.js";

export interface Found {
  path: TreePath;
  tracked: boolean;
  /** Whether git looks at it when it is asked what differs. */
  watched: boolean;
  /** The x bit that git keeps, where the file system keeps none. */
  executable?: boolean;
}

/** A repository below the one that is listed. */
export interface Inner {
  path: TreePath;
  kind: "submodule" | "repository";
  /** The commit that the repository above has recorded for a submodule. */
  recorded?: string;
  /** The commit it stands at; absent where it has none. */
  commit?: string;
  /** Of a submodule: it has no repository of its own here, and perhaps no files. */
  missing?: "repository" | "files";
}

export interface Listing {
  found: Found[];
  inner: Inner[];
  /** The repositories that were listed, the outermost first, each with its place: "" or one that ends in a slash. */
  repositories: [prefix: TreePath, Inspection][];
}

/** Lists the tree; throws what opening and asking a repository throws. */
export async function listRepository(root: TreePath, asked: Inspections): Promise<Listing> {
  const listing: Listing = { found: [], inner: [], repositories: [] };
  await listInto(listing, root, "", asked);
  return listing;
}

async function listInto(listing: Listing, root: TreePath, prefix: TreePath, asked: Inspections): Promise<void> {
  const inspection = await asked.at(prefix);
  const { repository, tracked, untracked } = inspection;
  listing.repositories.push([prefix, inspection]);
  const [known, others] = await Promise.all([tracked(), untracked()]);
  for (const { path, mode, object, watched } of known) {
    const place = prefix + path;
    // Git never writes such an index, but reads it.
    if (!isInTree(path)) throw outside(root, place);
    if (mode === "160000") await listInner(listing, root, { path: place, kind: "submodule", recorded: object }, asked);
    else {
      const found: Found = { path: place, tracked: true, watched };
      if (!repository.fileMode) found.executable = mode === "100755";
      listing.found.push(found);
    }
  }
  for (const path of others.toString("latin1").split("\0").slice(0, -1)) {
    const place = prefix + path;
    if (path.endsWith("/")) await listInner(listing, root, { path: place.slice(0, -1), kind: "repository" }, asked);
    else listing.found.push({ path: place, tracked: false, watched: false });
  }
}

async function listInner(listing: Listing, root: TreePath, inner: Inner, asked: Inspections): Promise<void> {
  const place = `${root}/${inner.path}`;
  if (!insideTree(root)(inner.path)) return;
  if (!fs.existsSync(systemPath(`${place}/.git`))) {
    const files = listDirectory(place);
    listing.inner.push({ ...inner, missing: files.length === 0 ? "files" : "repository" });
    for (const path of files) listing.found.push({ path: `${inner.path}/${path}`, tracked: false, watched: false });
    return;
  }
  const { commit } = await asked.at(`${inner.path}/`);
  listing.inner.push(commit === undefined ? inner : { ...inner, commit });
  await listInto(listing, root, `${inner.path}/`, asked);
}

function outside(root: TreePath, path: TreePath) {
  return fault("dataerr", `cannot read the git repository '${shownPath(root)}': its index names '${shownPath(path)}'`, {
    hint: "no honest index does: ask its owner",
  });
}
