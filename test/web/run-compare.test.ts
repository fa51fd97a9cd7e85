// A run, and runs side by side, as a person sees and uses them.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import t from "tap";
import { openRegistry } from "../../lib/registry/open.js";
import { look, serve } from "../support/browser.js";
import { labRegistry } from "../support/lab-registry.js";
import { needs } from "../support/needs.js";
import { sandbox } from "../support/sandbox.js";

t.setTimeout(900_000);

t.test("a run and comparisons in a browser", async (t) => {
  if (!needs(t, "chromium")) return;
  const place = await sandbox({ name: "runs" });
  t.teardown(() => place.remove());
  const lab = labRegistry(openRegistry(place.registry, os.userInfo().uid));
  const served = await serve(place.env);
  t.teardown(() => served.stop());
  const { page, context, visit, inaccessible, complaints, close } = await look(served);
  t.teardown(close);
  const sweep = await fetch(`${served.origin}/api/v1/sweeps/${lab.sweep}`, { headers: served.headers });
  const found = JSON.stringify(await sweep.json()).matchAll(/"run":"(\d{8}-\d{6}-\w{6})"/g);
  const points = [...new Set([...found].map(([, id = ""]) => id))].slice(0, 6);
  t.equal(points.length, 6);
  const compare = `/compare?${points.map((id) => `run=${id}`).join("&")}`;

  await t.test("every part is there, for everybody, on wide and narrow screens and in the dark", async (t) => {
    const tabs = ["overview", "metrics", "logs", "files", "code", "environment", "notes", "reproduce"];
    const pages = [...tabs.map((tab) => `/runs/${lab.train}?tab=${tab}`), compare, `${compare}&fold=1&smooth=0.6`];
    for (const [i, where] of pages.entries()) {
      const narrow = i % 2 === 0;
      await page.setViewportSize(narrow ? { width: 360, height: 740 } : { width: 1440, height: 900 });
      await page.emulateMedia({ colorScheme: i % 3 === 0 ? "dark" : "light", reducedMotion: "reduce" });
      await visit(where);
      t.strictSame(await inaccessible(), [], where);
      const width = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
      t.ok(width <= 0, `${where} is no wider than the screen`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  await t.test("a chart is read by keyboard, and its drawing is in the address", async (t) => {
    await visit(`/runs/${lab.train}?tab=metrics`);
    const chart = page.locator(".chart", { hasText: "train/loss" });
    await chart.locator("canvas").waitFor();
    await chart.locator(".chart-box").focus();
    await page.keyboard.press("End");
    await chart.locator(".chart-value", { hasText: "1.31 at 600" }).waitFor();
    await page.getByRole("button", { name: "log y" }).click();
    await page.waitForURL(/axes=y/);
    t.pass("the cross hair says what it is at");
  });

  await t.test("what differs comes first, and the comparison opens without a server", async (t) => {
    await visit(`${compare}&fold=seeds`);
    const table = page.locator(".side-by-side");
    const first = await table.locator("tbody tr:not(.group) th").first().textContent();
    t.match(first, /lr|seed|args|params/, "what somebody chose");
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as HTML" }).click();
    const file = path.join(place.dir, "comparison.html");
    await (await coming).saveAs(file);
    const text = fs.readFileSync(file, "utf8");
    t.notMatch(text, /(?:src|href)="http|<script/, "nothing is loaded from anywhere");
    t.match(text, /means and one standard deviation of runs that differ by their seed/, "drawn as it was here");
    const alone = await context.newPage();
    await alone.goto(pathToFileURL(file).href);
    t.equal(await alone.locator("h1").textContent(), "6 runs compared");
    t.ok((await alone.locator("svg path").count()) > 6, "its curves are drawn");
  });

  await t.test("what one chart is zoomed into, all of them show", async (t) => {
    await visit(compare);
    await page.locator(".chart canvas").nth(1).waitFor();
    await page.locator(".chart-box").first().focus();
    await page.keyboard.press("+");
    await page.waitForURL(/zoom=\d/);
    const whole = page.getByRole("button", { name: "Whole range" });
    await whole.nth(1).waitFor();
    await whole.first().click();
    await page.waitForURL((url) => !url.searchParams.has("zoom"));
    t.equal(await whole.count(), 0);
  });

  t.strictSame(complaints, []);
});
