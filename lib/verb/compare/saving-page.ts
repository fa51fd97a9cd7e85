// A comparison as one page that opens offline, written to a file.
import fs from "node:fs";
import path from "node:path";
import type { Context } from "../../command/context.js";
import type { RunSeries } from "../../graph/compared-curves.js";
import { comparisonPage, type PageImage } from "../../graph/comparison-page.js";
import type { Comparison } from "../../record/comparison.js";
import { fault, isFault, systemFault } from "../../record/fault.js";
import { timestamp } from "../../record/units.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { makerOfRun } from "../../registry/makers.js";
import { pointsOf } from "../../registry/metrics.js";
import type { Registry } from "../../registry/open.js";
import { openFile, rootOf } from "../serving/run-files.js";
import { seriesOf } from "../serving/series-of.js";
import { imagesOf } from "./images.js";

export interface PageWanted {
  file: string;
  x?: string | undefined;
  smooth?: string | undefined;
  fold?: string | undefined;
  colour?: string | undefined;
}

const axes = ["step", "time", "relative"] as const;
const pointsEach = 500;
/** So much of images goes into a file that is sent to a colleague. */
const mostBytes = 16e6;

/** Writes the page. Throws usage for what cannot be drawn so, and what the file system says. */
export async function savePage(
  { file, x: along = "step", smooth: weight = "0", fold = "", colour = "" }: PageWanted,
  comparison: Comparison,
  runs: readonly RunOnDisk[],
  context: Context,
): Promise<void> {
  const x = axes.find((axis) => axis === along);
  if (!x) throw fault("usage", `'${along}' is no axis`, { hint: "--x step, time or relative" });
  const smooth = weight.trim() === "" ? Number.NaN : Number(weight);
  if (!(smooth >= 0 && smooth < 1)) throw fault("usage", `--smooth needs a number from 0 to below 1, not '${weight}'`);
  const paths = new Set(comparison.fields.map(({ path: field }) => field));
  for (const [option, field] of Object.entries({ fold, colour }))
    if (field !== "" && field !== "seeds" && !paths.has(field))
      throw fault("usage", `--${option}: none of the runs has '${field}'`, {
        hint: "params.NAME, args.NAME, seed, group",
      });
  const registry = await context.registry();
  const wanted = new Set(comparison.metrics.map(({ name }) => name));
  const series = new Map<string, RunSeries[]>();
  for (const disk of runs) {
    const maker = disk.facts.attempts.length > 0 ? disk : makerOfRun(registry, disk);
    // What of them cannot be read is among the notes of the comparison.
    const found = await seriesOf(
      pointsOf(maker, () => {}),
      x,
      pointsEach,
      (name) => wanted.has(name),
    );
    for (const { name, points } of found.series)
      series.set(name, [...(series.get(name) ?? []), { run: disk.run.id, points }]);
  }
  const images = await imagesIn(runs, registry, context);
  const settings = { smooth, x, logX: false, logY: false, clip: false };
  const at = timestamp(context.now);
  const text = comparisonPage({ comparison, series, images, settings, looks: { colour, fold }, at });
  const place = path.resolve(context.cwd, file);
  try {
    fs.writeFileSync(place, text);
  } catch (error) {
    throw systemFault(error, `write '${place}'`);
  }
}

async function imagesIn(runs: readonly RunOnDisk[], registry: Registry, context: Context): Promise<PageImage[]> {
  const taken: PageImage[] = [];
  let bytes = 0;
  for (const disk of runs) {
    try {
      for (const { name, step, path: file, bytes: size } of await imagesOf(disk)) {
        bytes += size;
        if (bytes > mostBytes) {
          context.say("not all images are on the page: they are more than 16 MB");
          return taken;
        }
        taken.push({ run: disk.run.id, name, step, data: await dataOf(disk, registry, file) });
      }
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(disk.run.id, error);
    }
  }
  return taken;
}

async function dataOf(disk: RunOnDisk, registry: Registry, file: string): Promise<string> {
  const opened = await openFile(rootOf(registry, disk), file);
  const parts: Buffer[] = [];
  // Reading closes it.
  for await (const part of opened.read(0, opened.size)) parts.push(part);
  const kind = path.extname(file).slice(1).toLowerCase().replace("jpg", "jpeg");
  return `data:image/${kind};base64,${Buffer.concat(parts).toString("base64")}`;
}
