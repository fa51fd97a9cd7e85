// The lists of the page as a person meets them, in a real browser: found, sorted, chosen, seen moving, by keyboard alone.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { servedRegistry } from "../bench/served-registry.js";
import { look, serve } from "../support/browser.js";
import { needs } from "../support/needs.js";

if (!needs(t, "chromium")) process.exit();
t.setTimeout(900_000);
const runs = 3000;
const place = await servedRegistry({ runs, whole: 40, loose: 8, active: 12 }, () => {});
t.teardown(() => place.remove());
const served = await serve(place.env);
t.teardown(() => served.stop());
const seen = await look(served);
t.teardown(() => seen.close());
const { page, visit } = seen;
const grid = page.getByRole("grid", { name: "Runs" });
const rows = grid.locator(".table-row:not([aria-busy])");
const query = (name: string) => new URL(page.url()).searchParams.get(name);
/** Until the server has read all, the list is shorter. */
const total = async () => {
  const response = await fetch(`${served.origin}/api/v1/runs?limit=1`, { headers: served.headers });
  return (await response.json()) as { total: number; ready: boolean };
};
for (let tries = 0; tries < 300 && !(await total()).ready; tries++) await page.waitForTimeout(100);
const { total: all } = await total();

t.test("all runs are in one list, and its end is a scroll away", async (t) => {
  t.ok(all >= runs);
  await visit("/runs");
  t.equal(await grid.getAttribute("aria-rowcount"), String(all + 1));
  t.ok((await rows.count()) < 100, "of which those in sight are drawn");
  await grid.focus();
  await page.keyboard.press("End");
  await grid.locator(`[aria-rowindex="${all + 1}"]:not([aria-busy]) a`).waitFor();
  t.equal(await grid.locator(".table-row.current").getAttribute("aria-rowindex"), String(all + 1));
});

t.test("who goes back finds the list as it was left", async (t) => {
  await visit("/runs");
  await grid.focus();
  for (let row = 0; row < 30; row++) await page.keyboard.press("j");
  const left = grid.locator('[aria-rowindex="31"].current a');
  const name = await left.textContent();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/runs\/\w/);
  await page.getByRole("heading", { name: name ?? "" }).waitFor();
  t.equal(await page.evaluate("document.activeElement.id"), "main", "the focus went along");
  await page.goBack();
  await left.waitFor();
  t.ok((await grid.evaluate((element) => element.scrollTop)) > 100);
});

t.test("a head sorts, and the address says so", async (t) => {
  await visit("/runs?cols=metrics.loss,planned_at");
  const heads = grid.getByRole("columnheader");
  t.strictSame((await heads.allTextContents()).slice(1, 4), ["Name", "State", "loss"], "the name is first unasked");
  await page.getByRole("columnheader", { name: "loss" }).getByRole("button").click();
  await page.waitForURL(/sort=-metrics\.loss/);
  await page.getByRole("columnheader", { name: "loss" }).getByRole("button").click();
  await page.waitForURL(/sort=metrics\.loss/);
  // What was there before stays in sight until the answer is there.
  const losses = rows.locator("[role=gridcell]:nth-child(4)");
  const numbers = async () => (await losses.allTextContents()).slice(0, 20).map(Number);
  const inOrder = (all: number[]) => all.toSorted((a, b) => a - b);
  for (let tries = 0; tries < 300 && String(await numbers()) !== String(inOrder(await numbers())); tries += 1)
    await page.waitForTimeout(50);
  const shown = await numbers();
  t.ok(shown.length >= 10);
  t.strictSame(shown, inOrder(shown), "the least first");
});

t.test("an expression is completed while it is typed, and a mistake is marked where it is", async (t) => {
  await visit("/runs");
  await page.keyboard.press("/");
  const filter = page.getByRole("combobox", { name: "Filter" });
  await filter.pressSequentially("sta");
  await page.getByRole("option", { name: /^state/ }).waitFor();
  await page.keyboard.press("Tab");
  await filter.pressSequentially("= fai");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  t.equal(query("where"), "state = failed");
  await rows.filter({ hasText: "succeeded" }).first().waitFor({ state: "detached" });
  const states = await rows.locator(".state").allTextContents();
  t.ok(states.length > 5 && states.every((state) => state.startsWith("failed")), "and holds");
  await visit("/runs?where=state+%3D+failed+and+lrr+%3C+1");
  t.equal(await page.locator(".mistake mark").textContent(), "lrr");
  seen.complaints.length = 0; // The browser tells of the 400 too.
});

t.test("by keyboard alone: move, choose, compare, find, ask for the keys, go elsewhere", async (t) => {
  await visit("/runs");
  for (const key of ["j", "x", "j", "x"]) await page.keyboard.press(key);
  await page.getByText("2 chosen").waitFor();
  const chosen = query("sel")?.split(",") ?? [];
  t.equal(chosen.length, 2, "what is chosen is in the address");
  await page.keyboard.press("c");
  await page.waitForURL(/\/compare\?/);
  t.strictSame(new URL(page.url()).searchParams.getAll("run").toSorted(), chosen.toSorted());
  await page.goBack();
  await page.getByText("2 chosen").waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).getByText("compare the chosen").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find" }).fill("notebook");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/notebook$/);
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await page.waitForURL((url) => url.pathname === "/");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
});

t.test("runs are gathered, with a metric over them, and each group opens", async (t) => {
  await visit("/runs?by=user&metric=loss");
  const group = page.locator("details.group").first();
  await group.locator(".spread b").waitFor();
  await group.locator("summary").click();
  await group.getByRole("grid", { name: "Runs of the group" }).locator(".table-row a").first().waitFor();
  t.equal(await group.locator(".problem").count(), 0);
});

t.test("a theme that was chosen stays", async (t) => {
  await visit("/");
  const ground = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
  const light = await ground();
  for (const theme of ["light", "dark"]) {
    await page.keyboard.press("t");
    await page.locator(`html[data-theme=${theme}]`).waitFor();
  }
  const dark = await ground();
  t.not(dark, light);
  await visit("/runs");
  t.equal(await ground(), dark);
  await page.keyboard.press("t");
  await page.locator("html:not([data-theme])").waitFor();
  t.equal(await ground(), light, "as the system has it");
});

t.test("everybody can use it: in both themes, on a wide and on a narrow screen", async (t) => {
  const wide = { width: 1440, height: 900 };
  for (const where of ["/", "/runs?sel=a,b&cols=name,state,metrics.loss", "/runs?by=user&metric=loss", "/notebook"])
    for (const [scheme, size] of [
      ["light", wide],
      ["dark", { width: 360, height: 740 }],
    ] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.setViewportSize(size);
      await visit(where);
      t.strictSame(await seen.inaccessible(), [], `${where}, ${scheme}`);
      t.equal(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0, "and nothing hangs out");
    }
  await page.setViewportSize(wide);
});

t.test("what happens is seen without doing anything", async (t) => {
  await visit("/runs?name=seen-moving&cols=name,state");
  await page.getByRole("heading", { name: "No run is like that" }).waitFor();
  const go = path.join(place.dir, "go");
  const command = ["sh", "-c", 'until [ -e "$1" ]; do sleep 0.1; done', "sh", go];
  const ended = place.run(["lab", "run", "-w", "--name", "seen-moving", "--", ...command], {
    cwd: path.dirname(place.recipe),
  });
  await rows.filter({ hasText: "seen-moving" }).getByText("running").waitFor();
  fs.writeFileSync(go, "");
  await rows.filter({ hasText: "seen-moving" }).getByText("succeeded").waitFor();
  t.equal((await ended).code, 0);
});

t.test("and the browser complained of nothing", async (t) => t.strictSame(seen.complaints, []));
