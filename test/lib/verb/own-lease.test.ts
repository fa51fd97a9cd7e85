// What takes a moment and is done by one process of a user at a time.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import type { Lease } from "../../../lib/record/queue.js";
import { stopSignal } from "../../../lib/record/stop-signal.js";
import { leaseFiles } from "../../../lib/registry/lease.js";
import { ownDirectory } from "../../../lib/registry/open.js";
import { alone, ownLease } from "../../../lib/verb/own-lease.js";
import { throttle } from "../../../lib/verb/policy/throttling.js";
import { fakeContext } from "./fake-context.js";

t.test("another one is waited for; one that was killed, or that was begun long ago elsewhere, is not", async (t) => {
  const context = fakeContext(t);
  const registry = context.given;
  const release = await alone(registry, "x", context);
  let second: (() => void) | undefined;
  const waiting = alone(registry, "x", context).then((given) => {
    second = given;
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.equal(second, undefined);
  release?.();
  await waiting;
  t.type(second, "function");
  second?.();
  const files = leaseFiles(ownDirectory(registry, "leases"), "x", registry.uid);
  const dead: Partial<Lease>[] = [{ pid_start: "1" }, { host: "elsewhere", at: "2026-01-02T03:04:05.000Z" }];
  for (const more of dead) {
    t.ok(files.take({ ...ownLease(), ...more }, () => false));
    const given = await alone(registry, "x", context);
    t.type(given, "function", JSON.stringify(more));
    given?.();
  }
  const stop = stopSignal();
  const held = await alone(registry, "x", context);
  stop.abort();
  t.equal(await alone(registry, "x", { ...context, signal: stop.signal }), undefined, "a stopped one waits for nobody");
  held?.();
});

t.test("lab-throttle asks nobody as long as another one is at it, and gives its lease back", async (t) => {
  const context = fakeContext(t);
  const registry = context.given;
  const marker = path.join(ownDirectory(registry, "active"), "20260102-030405-abcdef");
  fs.writeFileSync(marker, "");
  let asked = 0;
  const queue = async () => {
    asked += 1;
    return new Map();
  };
  const fake = { ...(await context.scheduler()), queue };
  const given = { ...context, scheduler: async () => fake };
  const release = await alone(registry, "throttle", context);
  const options = { order: "oldest", release: true, name: [], recipe: [], max: undefined };
  const pass = async () => {
    for await (const _ of throttle(options, given)) t.fail("nothing is held");
  };
  const passing = pass();
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.equal(asked, 0);
  release?.();
  await passing;
  t.equal(asked, 1);
  await pass();
  t.equal(asked, 2, "it gave the lease back");
});
