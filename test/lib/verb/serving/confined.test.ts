// Whatever the owner of a run puts in the place of its files, nothing of anybody else's is read for those who look, and
// nothing is waited for. (As root, who could read it.)
import { execFileSync } from "node:child_process";
import nodeFs from "node:fs";
import path from "node:path";
import t from "tap";
import { type FileSystem, sleep, useDisk } from "../../../../lib/registry/disk.js";
import { runDirectory } from "../../../../lib/registry/layout.js";
import { startServer } from "../../../../lib/serve/server.js";
import { openIndex } from "../../../../lib/verb/serving/index/index.js";
import { routesOf } from "../../../../lib/verb/serving/routes.js";
import { labRegistry } from "../../../support/lab-registry.js";
import { possible } from "../../../support/needs.js";
import { fakeContext } from "../fake-context.js";

const nobody = 65_534;
const foreign: string[] = [];

/** Node's own, that notes each file of somebody else's of which something is read. */
function noting(): FileSystem {
  const of = (file: unknown) => {
    const stat = typeof file === "number" ? nodeFs.fstatSync(file) : nodeFs.statSync(file as string);
    if (stat.isFile() && stat.uid === nobody) foreign.push(String(typeof file === "number" ? places.get(file) : file));
  };
  const places = new Map<number, string>();
  return Object.assign(Object.create(nodeFs), {
    openSync(file: string, ...rest: never[]) {
      const fd = (nodeFs.openSync as (...all: unknown[]) => number)(file, ...rest);
      places.set(fd, file);
      return fd;
    },
    readFileSync(file: string | number, ...rest: never[]) {
      const read = (nodeFs.readFileSync as (...all: unknown[]) => unknown)(file, ...rest);
      of(file);
      return read;
    },
    readSync(fd: number, ...rest: never[]) {
      of(fd);
      return (nodeFs.readSync as (...all: unknown[]) => number)(fd, ...rest);
    },
    read(fd: number, ...rest: never[]) {
      of(fd);
      return (nodeFs.read as (...all: unknown[]) => void)(fd, ...rest);
    },
  }) as FileSystem;
}

t.test("files of others in the place of a run's own", async (t) => {
  if (!possible(t, process.getuid?.() === 0, "files of another user (run it as root)")) return;
  const context = fakeContext(t);
  const { given: registry } = context;
  const lab = labRegistry(registry);
  const dir = runDirectory(registry.base, registry.user, lab.train);
  const record = JSON.parse(nodeFs.readFileSync(path.join(dir, ".lab/run.json"), "utf8"));
  record.checkpoints = { pointer: "latest" };
  nodeFs.writeFileSync(path.join(dir, ".lab/run.json"), JSON.stringify(record));
  nodeFs.writeFileSync(path.join(dir, "latest"), "step_1\n");
  nodeFs.writeFileSync(path.join(dir, ".lab/attempt-1/job.log"), "lab-metric loss=1 step=1\n");
  const kept = path.join(registry.base, "../kept");
  const theirs = path.join(registry.base, "../theirs");
  for (const to of [kept, theirs]) nodeFs.cpSync(dir, to, { recursive: true });
  execFileSync("chown", ["-R", `${nobody}:${nobody}`, theirs]);
  const all = nodeFs.readdirSync(kept, { recursive: true, encoding: "utf8" }).filter((name) => {
    return nodeFs.statSync(path.join(kept, name)).isFile();
  });
  t.ok(all.length > 8, all.join(" "));
  const areas = nodeFs.readdirSync(path.join(kept, ".lab")).filter((name) => {
    return nodeFs.statSync(path.join(kept, ".lab", name)).isDirectory();
  });
  const link = (name: string) => nodeFs.symlinkSync(path.join(theirs, name), path.join(dir, name));
  const hard = (name: string) => nodeFs.linkSync(path.join(theirs, name), path.join(dir, name));
  const pipe = (name: string) => execFileSync("mkfifo", [path.join(dir, name)]);
  const others = all.filter((name) => name !== ".lab/run.json");
  const cases: [string, string[], (name: string) => void][] = [
    ["the record is a link", [".lab/run.json"], link],
    ["the record is a pipe", [".lab/run.json"], pipe],
    ["all else are links", others, link],
    ["all else are theirs under two names", others, hard],
    ["all else are pipes", others, pipe],
    ["directories are links", areas.map((name) => `.lab/${name}`), link],
    ["all is a link", [".lab"], link],
  ];
  const paths = [
    ...["", "/events", "/why", "/key", "/reproduce", "/script", "/source", "/recipe", "/environment", "/checkpoints"],
    ...["/similar", "/narrative", "/logs", "/log?tail=9", "/log/search?q=a", "/log/raw", "/files", "/metrics"],
    ...["preview", "file"].flatMap((what) => [`/${what}?path=.lab/attempt-1/job.log`, `/${what}?path=latest`]),
  ].map((part) => `/runs/${lab.train}${part}`);
  t.teardown(() => useDisk());
  for (const [name, replaced, by] of cases) {
    nodeFs.rmSync(dir, { recursive: true });
    nodeFs.cpSync(kept, dir, { recursive: true });
    for (const one of replaced) nodeFs.rmSync(path.join(dir, one), { recursive: true });
    for (const one of replaced) by(one);
    useDisk({ fs: noting(), sleep });
    const trouble: unknown[] = [];
    const report = (error: unknown) => void trouble.push(error);
    const index = await openIndex(registry, {} as never, report);
    const server = await startServer({ routes: routesOf({ context, registry, index }), assets: {}, report }, 0);
    const more = ["/runs?fields=id,metrics.loss,note,params", "/overview", "/artifacts", "/notebook", "/sweeps"];
    for (const where of [...paths, ...more, `/compare?run=${lab.train}&run=${lab.evaluation}`]) {
      const response = await fetch(`http://127.0.0.1:${server.port}/api/v1${where}`);
      await response.arrayBuffer();
      t.ok(response.status < 500, `${name}: ${where} is ${response.status}`);
    }
    await server.close();
    await index.close();
    useDisk();
    t.strictSame([...new Set(foreign.splice(0))], [], name);
    t.strictSame(trouble, [], `${name}: no bug`);
  }
});
