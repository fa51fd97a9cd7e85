// Logs and files of a run in a real browser, a log that goes on, and how soon a change is told of.
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

  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const events = await fetch(`${served.origin}/api/v1/events`, { headers: served.headers, signal: stop.signal });
  const told = (async () => {
    let text = "";
    for await (const piece of events.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(piece);
      if (text.includes(going) && text.includes("event: change")) return Date.now();
    }
    return Number.NaN;
  })();
  const before = Date.now();
  await place.run(["lab", "cancel", going]);
  const after = await told;
  t.ok(Number.isFinite(after), `told of ${(after - before) / 1000} s after the command that changes it began`);
});
