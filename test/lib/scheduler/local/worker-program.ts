// A worker as a process of its own, which can be told to be killed right before or right after it writes a fact.
import os from "node:os";
import { openRegistry } from "../../../../lib/registry/open.js";
import { queueFiles } from "../../../../lib/registry/queue.js";
import { onWrite } from "../../../../lib/registry/write.js";
import { runWorker } from "../../../../lib/scheduler/local/run-worker.js";
import type { QueueStore } from "../../../../lib/scheduler/local/store.js";
import type { ProgramOptions } from "./harness.js";

const { base, host, capacity, kill, ...times } = JSON.parse(process.argv[2] ?? "") as ProgramOptions;
const store: QueueStore = queueFiles(openRegistry(base, os.userInfo().uid));

/** `temp:started` and `link:started` are the instants before, `done:started` the one after; of the host's log `…:reserved`. */
function die(instant: string): void {
  if (instant === kill) process.kill(process.pid, "SIGKILL");
}

onWrite((step, file) => die(`${step}:${file.includes("/hosts/") ? "reserved" : file.split(".").at(-2)}`));
const mortal: QueueStore = {
  ...store,
  reservations(name) {
    const log = store.reservations(name);
    const link: typeof log.link = (...entry) => {
      const made = log.link(...entry);
      die("done:reserved");
      return made;
    };
    return { ...log, link };
  },
  openOutput(queued) {
    die("output");
    return store.openOutput(queued);
  },
  note(job, fact, record, restart) {
    const made = store.note(job, fact, record, restart);
    die(`done:${fact}`);
    return made;
  },
};
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
const report = (message: string) => process.stderr.write(`${message}\n`);
process.stdout.write(`${await runWorker({ store: mortal, host, capacity, signal: stop.signal, report, ...times })}\n`);
