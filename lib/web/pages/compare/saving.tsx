// The comparison as one file that opens anywhere: drawn as it is here, with its images.
import { useState } from "preact/hooks";
import type { Looks, RunSeries } from "../../../graph/compared-curves.js";
import { comparisonPage, type PageImage } from "../../../graph/comparison-page.js";
import type { compareApi, compareImagesApi } from "../../../serve/api/compare.js";
import type { metricsOfApi } from "../../../serve/api/metrics.js";
import { save } from "../../charts/exporting.js";
import type { ChartSettings } from "../../charts/settings.js";
import { type AnswerOf, ask } from "../../shell/client.js";
import { toast } from "../../shell/toasts.js";

type Answer = AnswerOf<typeof compareApi>;

interface Shape {
  answer: Answer;
  settings: ChartSettings;
  looks: Looks;
}

export function Saving(shape: Shape) {
  const [busy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    try {
      save("comparison.html", new Blob([await pageOf(shape)], { type: "text/html" }));
    } catch (error) {
      toast((error as Error).message);
    }
    setBusy(false);
  };
  return (
    <button type="button" class="button" disabled={busy} onClick={() => void act()}>
      {busy ? "Saving…" : "Save as HTML"}
    </button>
  );
}

async function pageOf({ answer, settings, looks }: Shape): Promise<string> {
  const run = answer.runs.map(({ id }) => id);
  const series = new Map<string, RunSeries[]>();
  for (const { name } of answer.metrics) {
    const query = { run, name, x: settings.x, points: run.length > 12 ? 200 : 500 };
    series.set(name, (await ask<typeof metricsOfApi>("/api/v1/metrics-of", { query })).series);
  }
  const images = await imagesOf(run);
  return comparisonPage({ comparison: answer, series, images, settings, looks, at: new Date().toISOString() });
}

/** So much of images goes into a file that is sent to a colleague; of each run and name the last steps first. */
const mostBytes = 16e6;

async function imagesOf(run: readonly string[]): Promise<PageImage[]> {
  const { images } = await ask<typeof compareImagesApi>("/api/v1/compare/images", { query: { run: [...run] } });
  const taken: PageImage[] = [];
  let bytes = 0;
  for (const image of images.toSorted((a, b) => (b.step ?? 0) - (a.step ?? 0))) {
    bytes += image.bytes;
    if (bytes > mostBytes) break;
    const { name, step, path } = image;
    const answer = await fetch(`/api/v1/runs/${image.run}/file?path=${encodeURIComponent(path)}`);
    if (answer.ok) taken.push({ run: image.run, name, step, data: await dataOf(await answer.blob()) });
  }
  return taken;
}

function dataOf(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error("cannot read an image"));
    reader.readAsDataURL(blob);
  });
}
