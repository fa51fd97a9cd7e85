// Logs and files of a run in a real browser, a log that goes on, and what changes on disk while somebody looks.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { look, serve } from "../support/browser.js";
import { needs } from "../support/needs.js";
import { sandbox, until } from "../support/sandbox.js";

t.setTimeout(600_000);
const script = `mkdir results; ln -s /etc/passwd results/out; printf 'name,loss\\na,0.5\\n' >results/table.csv
i=0; while [ $i -lt 5000 ]; do echo "step $i"; i=$((i+1)); [ $i = 2500 ] && printf '\\033[31mneedle\\033[0m here\\n'; done; true`;

t.test("a reader of logs and files", async (t) => {
  if (!needs(t, "chromium")) return;
  const place = await sandbox({ name: "content", extra: '[local]\nidle = "1s"\n' });
  t.teardown(() => place.remove());
  const made = await place.run(["lab", "run", "-q", "-w", "--", "sh", "-c", `cd "$LAB_RUN_DIR"; ${script}`]);
  t.equal(made.code, 0, made.stderr);
  const ended = made.stdout.trim();
  const served = await serve(place.env);
  t.teardown(() => served.stop());
  const { page, visit, inaccessible, complaints, close } = await look(served);
  t.teardown(close);

  await visit(`/runs/${ended}?tab=logs`);
  await page.getByText("step 4999", { exact: true }).waitFor();
  t.ok((await page.locator(".log-line").count()) < 200, "only what is in sight is drawn");
  const find = page.getByLabel("Find in the whole log");
  await find.fill("needle");
  await find.press("Enter");
  await page.getByText("1 line", { exact: true }).waitFor();
  await find.press("Enter");
  await page.locator(".log-line.chosen .ansi-red mark").waitFor();
  t.match(page.url(), /find=needle/);
  t.match(page.url(), /at=\d+/, "and a link leads to the line");
  t.strictSame(await inaccessible(), []);

  await visit(`/runs/${ended}?tab=files&dir=results`);
  await page.getByText("/etc/passwd").waitFor();
  await page.getByRole("link", { name: "table.csv" }).click();
  await page.getByRole("columnheader", { name: "loss" }).waitFor();
  t.strictSame(await inaccessible(), []);
  await page.emulateMedia({ colorScheme: "dark" });
  t.strictSame(await inaccessible(), [], "nor in the dark");

  const going = (await place.run(["lab", "run", "-q", "--", "sleep", "600"])).stdout.trim();
  t.teardown(() => place.run(["lab", "cancel", going]));
  const [user = ""] = fs.readdirSync(path.join(place.registry, "runs"));
  const log = path.join(place.registry, "runs", user, going, ".lab/attempt-1/job.log");
  await until("the job has a log", () => fs.existsSync(log));
  fs.appendFileSync(log, "first\n");
  await visit(`/runs/${going}?tab=logs`);
  await page.getByText("first", { exact: true }).waitFor();
  fs.appendFileSync(log, "what came later\n");
  await page.getByText("what came later").waitFor();
  t.strictSame(complaints, []);
});

t.test("what is new on disk is on the page", async (t) => {
  if (!needs(t, "chromium")) return;
  const place = await sandbox({ name: "news", extra: '[local]\nidle = "1s"\n' });
  t.teardown(() => place.remove());
  const served = await serve(place.env);
  t.teardown(() => served.stop());
  const { page, visit, close } = await look(served);
  t.teardown(close);
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const listen = async (after?: string) => {
    const headers = { ...served.headers, ...(after === undefined ? {} : { "last-event-id": after }) };
    const events = await fetch(`${served.origin}/api/v1/events`, { headers, signal: stop.signal });
    const heard = { text: "" };
    void (async () => {
      for await (const piece of events.body as unknown as AsyncIterable<Uint8Array>) heard.text += Buffer.from(piece);
    })().catch(() => {});
    await until("the stream has begun", () => heard.text.includes("\n\n"));
    return heard;
  };
  const since = (file: string) => (Date.now() - fs.statSync(file).mtimeMs) / 1000;
  await visit("/runs");
  const heard = await listen();
  const before = /^id: (.*)$/m.exec(heard.text)?.[1];
  // Nothing of these words was there before.
  const id = (await place.run(["lab", "run", "-q", "--name", "never-seen", "--", "sleep", "600"])).stdout.trim();
  t.teardown(() => place.run(["lab", "cancel", id]));
  const lab = path.join(place.registry, "runs", fs.readdirSync(path.join(place.registry, "runs"))[0] ?? "", id, ".lab");
  await page.getByText("never-seen").first().waitFor();
  t.comment(`a new run is seen ${since(path.join(lab, "run.json"))} s after its record was written`);
  await until("it is told of", () => heard.text.includes(id));

  await until("it runs", () => fs.existsSync(path.join(lab, "attempt-1/start.json")));
  await visit(`/runs/${id}`);
  const metrics = path.join(lab, "attempt-1/metrics-test-1.ndjson");
  fs.writeFileSync(metrics, '{"name": "unheard-of", "value": 0.12345, "step": 1}\n');
  await page.getByText("unheard-of").first().waitFor();
  t.comment(`a metric is seen ${since(metrics)} s after it was written`);
  // The page of a run reads its files; lists hear of it at the next look of the index.
  const listed = async () =>
    (await fetch(`${served.origin}/api/v1/runs?fields=id,metrics.unheard-of`, { headers: served.headers })).text();
  await until("lists have it, too", async () => (await listed()).includes('"unheard-of":0.12345'));

  const missed = await listen(before);
  t.match(missed.text, id, "who comes back with the last id is told of what came meanwhile");

  await page.route("**/api/v1/events", (route) => route.fulfill({ status: 503, body: "" }));
  await visit("/runs");
  await page.getByText("never-seen").first().waitFor();
  const other = (await place.run(["lab", "run", "-q", "--name", "by-asking", "--", "true"])).stdout.trim();
  t.ok(other);
  await page.getByText("by-asking").first().waitFor();
  t.pass("and without events it is asked for");
});
