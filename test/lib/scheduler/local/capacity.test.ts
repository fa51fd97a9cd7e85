import os from "node:os";
import t from "tap";
import { demandOf, hostCapacity, ignored, impossible } from "../../../../lib/scheduler/local/capacity.js";

t.test("the host's own, where nothing else is said", async (t) => {
  const own = hostCapacity();
  t.equal(own.cpus, os.availableParallelism());
  t.ok(own.mem_bytes > 0 && own.mem_bytes <= os.totalmem());
  t.ok(Number.isInteger(own.gpus));
  t.same(hostCapacity({ cpus: 3, gpus: 0, mem_bytes: 5 }), { cpus: 3, gpus: 0, mem_bytes: 5 });
});

t.test("a job that names nothing takes a processor", async (t) => {
  t.same(demandOf({}), { cpus: 1, gpus: 0, mem_bytes: 0 });
});

t.test("possible up to the last, impossible beyond", async (t) => {
  const capacity = { cpus: 2, gpus: 1, mem_bytes: 1024 };
  t.equal(impossible({ cpus: 2, gpus: 1, mem_bytes: 1024, nodes: 1 }, capacity), undefined);
  t.equal(impossible({ gpus: 2 }, capacity), "asks for 2 gpus; this host has 1 ([local] gpus)");
  t.equal(impossible({ mem_bytes: 2048 }, capacity), "asks for 2.0 KiB of memory; this host has 1.0 KiB ([local] mem)");
});

t.test("words for a cluster only are named", async (t) => {
  t.same(ignored({ cpus: 1, time_s: 5, qos: "high", gpu_mem_bytes: 1 }), ["qos", "gpu_mem"]);
});
