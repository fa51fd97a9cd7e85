// lab-fsck on a registry with some of everything: it is clean, and each promise that is broken is found, it alone.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import { openers } from "../../lib/command/context.js";
import { linkPart, writeArray } from "../../lib/registry/arrays.js";
import { openRegistry } from "../../lib/registry/open.js";
import { fsck } from "../../lib/verb/fsck/fscking.js";
import { promises } from "../../lib/verb/fsck/promises.js";
import { all, heard, streamOf } from "../lib/command/fixtures.js";
import { restorer } from "../support/restore.js";
import { type Rich, richRegistry } from "../support/rich-registry.js";
import { records } from "../support/sandbox.js";

t.setTimeout(900_000);

interface Breakage {
  /** What is done to the registry. */
  break: (place: Broken) => void;
  /** What must be found, as `check path`, nothing else; the path's end is enough. */
  found: string[];
  /** Options of lab-fsck. */
  with?: string[];
  /** A later moment to look at it from, in hours. */
  later?: number;
  /** `--repair` makes it well again. */
  repair?: true;
}

/** The registry to be broken, and short ways to its files. */
interface Broken {
  rich: Rich;
  at(...parts: string[]): string;
  lab(run: keyof Rich["runs"], ...parts: string[]): string;
  /** Changes a file of JSON; what a file is linked to elsewhere stays. */
  edit(file: string, change: (record: Record<string, unknown>) => void): void;
  write(file: string, text: string): void;
  first(directory: string, of: RegExp): string;
}

function broken(rich: Rich): Broken {
  const at = (...parts: string[]) => path.join(rich.registry, ...parts);
  const write = (file: string, text: string) => {
    const { mode, atime, mtime } = fs.existsSync(file) ? fs.statSync(file) : { mode: 0o640, atime: 0, mtime: 0 };
    fs.rmSync(file, { force: true });
    fs.writeFileSync(file, text);
    fs.chmodSync(file, mode & 0o777);
    if (mtime !== 0) fs.utimesSync(file, atime, mtime);
  };
  return {
    rich,
    at,
    lab: (run, ...parts) => at("runs", rich.user, rich.runs[run], ".lab", ...parts),
    write,
    edit(file, change) {
      const record = JSON.parse(fs.readFileSync(file, "utf8"));
      change(record);
      write(file, JSON.stringify(record));
    },
    first(directory, of) {
      const names = fs.readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => of.test(name));
      if (names.length === 0) throw new Error(`nothing like ${of} in ${directory}`);
      return path.join(directory, names.sort()[0] ?? "");
    },
  };
}

const remove = (file: string) => fs.rmSync(file, { recursive: true });
const indexed = ({ at, first, rich }: Broken, of: RegExp) => first(at("index", rich.user), of);
const output = ({ rich, first }: Broken, of: RegExp) => first(rich.artifacts, of);

/** An array whose one element is a run's first submission. */
function arrayOf(rich: Rich, name: string, run: string) {
  const about = { id: "20261121-120000-00aaaa", name, at: "2026-11-21T12:00:00.000Z" };
  const registry = openRegistry(rich.registry, os.userInfo().uid);
  const element = { run, submission: 1, values: { offset: 0, bytes: 5 } };
  return writeArray(registry, about, [element], { script: "#!/bin/bash\n", values: "true\n" });
}

/** The claim of a run; its seal is beside it. */
function claimOf({ lab, at }: Broken, run: keyof Rich["runs"]): string {
  const { key } = JSON.parse(fs.readFileSync(lab(run, "decision-1.json"), "utf8")) as { key: string };
  const hex = key.slice("sha256:".length);
  return at("claims", hex.slice(0, 2), `${hex}.e1.1.json`);
}

/** The same number of bytes, and the same times. */
function changed(file: string, from: string, to: string): void {
  const { atime, mtime } = fs.statSync(file);
  fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(from, to));
  fs.utimesSync(file, atime, mtime);
}

const breakages: Record<string, Breakage> = {
  // The registry
  "a REGISTRY.json that is none": {
    break: ({ at, write }) => write(at("REGISTRY.json"), "{}"),
    found: ["registry REGISTRY.json"],
  },
  "a registry that others may write": {
    break: ({ at }) => fs.chmodSync(at(), 0o777),
    found: ["registry registry"],
  },
  "a shared directory that is missing": {
    break: ({ at }) => remove(at("evals")),
    found: ["shared-directory evals"],
  },
  "a shared directory that is not sticky": {
    break: ({ at }) => fs.chmodSync(at("claims/0a"), 0o777),
    found: ["shared-directory claims/0a"],
  },
  "a shared directory that is a link": {
    break({ at, rich }) {
      remove(at("notes"));
      fs.symlinkSync(rich.work, at("notes"));
    },
    found: ["shared-directory notes"],
  },
  "something in the registry that is no part of it": {
    break: ({ at }) => fs.mkdirSync(at("stuff")),
    found: ["stray stuff"],
  },
  "a file in the place of a user's directory": {
    break: ({ at }) => fs.writeFileSync(at("packs/somebody"), ""),
    found: ["user-directory packs/somebody"],
  },
  "another's directory under a user's name": {
    break({ at }) {
      fs.mkdirSync(at("events/daemon"), 0o755);
      fs.chmodSync(at("events/daemon"), 0o755);
      fs.chownSync(at("events/daemon"), 12_345, 12_345);
    },
    found: ["user-directory events/daemon"],
  },
  "a user's directory that others may write": {
    break: ({ at, rich }) => fs.chmodSync(at("loose", rich.user), 0o777),
    found: ["user-directory loose/USER"],
  },
  // Files
  "a record that others may write": {
    break: ({ lab }) => fs.chmodSync(lab("train", "attempt-1/exit.json"), 0o666),
    found: ["mode attempt-1/exit.json"],
  },
  "a record that is another's": {
    break: ({ lab }) => fs.chownSync(lab("never", "run.json"), 12_345, 12_345),
    found: ["mode .lab/run.json"],
  },
  "a record that is a link": {
    break({ lab }) {
      fs.renameSync(lab("train", "scheduler.json"), lab("train", "../moved.json"));
      fs.symlinkSync("../moved.json", lab("train", "scheduler.json"));
    },
    found: ["mode scheduler.json"],
  },
  "a temporary file of long ago": {
    break({ lab }) {
      fs.writeFileSync(lab("train", ".tmp-host-1-abc"), "");
      fs.utimesSync(lab("train", ".tmp-host-1-abc"), 1, 1);
    },
    found: ["temporary .tmp-host-1-abc"],
  },
  // Policies
  "a request that is of another try, and a note about none": {
    break({ rich }) {
      const { user } = openRegistry(rich.registry, os.userInfo().uid);
      const directory = path.join(rich.registry, "evals", user, "accuracy");
      fs.mkdirSync(directory, { recursive: true });
      for (const at of [path.dirname(directory), directory]) fs.chmodSync(at, 0o755);
      const artifact = "art-0123456789abcdef0123";
      const request = {
        type: "eval-request",
        v: 1,
        policy: "accuracy",
        artifact,
        attempt: 2,
        run: rich.runs.train,
        user,
      };
      const more = {
        of: { user },
        recipe_digest: `sha256:${"0".repeat(64)}`,
        host: "h",
        pid: 1,
        at: "2026-11-20T20:14:55Z",
      };
      fs.writeFileSync(path.join(directory, `${artifact}.1.json`), JSON.stringify({ ...request, ...more }), {
        mode: 0o644,
      });
      fs.writeFileSync(path.join(directory, `${artifact}.7.failed`), "", { mode: 0o644 });
      fs.writeFileSync(path.join(directory, "notes"), "", { mode: 0o644 });
    },
    found: ["eval art-0123456789abcdef0123.1.json", "eval art-0123456789abcdef0123.7.failed", "stray notes"],
  },
  "a hold that is about another job": {
    break({ rich }) {
      const { user } = openRegistry(rich.registry, os.userInfo().uid);
      const directory = path.join(rich.registry, "holds", user);
      fs.mkdirSync(directory, { recursive: true });
      fs.chmodSync(directory, 0o755);
      const at = "2026-11-20T20:14:55Z";
      const hold = { type: "hold", v: 1, job: "78", rule: "name:x", user, max_concurrent: 1, host: "h", pid: 1, at };
      fs.writeFileSync(path.join(directory, "77.json"), JSON.stringify(hold), { mode: 0o644 });
    },
    found: ["hold 77.json"],
  },
  "a sweep without a point, and a pipeline whose stages are out of order and name a run twice": {
    break({ rich }) {
      const { user } = openRegistry(rich.registry, os.userInfo().uid);
      const [id, train] = ["20261120-201455-k7q3mz", rich.runs.train];
      const digest = `sha256:${"0".repeat(64)}`;
      const head = { v: 1, id, name: "x", user, planned_at: "2026-11-20T20:14:55Z", recipe: { text: "", digest } };
      const put = (area: string, file: string, text: string) => {
        const directory = path.join(rich.registry, area, user);
        fs.mkdirSync(directory, { recursive: true });
        fs.chmodSync(directory, 0o755);
        fs.writeFileSync(path.join(directory, file), text, { mode: 0o644 });
      };
      const point = { index: 0, run: train, point: {} };
      const sweep = { ...head, type: "sweep", of: 2, axes: [] };
      put("sweeps", `${id}.ndjson`, `${JSON.stringify(sweep)}\n${JSON.stringify(point)}\n`);
      const stage = (name: string, after: string[]) => ({ name, recipe: "/r.toml", after, runs: [train] });
      const stages = [stage("b", ["a"]), stage("a", [])];
      put("pipelines", `${id}.json`, JSON.stringify({ ...head, type: "pipeline", of: 2, stages }));
    },
    found: [
      "sweep 20261120-201455-k7q3mz.ndjson",
      "pipeline 20261120-201455-k7q3mz.json",
      "pipeline 20261120-201455-k7q3mz.json",
    ],
  },
  // Arrays
  "an array whose index names a run that does not name it": {
    break: ({ rich }) => void arrayOf(rich, "train", rich.runs.train),
    found: ["array index"],
  },
  "a part beyond the array": {
    break({ rich, edit, lab }) {
      const { dir, array } = arrayOf(rich, "train", rich.runs.train);
      edit(lab("train", "submit-1/context.json"), (context) => {
        context["array"] = { id: array.id, index: 0 };
      });
      linkPart(openRegistry(rich.registry, os.userInfo().uid), { array, dir, owner: os.userInfo().uid }, [0, 3], {
        by: "submit",
        last: 0,
      });
    },
    found: ["part part-1/intent.json"],
  },
  // Runs
  "a run whose run.json is gone": {
    break: ({ lab }) => remove(lab("cancelled", "run.json")),
    found: ["run .lab/run.json", "queue queued.json"],
  },
  "a run whose run.json is another's": {
    break: ({ lab, edit, rich }) =>
      edit(lab("never", "run.json"), (run) => {
        run["id"] = rich.runs.train;
      }),
    found: ["run .lab/run.json"],
  },
  "a run in two users' directories": {
    break({ at, rich }) {
      fs.mkdirSync(at("runs/other", rich.runs.train), { recursive: true });
      for (const directory of [at("runs/other"), at("runs/other", rich.runs.train)]) {
        fs.chmodSync(directory, 0o755);
        fs.chownSync(directory, 12_345, 12_345);
      }
    },
    found: ["run runs/USER/TRAIN"],
  },
  "a run's directory without anything": {
    break: ({ at, rich }) => fs.mkdirSync(at("runs", rich.user, "20200101-000000-abcdef"), 0o755),
    later: 2,
    found: ["run 20200101-000000-abcdef"],
  },
  "a directory that is no run": {
    break: ({ at, rich }) => fs.mkdirSync(at("runs", rich.user, "mine")),
    found: ["stray mine"],
  },
  "a recipe that was changed": {
    break: ({ lab, write }) => write(lab("train", "recipe.toml"), "name = 1\n"),
    found: ["recipe recipe.toml"],
  },
  "a recipe that is gone": {
    break: ({ lab }) => remove(lab("train", "recipe.toml")),
    found: ["recipe recipe.toml"],
  },
  "a recipe in run.json that is not the digest's": {
    break: ({ lab, edit, write }) => {
      edit(lab("never", "run.json"), (run) => {
        (run["recipe"] as { text: string }).text = "x";
      });
      write(lab("never", "recipe.toml"), "x");
    },
    found: ["recipe run.json"],
  },
  "a record that is not JSON": {
    break: ({ lab, write }) => write(lab("train", "scheduler.json"), "{"),
    found: ["record scheduler.json"],
  },
  "a record without a field": {
    break: ({ lab, edit }) => edit(lab("train", "submit-1/receipt.json"), (record) => delete record["job"]),
    found: ["record receipt.json"],
  },
  "a record about another run": {
    break: ({ lab, edit, rich }) =>
      edit(lab("train", "scheduler.json"), (record) => {
        record["run"] = rich.runs.again;
      }),
    found: ["record scheduler.json"],
  },
  "a start of another attempt": {
    break: ({ lab, edit }) =>
      edit(lab("train", "attempt-1/start.json"), (record) => {
        record["attempt"] = 7;
      }),
    found: ["record start.json"],
  },
  "a file among the records that is none": {
    break: ({ lab }) => fs.writeFileSync(lab("train", "submit-1/notes.txt"), ""),
    found: ["stray notes.txt"],
  },
  "a submission that is missing": {
    break: ({ lab }) => fs.mkdirSync(lab("never", "submit-2"), 0o755),
    found: ["numbering .lab"],
  },
  "a decision that is missing": {
    break: ({ lab }) => fs.renameSync(lab("blocked", "decision-1.json"), lab("blocked", "decision-2.json")),
    found: ["numbering .lab"],
  },
  "a receipt without an intent": {
    break: ({ lab }) => remove(lab("train", "submit-1/intent.json")),
    found: ["submission receipt.json"],
  },
  "a receipt of what nobody may send": {
    break: ({ lab, edit }) =>
      edit(lab("running", "submit-1/intent.json"), (record) => {
        record["void"] = true;
      }),
    found: ["submission receipt.json"],
  },
  "a submission without its script": {
    break: ({ lab }) => remove(lab("train", "submit-1/script.sh")),
    found: ["submission script.sh"],
  },
  "an attempt without its start": {
    break: ({ lab }) => remove(lab("running", "attempt-1/start.json")),
    found: ["attempt start.json"],
  },
  "an attempt of no submission": {
    break: ({ lab, edit }) =>
      edit(lab("running", "attempt-1/start.json"), (record) => {
        record["submission"] = 4;
      }),
    found: ["attempt start.json"],
  },
  "an outcome that the facts do not bear out": {
    break: ({ lab, edit }) =>
      edit(lab("cancelled", "outcome.json"), (record) => {
        record["state"] = "failed";
      }),
    found: ["outcome outcome.json", "outputs outputs.json"],
  },
  "an outcome whose facts are gone": {
    break({ lab }) {
      remove(lab("failed", "attempt-1/exit.json"));
      remove(lab("failed", "scheduler.json"));
    },
    found: ["outcome outcome.json"],
  },
  // What was made
  "a seal without an outcome": {
    break: ({ lab }) => remove(lab("train", "outcome.json")),
    found: ["outputs outputs.json"],
  },
  "a seal that names less": {
    break: ({ lab, edit }) => edit(lab("train", "outputs.json"), (record) => (record["artifacts"] as unknown[]).pop()),
    found: ["outputs outputs.json"],
  },
  "a record of an output that is gone": {
    break: ({ lab }) => remove(lab("train", "outputs/checkpoint.5.a1.json")),
    found: ["outputs outputs.json", "edge made.TRAIN"],
    later: 2,
  },
  "an artifact with another id": {
    break: ({ lab, edit }) =>
      edit(lab("byPath", "outputs/score.a1.json"), (record) => {
        record["id"] = "art-00000000000000000000";
      }),
    found: ["outputs score.a1.json", "outputs outputs.json", "alias by-path_score.1.json"],
  },
  "an artifact somewhere else": {
    break: ({ lab, edit }) =>
      edit(lab("byPath", "outputs/score.a1.json"), (record) => {
        record["path"] = "/tmp";
      }),
    found: ["outputs score.a1.json", "outputs outputs.json", "outputs outputs.json", "sidecar score@BYPATH.a1.json"],
  },
  "a copy that is gone": {
    break: (place) => remove(output(place, /model\/.*\.meta\/.*\.a1\.json$/)),
    found: ["sidecar .a1.json"],
    repair: true,
  },
  "a copy that says something else": {
    break: (place) => place.edit(output(place, /model\/.*\.meta\/.*\.a1\.json$/), (record) => delete record["digest"]),
    found: ["sidecar .a1.json"],
    repair: true,
  },
  "a note that is gone": {
    break: (place) => remove(output(place, new RegExp(`model/.*${place.rich.runs.train}\\.run\\.json$`))),
    found: ["note TRAIN.run.json"],
  },
  "a note that names another run": {
    break: (place) =>
      place.edit(output(place, new RegExp(`model/.*${place.rich.runs.train}\\.run\\.json$`)), (record) => {
        record["run"] = place.rich.runs.again;
      }),
    found: ["note TRAIN.run.json"],
  },
  "bytes that are gone": {
    break: (place) => remove(output(place, new RegExp(`checkpoint/.*${place.rich.runs.train}/step_5$`))),
    found: ["bytes step_5"],
  },
  "a marker that was written again": {
    break: (place) => fs.utimesSync(output(place, new RegExp(`model/.*${place.rich.runs.train}/DONE$`)), 1, 1),
    found: ["bytes train_model@TRAIN"],
  },
  "bytes that were changed, of the same size and time": {
    break(place) {
      const file = output(place, new RegExp(`model/.*${place.rich.runs.train}/weights$`));
      const { atime, mtime } = fs.statSync(file);
      fs.writeFileSync(file, "v\n");
      fs.utimesSync(file, atime, mtime);
    },
    with: ["--deep"],
    found: ["bytes train_model@TRAIN"],
  },
  // Markers
  "a run that goes on and is not active": {
    break: ({ at, rich }) => remove(at("active", rich.user, rich.runs.running)),
    found: ["active active/USER/RUNNING"],
    repair: true,
  },
  "a sealed run that is active": {
    break: ({ at, rich }) => fs.writeFileSync(at("active", rich.user, rich.runs.train), "", { mode: 0o640 }),
    found: ["active active/USER/TRAIN"],
    later: 2,
    repair: true,
  },
  "a run that no list shows": {
    break: ({ at, rich }) => remove(at("loose", rich.user, rich.runs.failed)),
    found: ["loose loose/USER/FAILED"],
    repair: true,
  },
  "a marker of no run": {
    break({ at, rich }) {
      fs.writeFileSync(at("active", rich.user, "20200101-000000-abcdef"), "", { mode: 0o640 });
      fs.writeFileSync(at("loose", rich.user, "20200101-000000-abcdef"), "", { mode: 0o640 });
    },
    found: ["marker active/USER/20200101-000000-abcdef", "marker loose/USER/20200101-000000-abcdef"],
    later: 2,
  },
  "an old marker of no run": {
    break({ at, rich }) {
      const early = new Date(Date.now() - 2 * 3_600_000);
      for (const area of ["active", "loose"]) {
        fs.writeFileSync(at(area, rich.user, "20200101-000000-abcdef"), "", { mode: 0o640 });
        fs.utimesSync(at(area, rich.user, "20200101-000000-abcdef"), early, early);
      }
    },
    found: ["marker active/USER/20200101-000000-abcdef", "marker loose/USER/20200101-000000-abcdef"],
    repair: true,
  },
  "a marker that says something": {
    break: ({ at, rich }) => fs.writeFileSync(at("loose", rich.user, rich.runs.train), "x"),
    found: ["marker loose/USER/TRAIN"],
  },
  // The index
  "an edge to what a run made that is gone": {
    break: (place) => remove(indexed(place, new RegExp(`made\\.${place.rich.runs.evaluate}$`))),
    found: ["edge made.EVALUATE"],
    repair: true,
  },
  "an edge to what a run used that is gone": {
    break: (place) => remove(indexed(place, new RegExp(`ext-.*used\\.${place.rich.runs.never}$`))),
    found: ["edge used.NEVER"],
    repair: true,
  },
  "an edge of a name that is gone": {
    break: (place) => remove(indexed(place, /named\.user\.gold$/)),
    found: ["edge named.user.gold"],
    repair: true,
  },
  "an edge that no run bears out": {
    break({ at, rich }) {
      const part = at("index", rich.user, "abc");
      fs.mkdirSync(part, { recursive: true });
      fs.chmodSync(part, 0o755);
      fs.writeFileSync(path.join(part, `art-abc00000000000000000.made.${rich.runs.train}`), "", { mode: 0o640 });
      fs.writeFileSync(path.join(part, "art-abc00000000000000000.made.20200101-000000-abcdef"), "", { mode: 0o640 });
      fs.writeFileSync(path.join(part, "art-abc00000000000000000.named.global.best"), "", { mode: 0o640 });
    },
    found: ["edge made.TRAIN", "edge made.20200101-000000-abcdef", "edge named.global.best"],
    later: 2,
    repair: true,
  },
  "an edge in the wrong place": {
    break(place) {
      const file = indexed(place, new RegExp(`made\\.${place.rich.runs.evaluate}$`));
      const part = path.join(place.at("index", place.rich.user), "fff");
      fs.mkdirSync(part);
      fs.chmodSync(part, 0o755);
      fs.copyFileSync(file, path.join(part, path.basename(file)));
    },
    found: ["stray made.EVALUATE"],
  },
  // Names
  "a generation of a name that is gone": {
    break: (place) => remove(place.first(place.at("aliases"), /best\.1\.json$/)),
    found: ["alias best.1.json", "edge named.global.best", "edge named.global.best"],
    later: 2,
  },
  "a generation that calls itself another": {
    break: (place) =>
      place.edit(place.first(place.at("aliases"), /best\.2\.json$/), (record) => {
        record["name"] = "worst";
      }),
    found: ["alias best.2.json", "edge named.global.best", "edge named.global.best"],
    later: 2,
  },
  "a name of what nobody made": {
    break: (place) =>
      place.edit(place.first(place.at("aliases"), /gold\.1\.json$/), (record) => {
        record["run"] = "20200101-000000-abcdef";
        delete record["artifact"];
        record["role"] = "model";
      }),
    found: ["alias gold.1.json", "edge named.user.gold", "edge named.user.gold"],
  },
  // From outside
  "an artifact from outside whose id does not follow": {
    break: (place) =>
      place.edit(place.first(place.at("artifacts", place.rich.user), /json$/), (record) => {
        record["path"] = "/etc/hostname";
      }),
    found: ["external .json", "alias raw.1.json"],
  },
  "an artifact from outside that is gone": {
    break: ({ rich }) => remove(path.join(rich.dir, "data.txt")),
    found: ["bytes data.txt"],
  },
  // Claims
  "a claim that is gone": {
    break: (place) => remove(claimOf(place, "train")),
    found: ["claim .1.go.json", "claim .1.json"],
  },
  "a claim in another's name": {
    break: (place) => fs.chownSync(claimOf(place, "train"), 12_345, 12_345),
    found: ["claim .1.json", "claim .1.json"],
  },
  "a claim for a run of another key": {
    break: (place) =>
      place.edit(claimOf(place, "train"), (record) => {
        record["run"] = place.rich.runs.again;
      }),
    found: ["claim .1.json", "claim .1.json"],
  },
  "a generation before the last one's seal": {
    break(place) {
      const claim = claimOf(place, "train");
      remove(claim.replace(/json$/, "go.json"));
      fs.copyFileSync(claim, claim.replace(/1\.json$/, "2.json"));
      place.edit(claim.replace(/1\.json$/, "2.json"), (record) => {
        record["generation"] = 2;
      });
    },
    found: ["claim .1.go.json"],
  },
  "a claim without a decision": {
    break: ({ lab }) => remove(lab("running", "decision-1.json")),
    later: 2,
    found: ["claim .1.json"],
  },
  "a run that relies on one that is gone": {
    break: ({ lab, edit }) =>
      edit(lab("cached", "decision-1.json"), (record) => {
        record["leader"] = "20200101-000000-abcdef";
      }),
    found: ["claim .lab"],
  },
  "a file among the claims that is none": {
    break: ({ at }) => fs.writeFileSync(at("claims/00/x.json"), "{}"),
    found: ["stray x.json"],
  },
  // Packs
  "a packed run that is not loose any more": {
    break: ({ at, rich }) => remove(at("loose", rich.user, rich.runs.packed)),
    found: [],
  },
  "a pack that was changed": {
    break: (place) => changed(place.first(place.at("packs", place.rich.user), /summary/), '"succeeded"', '"sacceeded"'),
    found: ["pack .summary.ndjson"],
    repair: true,
  },
  "a pack whose full lines were changed": {
    break: (place) => changed(place.first(place.at("packs", place.rich.user), /full/), '"succeeded"', '"sacceeded"'),
    found: ["pack .full.ndjson"],
    repair: true,
  },
  "a pack that was cut short": {
    break: (place) => fs.truncateSync(place.first(place.at("packs", place.rich.user), /summary/), 2000),
    found: ["pack .summary.ndjson"],
    repair: true,
  },
  "an index of handles out of order": {
    break: (place) => fs.appendFileSync(place.first(place.at("packs", place.rich.user), /handles/), "x"),
    found: ["pack .handles"],
    repair: true,
  },
  "a packed run that is not settled": {
    break: ({ lab }) => remove(lab("packed", "outputs.json")),
    found: ["active active/USER/PACKED", "pack .summary.ndjson"],
  },
  "a packed run that says something else": {
    break: ({ lab, edit }) =>
      edit(lab("packed", "attempt-1/hardware.json"), (record) => {
        record["cpu"] = "another";
      }),
    with: ["--deep"],
    found: ["pack .full.ndjson"],
  },
  "a file of a pack that never came to be": {
    break: (place) =>
      place.write(
        place.at("packs", place.rich.user, `${place.rich.runs.again}..${place.rich.runs.again}.full.ndjson`),
        "x",
      ),
    later: 48,
    found: ["temporary .full.ndjson"],
  },
  // Snapshots
  "a snapshot that is gone altogether": {
    break: (place) => {
      for (const of of [/tar$/, /json$/]) remove(place.first(place.at("snapshots", place.rich.user), of));
    },
    found: Array.from({ length: 13 }, () => "source .json"),
  },
  "a snapshot whose tar is gone": {
    break: (place) => remove(place.first(place.at("snapshots", place.rich.user), /tar$/)),
    found: ["snapshot .tar"],
  },
  "a snapshot whose tar has another size": {
    break: (place) => fs.appendFileSync(place.first(place.at("snapshots", place.rich.user), /tar$/), "x"),
    found: ["snapshot .tar"],
  },
  "a snapshot whose tar was changed": {
    break(place) {
      const file = place.first(place.at("snapshots", place.rich.user), /tar$/);
      const bytes = fs.readFileSync(file);
      bytes[600] = 1;
      fs.writeFileSync(file, bytes);
    },
    with: ["--deep"],
    found: ["snapshot .tar"],
  },
  "a snapshot of another digest": {
    break: (place) =>
      place.edit(place.first(place.at("snapshots", place.rich.user), /json$/), (record) => {
        record["id"] = `sha256:${"0".repeat(64)}`;
      }),
    found: ["snapshot .json"],
  },
  "a tar without its record": {
    break: ({ at, rich, write }) => write(at("snapshots", rich.user, `${"0".repeat(64)}.tar`), "x"),
    later: 48,
    found: ["snapshot .tar"],
  },
  // Journal and local scheduler
  "a line that is no event": {
    break: (place) =>
      fs.appendFileSync(place.first(place.at("events", place.rich.user), /ndjson$/), '{"type":"x"}\nnonsense\n'),
    found: ["journal .ndjson"],
  },
  "a fact of a job that is about another": {
    break: (place) =>
      place.edit(
        place.at("queue", place.rich.user, `local-${place.rich.runs.train.slice(-6)}-1.ended.json`),
        (record) => {
          record["job"] = "local-abcdef-1";
        },
      ),
    found: ["queue .ended.json"],
  },
  "a job that was never queued": {
    break: (place) =>
      remove(place.at("queue", place.rich.user, `local-${place.rich.runs.train.slice(-6)}-1.queued.json`)),
    later: 2,
    found: ["queue -1.ended.json"],
  },
  "a job of another registry": {
    break: (place) =>
      place.edit(
        place.at("queue", place.rich.user, `local-${place.rich.runs.train.slice(-6)}-1.queued.json`),
        (record) => {
          record["registry"] = "elsewhere";
        },
      ),
    found: ["queue .queued.json"],
  },
  "an entry of a host that speaks of another user": {
    break: (place) =>
      place.edit(place.first(place.at("hosts"), /json$/), (record) => {
        record["uid"] = 12_345;
      }),
    found: ["host .json"],
  },
  "a lease that is none": {
    break: (place) => place.write(place.first(place.at("leases", place.rich.user), /json$/), "{}"),
    found: ["lease .json"],
  },
};

interface Checked {
  code: number | null;
  stderr: string;
  found: { check: string; path: string; repaired?: true; message: string; hint: string }[];
}

/** What the command does, in this process: a hundred starts of it would take longer than what is asked of them. */
async function checkedHere(rich: Rich, { deep = false, now = Date.now() }): Promise<Checked> {
  const asked = { cluster: rich.cluster, environment: undefined, set: [] };
  const place = { env: rich.env, cwd: rich.dir, home: rich.home, uid: os.userInfo().uid };
  let code = 0;
  const no = () => {
    code = 1;
  };
  const { context, said, reported } = heard({
    now,
    cwd: rich.dir,
    no,
    ...openers(place, asked, (line) => said.push(line)),
  });
  const found = await all(fsck(streamOf(), { deep, repair: false, user: undefined }, context));
  return {
    code,
    stderr: [...said, ...reported.map(([, { message }]) => message)].join("\n"),
    found: found as Checked["found"],
  };
}

t.test("a registry made by the commands, and each promise broken", async (t) => {
  const rich = await richRegistry();
  t.teardown(() => rich.remove());
  const outside = path.join(rich.dir, "data.txt");
  const restores = [
    restorer(path.dirname(rich.registry), path.join(rich.dir, "kept")),
    restorer(outside, `${outside}.kept`),
  ];
  const place = broken(rich);
  const words: [string, string][] = [
    ["USER", rich.user],
    ...Object.entries(rich.runs).map(([name, id]): [string, string] => [name.toUpperCase(), id]),
  ];
  const spelled = (found: string) =>
    words.reduce((text, [word, value]) => text.replaceAll(new RegExp(`\\b${word}\\b`, "g"), value), found);
  const checked = async (...options: string[]): Promise<Checked> => {
    const { code, stdout, stderr } = await rich.run(["lab-fsck", ...options]);
    return { code, stderr, found: records(stdout) as unknown as Checked["found"] };
  };

  const clean = await checked("--deep");
  t.match(clean, { code: 0, found: [], stderr: /\d+ files and directories in .*: all is well/ });
  t.match(
    await checked("--as-of", new Date(Date.now() + 48 * 3_600_000).toISOString()),
    { code: 0, found: [] },
    "two days later, too",
  );

  const seen = new Set<string>();
  for (const [what, breakage] of Object.entries(breakages)) {
    await t.test(what, async (t) => {
      breakage.break(place);
      const now = Date.now() + (breakage.later ?? 0) * 3_600_000;
      const options = [
        ...(breakage.with ?? []),
        ...(breakage.later === undefined ? [] : ["--as-of", new Date(now).toISOString()]),
      ];
      const deep = breakage.with?.includes("--deep") ?? false;
      const { code, found, stderr } = await checkedHere(rich, { deep, now });
      const expected = breakage.found.map(spelled);
      for (const { check } of found) seen.add(check);
      t.equal(code, expected.length > 0 ? 1 : 0, stderr);
      t.equal(found.length, expected.length, JSON.stringify(found, undefined, 1));
      for (const words of expected) {
        const [check = "", end = ""] = words.split(" ");
        t.ok(
          found.some((one) => one.check === check && one.path.endsWith(end)),
          `${words} in ${JSON.stringify(found)}`,
        );
      }
      t.ok(
        found.every(({ message, hint }) => message !== "" && hint !== ""),
        "each with a remedy",
      );
      if (breakage.repair) {
        const dry = await checked("--repair", "-n", ...options);
        t.match(dry, { code: 1, found: found.map(({ check }) => ({ check, repairable: true, repaired: undefined })) });
        const repaired = await checked("--repair", ...options);
        t.equal(repaired.code, 0);
        // What mends one thing may mend the next.
        t.ok(repaired.found.length > 0 && repaired.found.every((one) => one.repaired));
        t.match(await checked(...options), { code: 0, found: [] }, "well again");
      }
    });
    for (const restore of restores) restore();
  }
  t.match(await checked("--deep"), { code: 0, found: [] }, "all was put back");
  const fresh = place.at("active", rich.user, "20200101-000000-abcdef");
  fs.writeFileSync(fresh, "", { mode: 0o640 });
  const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString();
  const kept = await checked("--repair", "--as-of", tomorrow);
  t.match(kept, { found: [{ check: "marker", repaired: undefined }], stderr: /somebody may be making it/ });
  t.notOk(kept.code === 0, "nothing is said to be repaired that was not");
  t.ok(fs.existsSync(fresh), "what somebody has just marked stays, also if it is said to be late");
  t.same(
    Object.keys(promises).filter((name) => !seen.has(name)),
    [],
    "every promise was broken once",
  );
});
