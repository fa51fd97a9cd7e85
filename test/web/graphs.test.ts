// Lineage, sweeps, pipelines and the pages beside them, as a person sees and uses them.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import { openRegistry } from "../../lib/registry/open.js";
import { look, serve } from "../support/browser.js";
import { labRegistry } from "../support/lab-registry.js";
import { needs } from "../support/needs.js";
import { sandbox } from "../support/sandbox.js";

t.setTimeout(900_000);

t.test("graphs in a browser", async (t) => {
  if (!needs(t, "chromium")) return;
  const place = await sandbox({ name: "graphs" });
  t.teardown(() => place.remove());
  const policies = path.join(place.dir, "policies");
  fs.mkdirSync(policies);
  fs.appendFileSync(place.cluster, `\n[dispatch]\npolicies_dir = ${JSON.stringify(policies)}\n`);
  const recipe = 'name = "evaluate"\ncommand = ["true"]\n[inputs.checkpoint]\ntype = "checkpoint"\n';
  fs.writeFileSync(path.join(policies, "evaluate.toml"), recipe);
  const policy = 'name = "if-eval"\nrecipe = "evaluate.toml"\n[applies_to]\ntype = "checkpoint_stream"\n';
  fs.writeFileSync(path.join(policies, "if-eval.toml"), policy);
  const lab = labRegistry(openRegistry(place.registry, os.userInfo().uid));
  const served = await serve(place.env);
  t.teardown(() => served.stop());
  const { page, visit, inaccessible, complaints, close } = await look(served);
  t.teardown(close);

  await t.test("every page is there, for everybody, on wide and narrow screens and in the dark", async (t) => {
    const pages = [
      `/lineage/${lab.checkpoint}`,
      `/lineage/${lab.dataset}?find=ablate`,
      "/pipelines",
      `/pipelines/${lab.pipelines.underWay}`,
      "/sweeps",
      `/sweeps/${lab.sweep}`,
      "/artifacts",
      `/artifacts/${lab.checkpoint}`,
      "/policies",
      "/policies/if-eval",
      "/queue",
      "/doctor",
      `/evaluations/${lab.train}`,
    ];
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

  await t.test("arrow keys go along the edges of lineage, and + shows more", async (t) => {
    await visit(`/lineage/${lab.checkpoint}`);
    const focused = (name: string) => page.locator(".graph-node:focus-within", { hasText: name }).waitFor();
    await page.locator(".place.asked a").focus();
    for (const [key, name] of [
      ["ArrowLeft", "fit_qwen3vl"],
      ["ArrowLeft", "dataset"],
      ["ArrowLeft", "prepare"],
      ["ArrowRight", "dataset"],
    ] as const) {
      await page.keyboard.press(key);
      await focused(name);
    }
    const overlaps = await page.evaluate(`(() => {
      const boxes = [...document.querySelectorAll(".graph-node")].map((node) => node.getBoundingClientRect());
      const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      return boxes.filter((a, i) => boxes.some((b, j) => i < j && meet(a, b))).length;
    })()`);
    t.equal(overlaps, 0);
    await page.getByLabel("Find in the graph").fill("report");
    await page.locator(".graph-node.marked", { hasText: "report" }).waitFor();
    t.match(page.url(), /find=report/);
    await page.keyboard.press("Enter");
    await page.getByText("1 of 1").waitFor();
    await page.locator(".graph-node.current", { hasText: "report" }).waitFor();
    await visit(`/lineage/${lab.checkpoint}?direction=up&depth=1`);
    const nodes = page.locator(".graph-node");
    const before = await nodes.count();
    await page.locator(".place-more.up").first().click();
    await nodes.nth(before).waitFor();
    await page.locator(".place.asked a").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/artifacts\/art-/);
  });

  await t.test(
    "what is alike is one thing, which opens; a bar of the Gantt chart is its run, and is saved with its numbers",
    async (t) => {
      await visit(`/lineage/${lab.dataset}?direction=down`);
      const pile = page.locator(".place.pile", { hasText: "ablate" });
      const some = await page.locator(".graph-node").count();
      await pile.first().locator("button").click();
      await page.waitForURL(/open=alike-/);
      await page.locator(".graph-node").nth(some).waitFor();
      await visit(`/pipelines/${lab.pipelines.underWay}`);
      t.match(await page.locator(".gantt a", { hasText: "probe" }).getAttribute("href"), /^\/runs\/\d{8}-/);
      const saved = page.waitForEvent("download");
      await page.locator(".gantt .export button").click();
      await page.getByRole("menuitem", { name: "CSV" }).click();
      const file = fs.readFileSync((await (await saved).path()) ?? "", "utf8");
      t.match(file, /^stage,run,state,submitted_at,started_at,ended_at\nprepare,.*,succeeded,/);
    },
  );

  await t.test("cells of a sweep choose its points, a brush keeps some of them, and these are compared", async (t) => {
    await visit(`/sweeps/${lab.sweep}`);
    t.match(await page.locator(".axis-bars li").first().textContent(), /params\.lr/);
    await page.locator(".heat-cell").nth(2).click();
    const compare = page.getByRole("link", { name: "Compare 3" });
    t.equal(new URL((await compare.getAttribute("href")) ?? "", served.origin).searchParams.getAll("run").length, 3);
    const axis = (await page.locator(".brush-place").first().boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(axis.x + axis.width / 2, axis.y + axis.height * 0.4);
    await page.mouse.down();
    await page.mouse.move(axis.x + axis.width / 2, axis.y + axis.height * 0.6, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/brush=params\.lr/);
    t.match(await page.locator(".panel.wide h2").last().textContent(), /9 of 45/);
    await page.locator(".brush-place").nth(1).focus();
    await page.keyboard.press("ArrowUp");
    await page.waitForURL(/params\.width/);
    t.match(await page.locator(".panel.wide h2").last().textContent(), /6 of 45/, "keys do so, too");
  });

  await t.test("a rollout is gone through by keys", async (t) => {
    await visit(`/evaluations/${lab.train}`);
    await page.locator(".rollout img").waitFor();
    await page.locator("body").press("ArrowRight");
    await page.locator('.rollout img[alt="Frame 1"]').waitFor();
    const seen = await page.evaluate(
      'document.querySelector(".rollout img").decode().then(() => document.querySelector(".rollout img").naturalWidth)',
    );
    t.equal(seen, 320);
  });

  t.strictSame(complaints, []);
});
