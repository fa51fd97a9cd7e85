// The page of lab-serve in a real browser, as a person sees it.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import type { BrowserContext, Page } from "playwright-core";
import { dist } from "./sandbox.js";

export interface Served {
  /** The address with the token, and without. */
  url: string;
  origin: string;
  /** For requests beside the browser. */
  headers: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts lab-serve on the registry of an environment (`sandbox().env`). */
export async function serve(env: Record<string, string>, ...args: string[]): Promise<Served> {
  const child = spawn(path.join(dist(), "bin/lab-serve"), args, { env, stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const { origin, searchParams } = new URL(url);
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  return { url, origin, headers: { authorization: `Bearer ${searchParams.get("token")}` }, stop };
}

export interface Looking {
  page: Page;
  context: BrowserContext;
  /** What the browser complained of: a test ends with none. */
  complaints: string[];
  /** Goes to a path of the page, and waits until it has drawn its heading and nothing is on its way. */
  visit(where: string): Promise<void>;
  /** What axe finds wrong with what is shown, a line each. */
  inaccessible(): Promise<string[]>;
  close(): Promise<void>;
}

/** A browser that has been let in; `needs(t, "chromium")` before. */
export async function look({ url, origin }: Pick<Served, "url" | "origin">): Promise<Looking> {
  const { chromium } = await import("playwright-core");
  const executablePath = spawnSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).stdout.trim();
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.text()} (${message.location().url})`);
  });
  await page.goto(url);
  const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  return {
    page,
    context,
    complaints,
    visit: async (where) => {
      await page.goto(new URL(where, origin).href);
      await page.locator("main h1").waitFor();
      // Not by an expression, which the policy of the page forbids.
      const coming = page.locator("main .loading, main [aria-busy=true]");
      for (let tries = 0; (await coming.count()) > 0 && tries < 600; tries++) await page.waitForTimeout(50);
    },
    inaccessible: async () => {
      await page.evaluate(axe);
      const found = (await page.evaluate("axe.run(document)")) as Found;
      return found.violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary = "" }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`),
      );
    },
    close: () => browser.close(),
  };
}

interface Found {
  violations: { id: string; help: string; nodes: { target: string[]; failureSummary?: string }[] }[];
}
