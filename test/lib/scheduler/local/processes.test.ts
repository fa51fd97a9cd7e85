import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import {
  ageOf,
  bootId,
  isRunning,
  processesOf,
  processStart,
  sessionRemains,
  signalGroup,
  signalProcess,
  standingOf,
} from "../../../../lib/scheduler/local/processes.js";
import { until } from "./harness.js";

const self = process.pid;

t.test("this process and this boot", async (t) => {
  const start = processStart(self);
  t.match(start, /^\d+$/);
  t.ok(isRunning({ pid: self, pid_start: start ?? "" }));
  t.notOk(isRunning({ pid: self, pid_start: "1" }), "a pid that was given again is another process");
  t.match(bootId(), /^[0-9a-f-]{36}$/);
});

t.test("a name with parentheses and spaces, a session, a zombie, a signal", async (t) => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lab-proc-"));
  t.teardown(() => fs.rmSync(directory, { recursive: true }));
  const odd = path.join(directory, "a) S 1 2 (b");
  fs.copyFileSync("/bin/sleep", odd);
  fs.chmodSync(odd, 0o755);
  const child = spawn(odd, ["300"], { detached: true, env: { MARK: "x", PATH: process.env["PATH"] }, stdio: "ignore" });
  const pid = child.pid ?? 0;
  await until("its name", () => fs.readFileSync(`/proc/${pid}/stat`, "utf8").includes("a) S 1 2"));
  const id = { pid, pid_start: processStart(pid) ?? "" };
  t.ok(isRunning(id));
  t.same(processesOf(pid, "MARK=none"), [id], "by its session");
  t.same(
    processesOf(1, "MARK=x").filter((found) => found.pid === pid),
    [id],
    "by what it carries",
  );
  t.same(
    processesOf(0, "MARK=").filter((found) => found.pid === pid),
    [],
    "whole words only",
  );
  signalProcess({ pid, pid_start: "1" }, "SIGKILL");
  signalGroup({ pid, pid_start: "1" }, "SIGKILL");
  t.ok(isRunning(id), "another process of that pid is not meant");
  signalGroup(id, "SIGTERM");
  const [, signal] = await once(child, "exit");
  t.equal(signal, "SIGTERM");
  t.notOk(isRunning(id));
  signalProcess(id, "SIGKILL");
  signalGroup(id, "SIGKILL");
});

t.test("how old a process is, by no clock that anybody sets", async (t) => {
  const pid_start = processStart(self) ?? "";
  t.intercept(Date, "now", { value: () => 0 });
  const age = ageOf({ pid_start });
  t.ok(Math.abs(age - process.uptime()) < 1, `${age} s`);
  t.equal(ageOf({ pid_start: String(Number(pid_start) + 1e6) }), 0, "nothing is younger than now");
});

t.test("running, stopped, gone; and what is left of a session", async (t) => {
  const leader = spawn("bash", ["-c", "sleep 300 & sleep 300"], { detached: true, stdio: "ignore" });
  const id = { pid: leader.pid ?? 0, pid_start: processStart(leader.pid ?? 0) ?? "" };
  t.teardown(() => signalGroup(id, "SIGKILL"));
  t.equal(standingOf(id), "running");
  leader.kill("SIGSTOP");
  await until("it to stop", () => standingOf(id) === "stopped");
  t.ok(sessionRemains(id));
  leader.kill("SIGCONT");
  await until("its own", () => processesOf(id.pid, "X=").length >= 2);
  leader.kill("SIGKILL");
  await until("it to go", () => standingOf(id) === "gone");
  t.ok(sessionRemains(id), "others of it are there");
  t.notOk(sessionRemains({ ...id, pid: self }), "another process of that number is another session");
  t.equal(standingOf({ ...id, pid: self }), "gone");
  for (const { pid } of processesOf(id.pid, "X=")) process.kill(pid, "SIGKILL");
  await until("them to go", () => !sessionRemains(id));
});

t.test("a number that no process can have", async (t) => {
  t.equal(standingOf({ pid: 2 ** 22 + 1, pid_start: "1" }), "gone");
  t.equal(standingOf({ pid: 2 ** 40, pid_start: "1" }), "gone");
});

t.test("a zombie has ended", async (t) => {
  // Its parent becomes a sleep, which waits for nobody.
  const child = spawn("bash", ["-c", "sleep 0.1 & echo $!; exec sleep 300"], { stdio: ["ignore", "pipe", "ignore"] });
  t.teardown(() => child.kill("SIGKILL"));
  const [line] = await once(child.stdout, "data");
  const zombie = Number(line);
  await until("it to end", () => fs.readFileSync(`/proc/${zombie}/stat`, "utf8").includes(") Z "));
  t.equal(processStart(zombie), undefined);
});
