// Files as the page shows them: lists of directories, previews, and their bytes; a run's, and those that it made elsewhere.
import path from "node:path";
import { fault } from "../../record/fault.js";
import { timestamp } from "../../record/units.js";
import { openArtifact } from "../../registry/artifacts.js";
import type { Root } from "../../registry/inside.js";
import { entryInside, listInside } from "../../registry/inside-list.js";
import { findRun } from "../../registry/refs.js";
import {
  artifactFileApi,
  artifactFilesApi,
  artifactPreviewApi,
  fileApi,
  filesApi,
  previewApi,
} from "../../serve/api/files.js";
import { disposition, mediaOf } from "../../serve/media.js";
import type { Asked } from "../../serve/route.js";
import { sendFile } from "../../serve/send-file.js";
import { isSecret } from "../../source/secrets.js";
import { treePath } from "../../source/tree-path.js";
import { answering, type Serving, streaming } from "./answering.js";
import { previewOf } from "./preview.js";
import { runRef } from "./refs.js";
import { openFile, rootOf } from "./run-files.js";

type Parts = Record<string, string>;

/** Whose files, and the path of the directory that they are below. */
interface Place {
  root: Root;
  place: string;
  /** The one file that is meant, where it is none of a directory. */
  only?: string;
}

function ofRun({ run = "" }: Parts, { context, registry }: Serving): Place {
  const disk = findRun(registry, runRef(run), context.cwd);
  return { root: rootOf(registry, disk), place: disk.dir };
}

/** What a run made, wherever that is: it belongs to the run's owner, as the run's own files do. */
function ofArtifact({ id = "" }: Parts, { registry }: Serving): Place {
  if (!/^art-[0-9a-f]{20}$/.test(id)) throw fault("usage", "the id of an artifact: art-…");
  const { artifact, run } = openArtifact(registry, id) ?? {};
  if (!artifact) throw fault("noinput", `no artifact '${id}' in '${registry.base}'`);
  if (!run)
    throw fault("noperm", `'${id}' came from outside: only what runs made is shown`, {
      hint: `ls -l ${artifact.path}`,
    });
  const [base, name] = [path.dirname(artifact.path), path.basename(artifact.path)];
  const above: Root = { base, parts: [], owner: run.owner };
  const isFile = entryInside(above, name)?.kind === "file";
  const root = isFile ? above : { ...above, parts: [name] };
  return { root, place: artifact.path, ...(isFile ? { only: name } : {}) };
}

function listed({ root, place, only }: Place, dir: string) {
  if (only !== undefined && dir !== "") throw fault("noinput", `cannot open '${dir}': '${only}' is no directory`);
  const own = only === undefined ? undefined : entryInside(root, only);
  const { entries, more } = only === undefined ? listInside(root, dir) : { entries: own ? [own] : [] };
  const files = entries.map((entry) => {
    const hidden = entry.kind === "file" && isSecret(treePath(dir === "" ? entry.name : `${dir}/${entry.name}`));
    return hidden ? { ...entry, problem: entry.problem ?? "it is named like a secret" } : entry;
  });
  return { dir, place, files, ...(more ? { more } : {}) };
}

async function previewed(of: Place, file: string) {
  const media = mediaOf(file);
  const open = await opened(of, file);
  const shown = await previewOf(open, media);
  const modified_at = timestamp(open.modified_ms);
  return {
    path: file,
    bytes: open.size,
    modified_at,
    media: media.type,
    ...shown,
    ...(open.masked ? { masked: true as const } : {}),
  };
}

async function sent(of: Place, { path: name, download }: { path: string; download?: boolean }, asked: Asked) {
  const { type, inline } = mediaOf(name);
  const open = await opened(of, name);
  await sendFile(asked, {
    ...open,
    type,
    disposition: disposition(path.basename(name), inline && download !== true),
    bytes: open.read,
  });
}

function opened({ root, only }: Place, file: string) {
  if (only !== undefined && file !== only) throw fault("noinput", `cannot open '${file}': there is only '${only}'`);
  return openFile(root, file);
}

export const files = answering(filesApi, async (parts, { dir = "" }, serving) => listed(ofRun(parts, serving), dir));
export const preview = answering(previewApi, (parts, { path: file }, serving) =>
  previewed(ofRun(parts, serving), file),
);
export const file = streaming(fileApi, (parts, query, serving, asked) => sent(ofRun(parts, serving), query, asked));

export const artifactFiles = answering(artifactFilesApi, async (parts, { dir = "" }, serving) =>
  listed(ofArtifact(parts, serving), dir),
);
export const artifactPreview = answering(artifactPreviewApi, (parts, { path: file }, serving) =>
  previewed(ofArtifact(parts, serving), file),
);
export const artifactFile = streaming(artifactFileApi, (parts, query, serving, asked) =>
  sent(ofArtifact(parts, serving), query, asked),
);
