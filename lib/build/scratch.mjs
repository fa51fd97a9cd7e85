// Where a run of tests puts what it makes: one directory, of which nothing stays when it ends, however it ends.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "./build.mjs";

const prefix = "labkit-test-";
const day_ms = 86_400_000;

/**
 * Makes the directory, under a name that nobody can foresee, with a copy of the commands as they are built now: every user
 * of the machine can read it, and nobody builds it anew meanwhile. `env` tells the tests of it; `temporary()` makes
 * a directory such as /tmp for one test file. Whoever calls it calls `remove()`; what runs that were killed have left for
 * a day goes first.
 */
export function scratch() {
  const parent = fs.realpathSync(os.tmpdir());
  removeStale(parent);
  if (process.getuid?.() === 0) removeLeftByJobs(day_ms);
  const dir = fs.mkdtempSync(path.join(parent, prefix));
  const memory = memoryWithRoom();
  if (memory) removeStale(memory);
  const inMemory = memory === undefined ? dir : fs.mkdtempSync(path.join(memory, prefix));
  if (memory) fs.chmodSync(inMemory, 0o755);
  copyCommands(dir);
  spawnSync("chmod", ["-R", "go=u,go-w", dir]);
  const bin = path.join(dir, "bin");
  fs.mkdirSync(bin, { mode: 0o755 });
  linkPython(bin);
  let made = 0;
  return {
    env: { LAB_TEST_DIST: path.join(dir, "dist"), PATH: `${bin}:${process.env.PATH}` },
    /** Where it can be, in memory: to make and remove a registry there costs half. */
    temporary(quick = false) {
      made += 1;
      const own = path.join(quick ? inMemory : dir, String(made));
      fs.mkdirSync(own);
      fs.chmodSync(own, 0o1777);
      return own;
    },
    remove() {
      for (const place of new Set([dir, inMemory])) removeTree(place);
    },
  };
}

/**
 * Removes what jobs of the test cluster's users, which Slurm gives no TMPDIR, left when they were killed: what is older
 * than that and in no process's environment. Those users have no other jobs.
 */
export function removeLeftByJobs(olderThan_ms) {
  const users = fs.readFileSync("/etc/passwd", "utf8").matchAll(/^lab-(?:alice|bob|carol):[^:]*:(\d+):/gm);
  const uids = new Set(Array.from(users, ([, uid]) => Number(uid)));
  for (const name of fs.readdirSync("/tmp").filter((entry) => /^lab-[0-9a-z]{6}\.\w{8}$/.test(entry))) {
    const dir = path.join("/tmp", name);
    const stat = fs.lstatSync(dir, { throwIfNoEntry: false });
    if (!stat?.isDirectory() || !uids.has(stat.uid) || Date.now() - stat.mtimeMs < olderThan_ms) continue;
    if (!isInUse(dir)) removeTree(dir);
  }
}

/** A file system in memory where programs may run and much is free, in it and in the machine, if there is one. */
function memoryWithRoom() {
  if (process.env.TMPDIR !== undefined) return undefined; // Whoever says where, means it.
  const enough_bytes = 4 * 2 ** 30;
  try {
    const mounts = fs.readFileSync("/proc/self/mounts", "utf8");
    const options = /^\S+ \/dev\/shm tmpfs (\S+)/m.exec(mounts)?.[1]?.split(",") ?? ["noexec"];
    const available = 1024 * Number(/^MemAvailable: +(\d+)/m.exec(fs.readFileSync("/proc/meminfo", "utf8"))?.[1]);
    const { bavail, bsize } = fs.statfsSync("/dev/shm");
    const fits = bavail * bsize > enough_bytes && available > 2 * enough_bytes;
    return fits && options.includes("rw") && !options.includes("noexec") ? "/dev/shm" : undefined;
  } catch {
    return undefined;
  }
}

function isInUse(dir) {
  return fs.readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/environ`, "utf8").includes(dir);
    } catch {
      return false;
    }
  });
}

function copyCommands(dir) {
  try {
    for (const name of ["dist", "man"]) fs.cpSync(path.join(root, name), path.join(dir, name), { recursive: true });
  } catch (error) {
    removeTree(dir);
    throw new Error(`cannot copy the commands (npm run build makes them): ${error.message}`);
  }
}

/** Version managers put a script in front of Python, which takes ten times as long to start as Python. */
function linkPython(bin) {
  const { stdout } = spawnSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" });
  const real = stdout?.trim() ?? "";
  if (path.isAbsolute(real)) fs.symlinkSync(real, path.join(bin, "python3"));
}

function removeStale(parent) {
  for (const name of fs.readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    const dir = path.join(parent, name);
    const stat = fs.lstatSync(dir, { throwIfNoEntry: false });
    if (stat?.isDirectory() && stat.uid === process.getuid?.() && Date.now() - stat.mtimeMs > day_ms) removeTree(dir);
  }
}

/** Removes a tree with what a test could not put away: clusters of its own, file systems, directories closed to itself. */
export function removeTree(dir) {
  if (!fs.existsSync(dir)) return;
  for (const own of clustersIn(dir)) {
    const env = { ...process.env, LAB_TEST_CLUSTER: own };
    spawnSync(path.join(root, "test/slurm/cluster"), ["down", "--purge"], { env, stdio: "ignore" });
  }
  for (const mount of mountsIn(dir)) spawnSync("umount", ["-l", mount]);
  const again = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 };
  try {
    fs.rmSync(dir, again);
  } catch {
    spawnSync("chmod", ["-R", "u+rwX", dir]);
    try {
      fs.rmSync(dir, again);
    } catch (error) {
      process.stderr.write(`!!! cannot remove '${dir}': ${error.message}\n`);
    }
  }
}

/** As test/slurm/scheduler-harness.ts names them. */
function clustersIn(dir) {
  return [dir, ...subdirectories(dir)].flatMap((parent) =>
    subdirectories(parent).filter((name) => path.basename(name).startsWith("labkit-own-")),
  );
}

function subdirectories(dir) {
  const entries = fs.readdirSync(dir, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(dir, name));
}

function mountsIn(dir) {
  if (!fs.existsSync("/proc/self/mounts")) return [];
  const points = fs
    .readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) =>
      (line.split(" ")[1] ?? "").replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(parseInt(code, 8))),
    );
  return points.filter((point) => point.startsWith(`${dir}/`)).reverse();
}
