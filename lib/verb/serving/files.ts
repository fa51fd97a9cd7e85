// A run's files as the page shows them: lists of directories, previews, and their bytes.
import path from "node:path";
import { timestamp } from "../../record/units.js";
import { listInside } from "../../registry/inside-list.js";
import { findRun } from "../../registry/refs.js";
import { fileApi, filesApi, previewApi } from "../../serve/api/files.js";
import { disposition, mediaOf } from "../../serve/media.js";
import { sendFile } from "../../serve/send-file.js";
import { isSecret } from "../../source/secrets.js";
import { treePath } from "../../source/tree-path.js";
import { answering, type Serving, streaming } from "./answering.js";
import { previewOf } from "./preview.js";
import { runRef } from "./refs.js";
import { openFile, rootOf } from "./run-files.js";

function opened(run: string, { context, registry }: Serving) {
  const disk = findRun(registry, runRef(run), context.cwd);
  return { disk, root: rootOf(registry, disk) };
}

export const files = answering(filesApi, async ({ run = "" }, { dir = "" }, serving) => {
  const { disk, root } = opened(run, serving);
  const { entries, more } = listInside(root, dir);
  const files = entries.map((entry) => {
    const hidden = entry.kind === "file" && isSecret(treePath(dir === "" ? entry.name : `${dir}/${entry.name}`));
    return hidden ? { ...entry, problem: entry.problem ?? "it is named like a secret" } : entry;
  });
  return { dir, run_dir: disk.dir, files, ...(more ? { more } : {}) };
});

export const preview = answering(previewApi, async ({ run = "" }, { path: file }, serving) => {
  const { root } = opened(run, serving);
  const media = mediaOf(file);
  const open = await openFile(root, file);
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
});

export const file = streaming(fileApi, async ({ run = "" }, { path: name, download }, serving, asked) => {
  const { root } = opened(run, serving);
  const { type, inline } = mediaOf(name);
  const open = await openFile(root, name);
  await sendFile(asked, {
    ...open,
    type,
    disposition: disposition(path.basename(name), inline && download !== true),
    bytes: open.read,
  });
});
