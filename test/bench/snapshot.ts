// The snapshot of a repository with 10,000 files, unchanged and for the first time, beside what git needs to look at it.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type SnapshotOptions, snapshotTree, statCacheName } from "../../lib/source/snapshot.js";
import { racyMs } from "../../lib/source/take-snapshot.js";
import { until } from "../support/sandbox.js";
import type { Bench } from "./bench.js";
import { comparedFigure, countFigure, type Figure } from "./figure.js";
import { alternately, timed } from "./measure.js";
import { built, callsOf, durationOf, installed, output } from "./programs.js";
import { generator } from "./records.js";
import { type Prepared, planned, prepare } from "./runs.js";

const files = 10_000;

export const snapshot: Bench = {
  title: `A git repository of ${files} files: lab-snapshot as a whole, and its function alone. The files have from 100 bytes
to 256 kB, as git add left them; or they are texts of at most 5 kB, in a pack as a clone has them.`,
  missing: () => (installed("git") ? undefined : "no git here"),
  async *figures(say) {
    for (const kind of ["", ", small texts in a pack"] as const) {
      const place = await prepare("local");
      try {
        say(`a repository of ${files} files${kind}`);
        const tree = path.dirname(place.recipe);
        makeRepository(tree, kind === "" ? anyBytes : smallText);
        if (kind === "") yield* unchanged(place, tree);
        else output(["git", "gc", "--quiet"], { cwd: tree });
        yield* firstTime(place, tree, kind);
        if (kind === "" && installed("strace")) yield* counted(place, tree);
      } finally {
        place.remove();
      }
    }
  },
};

type Content = (draw: () => number) => string;

const bytes = (() => {
  const draw = generator(8);
  return String.fromCharCode(...Array.from({ length: 2 ** 16 }, () => 32 + Math.floor(draw() * 95))).repeat(4);
})();

/** Most files are small: a source tree, with some data in it. */
function anyBytes(draw: () => number): string {
  const length = Math.round(100 * 2621.44 ** (draw() ** 2));
  return bytes.slice(bytes.length - length);
}

const words = Array.from({ length: 500 }, (_, n) => (n * 2_654_435_761).toString(36).slice(-(n % 9) - 2));

/** Words, some of them much more often than others, in lines; no two files are alike. */
function smallText(draw: () => number): string {
  const length = Math.round(100 * 50 ** draw());
  let text = "";
  while (text.length < length) text += words[Math.floor(500 * draw() ** 3)] + (draw() < 0.15 ? "\n    " : " ");
  return text;
}

function makeRepository(tree: string, content: Content): void {
  const draw = generator(7);
  // Older than anything that looks at it, as files mostly are: what was just written has to be read again.
  const then = new Date(Date.now() - 86_400_000);
  for (let n = 0; n < files; n += 1) {
    const directory = path.join(tree, `package-${n % 20}`, `part-${Math.floor(n / 20) % 15}`);
    fs.mkdirSync(directory, { recursive: true });
    const file = path.join(directory, `module-${n}.py`);
    fs.writeFileSync(file, content(draw));
    fs.utimesSync(file, then, then);
  }
  for (const recipe of fs.readdirSync(tree).filter((name) => name.endsWith(".toml")))
    fs.utimesSync(path.join(tree, recipe), then, then);
  const identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
  for (const words of [
    ["init", "-q"],
    ["config", "gc.auto", "0"],
    ["add", "."],
    [...identity, "commit", "-q", "-m", "all"],
  ])
    output(["git", ...words], { cwd: tree });
}

async function* unchanged(place: Prepared, tree: string): AsyncGenerator<Figure> {
  const input = planned(place, []);
  const how = { env: place.env, cwd: tree };
  const command = () => durationOf([built("lab-snapshot"), "--json"], { ...how, input });
  await until("the tree is old", () => Date.now() - fs.statSync(path.join(tree, ".git/index")).ctimeMs > racyMs);
  const status = () => durationOf(["git", "status"], how);
  await command();
  const named = { bench: "snapshot", unit: "ms", against: "git status" };
  const aim = { of: "ratio", most: 1.5 } as const;
  yield comparedFigure({ ...named, what: "unchanged, lab-snapshot" }, await alternately(21, command, status), aim);
  const dry = () => durationOf([built("lab-snapshot"), "--json", "-n"], { ...how, input });
  yield comparedFigure({ ...named, what: "unchanged, lab-snapshot -n" }, await alternately(9, dry, status));
  const options = optionsFor(place, tree);
  const library = () => timed(() => snapshotTree(options));
  await library();
  yield comparedFigure({ ...named, what: "unchanged, its function" }, await alternately(21, library, status), aim);
}

/** Nothing is remembered and nothing is stored; the files are in the page cache for both. */
async function* firstTime(place: Prepared, tree: string, kind: string): AsyncGenerator<Figure> {
  const input = planned(place, []);
  const how = { env: place.env, cwd: tree };
  const command = () => {
    forget(place);
    return durationOf([built("lab-snapshot"), "--json"], { ...how, input });
  };
  const archive = () => durationOf(["sh", "-c", "git archive HEAD | cat >/dev/null"], how);
  const named = { bench: "snapshot", unit: "ms", against: "git archive HEAD | cat" };
  const aim = { of: "ratio", most: 1.3 } as const;
  yield comparedFigure(
    { ...named, what: `first time, lab-snapshot${kind}` },
    await alternately(9, command, archive),
    aim,
  );
  const options = optionsFor(place, tree);
  const spool = path.join(place.dir, "spool.tar");
  const library = () => {
    fs.rmSync(options.cacheFile, { force: true });
    fs.rmSync(spool, { force: true });
    return timed(() => snapshotTree({ ...options, spool }));
  };
  yield comparedFigure(
    { ...named, what: `first time, its function${kind}` },
    await alternately(9, library, archive),
    aim,
  );
}

async function* counted(place: Prepared, tree: string): AsyncGenerator<Figure> {
  const input = planned(place, []);
  const how = { env: place.env, cwd: tree };
  output([built("lab-snapshot"), "--json"], { ...how, input });
  const ours = callsOf([built("lab-snapshot"), "--json"], tree, { ...how, input });
  const git = callsOf(["git", "status"], tree, how);
  for (const unit of ["opens", "stats", "readdirs"] as const) {
    const named = { bench: "snapshot", what: `unchanged, in the tree: ${unit}`, unit, against: "git status" };
    yield countFigure(named, ours[unit], git[unit]);
  }
}

function optionsFor(place: Prepared, tree: string): SnapshotOptions & { cacheFile: string } {
  const options = { root: tree, kind: "git", uid: os.userInfo().uid, env: place.env } as const;
  return { ...options, cacheFile: path.join(place.dir, statCacheName(options)) };
}

function forget({ registry, env }: Prepared): void {
  fs.rmSync(env["XDG_CACHE_HOME"] ?? "", { recursive: true, force: true });
  const user = path.join(registry, "snapshots", os.userInfo().username);
  fs.rmSync(user, { recursive: true, force: true });
}
