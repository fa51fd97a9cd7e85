import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t, { type Test } from "tap";
import type { Agent } from "../../../lib/record/agent.js";
import type { Lease } from "../../../lib/record/queue.js";
import { agentFiles, lastBeat, silence_ms } from "../../../lib/registry/agent.js";
import { initRegistry, initUser } from "../../../lib/registry/init.js";
import type { Registry } from "../../../lib/registry/open.js";

const lease = (token: string, host: string, at = "2026-01-01T00:00:00Z"): Lease => ({
  type: "lease",
  v: 1,
  host,
  boot: `boot of ${host}`,
  pid: 1,
  pid_start: "1",
  token,
  at,
});
const agent = (token: string, host: string): Agent => ({
  type: "agent",
  v: 1,
  host,
  pid: 1,
  token,
  loop: true,
  started_at: "2026-01-01T00:00:00Z",
  at: "2026-01-01T00:00:00Z",
  parts: [],
});

function fresh(t: Test): { registry: Registry; beat: string } {
  const base = path.join(t.testdir(), "registry");
  const { registry } = initRegistry({ base, uid: os.userInfo().uid, now: Date.now() });
  initUser(registry);
  return { registry, beat: path.join(base, "leases", registry.user, "agent.beat.json") };
}

t.test("of a home on several hosts one has the agent, until it is silent or gives it back", async (t) => {
  const { registry, beat } = fresh(t);
  const files = agentFiles(registry);
  // Whoever asks is on the host b and sees none of the processes of a.
  const onB = (mine: Lease) =>
    files.take(
      mine,
      ({ host }) => host === "b",
      () => true,
    );
  t.equal(lastBeat(registry), undefined);
  t.ok(files.take(lease("1", "a", new Date().toISOString()), () => true, () => true)); // biome-ignore format: one line
  t.notOk(onB(lease("2", "b")), "it was taken a moment ago, and has not beaten yet");
  t.equal(files.holder()?.token, "1");
  files.beat(agent("1", "a"));
  t.match(lastBeat(registry), { agent: { host: "a" } });
  t.notOk(onB(lease("2", "b")), "its heart was heard");
  files.release(lease("1", "a"));
  t.ok(onB(lease("2", "b")), "given back");
  t.notOk(onB(lease("3", "b")), "on one host a process counts, not its heart");
  t.ok(files.take(lease("3", "b"), ({ host }) => host === "b", () => false), "which has ended"); // biome-ignore format: one line
  const old = (Date.now() - silence_ms - 10_000) / 1000;
  fs.utimesSync(beat, old, old);
  t.ok(files.take(lease("4", "c"), () => false, () => true), "silent for too long, by the file server's clock"); // biome-ignore format: one line
  t.equal(files.holder()?.token, "4");
});

t.test("a heartbeat that cannot be read, or is another's, is none", async (t) => {
  const { registry, beat } = fresh(t);
  for (const text of ["", "{", '{"type":"agent","v":2}', '{"type":"lease","v":1}']) {
    fs.writeFileSync(beat, text);
    t.equal(lastBeat(registry), undefined, text);
  }
  fs.rmSync(beat);
  fs.symlinkSync("/etc/hostname", beat);
  t.equal(lastBeat(registry), undefined, "a link");
});
