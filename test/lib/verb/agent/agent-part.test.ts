import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { stopSignal } from "../../../../lib/record/stop-signal.js";
import { after, pauseAfter, runPart } from "../../../../lib/verb/agent/agent-part.js";
import { until } from "../../../support/sandbox.js";

const part = { name: "lab-reconcile", interval_s: 60 };
const start = Date.parse("2026-01-01T00:00:00Z");
const minute = 60_000;
const outage = (seconds: number) => `lab-reconcile: cannot reach Slurm for ${seconds}s (job 4512, run k7q3mz)`;

t.test("an outage is one notice when it begins and one when it is over, and is tried ever more rarely", async (t) => {
  let known: Parameters<typeof after>[1] = { name: part.name, failures: 0 };
  const heard: string[][] = [];
  const pauses: number[] = [];
  let now = start;
  for (let i = 0; i < 8; i += 1) {
    const { part: next, news } = after(part, known, { code: 69, lines: [outage(i)] }, { turn: now, begun: now, now });
    heard.push(news);
    pauses.push((Date.parse(next.next_at ?? "") - now) / 1000);
    now = Date.parse(next.next_at ?? "");
    known = next;
  }
  t.strictSame(heard[0], [
    outage(0),
    "lab-reconcile ended with status 69; it is tried again in 2m 00s, then more and more rarely",
  ]);
  t.strictSame(heard.slice(1).flat(), []);
  t.strictSame(pauses, [120, 240, 480, 900, 900, 900, 900, 900]);
  t.match(known, { failures: 8, failing_since: "2026-01-01T00:00:00.000Z", message: outage(7), exit_code: 69 });
  const { part: well, news } = after(part, known, { code: 0, lines: [] }, { turn: now, begun: now, now });
  t.strictSame(news, ["lab-reconcile works again, after 1h 29m"]);
  t.match(well, { failures: 0, exit_code: 0 });
  t.notOk(well.failing_since ?? well.message);
  t.equal(Date.parse(well.next_at ?? "") - now, minute);
});

t.test("what is wrong with a record is said once a day, and nothing waits for it", async (t) => {
  const lines = ["lab-advance: k7q3mz: cannot read 'x'", "lab-advance: m2x9ab: cannot read 'x'"];
  const at = (now: number) => ({ turn: now, begun: now, now });
  const first = after(part, { name: part.name, failures: 0 }, { code: 1, lines }, at(start));
  t.strictSame(first.news, lines, "of two runs");
  t.match(first.part, { failures: 0, message: lines[1], next_at: "2026-01-01T00:01:00.000Z" });
  const more = [...lines, "lab-advance: other"];
  t.strictSame(after(part, first.part, { code: 1, lines: more }, at(start + minute)).news, ["lab-advance: other"]);
  const day = after(part, first.part, { code: 1, lines }, at(start + 1441 * minute));
  t.strictSame(day.news, lines);
});

t.test("who is seldom due waits no longer for having failed", async (t) => {
  t.equal(pauseAfter(3, 3600), 3600);
  t.equal(pauseAfter(0, 1), 1);
  t.equal(pauseAfter(1e6, 1), 900);
});

t.test("a part is run to its end, and asked to end with the agent", async (t) => {
  const never = stopSignal();
  const env = { PATH: process.env["PATH"], WORD: "heard" };
  t.strictSame(await runPart("echo not this; echo $WORD >&2; echo >&2; exit 3", env, never.signal), {
    code: 3,
    lines: ["heard"],
  });
  t.match(await runPart("kill -9 $$", env, never.signal), { code: 137 });
  const stop = stopSignal();
  const up = path.join(t.testdir(), "up");
  const loop = `(trap 'echo inner >&2; exit 0' TERM; : >'${up}'; while :; do sleep 0.05; done) | cat`;
  const ended = runPart(loop, env, stop.signal);
  await until("the part is up", () => fs.existsSync(up));
  stop.abort();
  const { lines } = await ended;
  t.match(lines.join("\n"), "inner", "all processes of the part hear of it");
  const before = stopSignal();
  before.abort();
  t.match(await runPart("sleep 60", env, before.signal), { lines: [] }, "also where the wish came before");
});
