// The page of lab-serve in a real browser: until it can be used, in a large registry beside a small one, and how long what
// happens on disk takes to be seen.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { look } from "../support/browser.js";
import type { Bench } from "./bench.js";
import { comparedFigure, countFigure, type Figure } from "./figure.js";
import { inMemory } from "./in-memory.js";
import { alternately, spread } from "./measure.js";
import type { Prepared } from "./runs.js";
import { servedRegistry } from "./served-registry.js";
import { labServe, type Server } from "./servers.js";

/** LAB_BENCH_RUNS is another number of runs. */
const runs = Number(process.env["LAB_BENCH_RUNS"] ?? 100_000);
const [few, whole] = [100, 400];
const bench = "page";
const rounds = { openings: 10, events: 15 };

export const page: Bench = {
  title: `The page of lab serve in headless Chromium, nothing cached by it, of ${runs} runs and of ${few}.`,
  missing: () =>
    spawnSync("sh", ["-c", "command -v chromium"]).status === 0 ? undefined : "there is no chromium (test/web/install)",
  async *figures(say) {
    const elsewhere = inMemory({ bytes: runs * 3000 + whole * 200_000, files: whole * 40 });
    const places: Prepared[] = [];
    const servers: Server[] = [];
    try {
      for (const count of [runs, few]) {
        say(`a registry of ${count} runs`);
        const some = Math.min(whole, count);
        const place = await servedRegistry({ runs: count, whole: some, loose: some / 4, active: some / 10 }, () => {});
        places.push(place);
        servers.push(await labServe(place.env));
      }
      const [large, small] = servers as [Server, Server];
      const seen = await look({ url: large.origin, origin: large.origin });
      try {
        const browser = seen.context.browser() as Browser;
        say("openings");
        for (const [what, where, usable] of pages) {
          const open = (server: Server) => () => opened(browser, `${server.origin}${where}`, usable);
          const compared = await alternately(rounds.openings, open(large), open(small));
          const named = { bench, what: `${what}, until it can be used`, unit: "ms", against: `of ${few} runs` };
          yield comparedFigure(named, compared, { of: "ratio", most: 1.3 });
        }
        say("events");
        yield* events(seen.page, large.origin, places[0] as Prepared);
      } finally {
        await seen.close();
      }
    } finally {
      for (const server of servers) await server.stop();
      for (const place of places) place.remove();
      elsewhere();
    }
  },
};

/** Pages, and when they can be used: what they are about is there, and a key is heard. */
const pages: [what: string, where: string, usable: (page: Page) => Promise<unknown>][] = [
  [
    "the list of runs",
    "/runs",
    async (page) => {
      await page.locator(".table-row:not([aria-busy]) a").first().waitFor();
      await page.keyboard.press("/");
      await page.locator("[role=combobox]:focus").waitFor();
    },
  ],
  [
    "the overview",
    "/",
    async (page) => {
      await page.getByRole("heading", { name: "Running now" }).waitFor();
      await page.keyboard.press("Control+k");
      await page.locator("dialog[open] input:focus").waitFor();
    },
  ],
];

async function opened(browser: Browser, url: string, usable: (page: Page) => Promise<unknown>): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    const began = performance.now();
    await page.goto(url, { waitUntil: "commit" });
    await usable(page);
    return performance.now() - began;
  } finally {
    await context.close();
  }
}

/** A running job writes down a value, and its row in the list shows it. */
async function* events(page: Page, origin: string, place: Prepared): AsyncGenerator<Figure> {
  const metrics = metricsOfOneThatRuns(place.registry);
  await page.goto(`${origin}/runs?where=state%3D%3D%22running%22&cols=name,metrics.loss`);
  await page.locator(".table-row:not([aria-busy]) a").first().waitFor();
  const spent: number[] = [];
  for (let n = 0; n < rounds.events; n += 1) {
    // At another time of the server's second each time.
    await page.waitForTimeout(300 + 137 * n);
    const value = 101 + n;
    const began = performance.now();
    fs.appendFileSync(metrics, `${JSON.stringify({ name: "loss", value, step: 1_000_000 + n, at: new Date() })}\n`);
    await page.locator(".table-row").getByText(String(value), { exact: true }).waitFor();
    spent.push(performance.now() - began);
  }
  const { median, high } = spread(spent);
  yield countFigure({ bench, what: "from a value on disk to its row on the screen, the middle", unit: "ms" }, median);
  const slowest = Math.max(high, ...spent);
  const aim = { of: "value", most: 2000 } as const;
  yield countFigure({ bench, what: `the slowest of ${spent.length}`, unit: "ms" }, slowest, undefined, aim);
}

function metricsOfOneThatRuns(registry: string): string {
  const found = spawnSync("find", [registry, "-name", "metrics-*.ndjson", "-path", "*/attempt-1/*"], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  const files = found.stdout.split("\n").filter((file) => file !== "");
  const running = files.find((file) => !fs.existsSync(path.join(path.dirname(file), "exit.json")));
  if (running === undefined) throw new Error("no run goes on");
  return running;
}
