// The images that a run has collected, by name and step.
import path from "node:path";
import { collectFiles } from "../../registry/collected.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { sealOf } from "../../registry/outputs.js";
import type { ComparedImage } from "../../serve/api/compare.js";

/** Those below its directory; what cannot be read throws. */
export async function imagesOf(disk: RunOnDisk): Promise<ComparedImage[]> {
  const { collected = [] } = sealOf(disk) ?? (await collectFiles(disk));
  return collected.flatMap(({ path: file, bytes }) =>
    file.startsWith(`${disk.dir}/`) && isImage(file) ? [imageOf(disk, file.slice(disk.dir.length + 1), bytes)] : [],
  );
}

function isImage(file: string): boolean {
  return /\.(png|jpe?g|gif|webp|avif|bmp)$/i.test(file);
}

/** `samples/step_100/3.png` is `samples/step_#/3.png` of step 100; without such a word the last number is the step. */
function imageOf({ run }: RunOnDisk, file: string, bytes: number): ComparedImage {
  const extension = path.extname(file);
  const stem = file.slice(0, -extension.length);
  const found =
    /((?:global[_-]?step|step|iter|iteration|epoch|checkpoint|ckpt)[_=-]?)(\d+)/i.exec(stem) ??
    /()(\d+)(?!.*\d)/.exec(stem);
  const [, word = "", digits] = found ?? [];
  if (!found || digits === undefined) return { run: run.id, path: file, name: file, bytes };
  const at = found.index + word.length;
  const name = `${stem.slice(0, at)}#${stem.slice(at + digits.length)}${extension}`;
  return { run: run.id, path: file, name, step: Number(digits), bytes };
}
