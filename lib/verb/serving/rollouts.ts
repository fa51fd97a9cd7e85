// What an evaluation recorded step by step: a trajectory and its frames, in the output that holds the result or in the directory
// of its run, and nowhere else, whatever the result says.
import path from "node:path";
import { fault, isFault } from "../../record/fault.js";
import { openArtifact } from "../../registry/artifacts.js";
import { fs } from "../../registry/disk.js";
import { openInside, type Root } from "../../registry/inside.js";
import { listInside } from "../../registry/inside-list.js";
import { pieces } from "../../registry/text-part.js";
import { frameApi, type RolloutStep, rolloutApi } from "../../serve/api/evaluations.js";
import { sendFile } from "../../serve/send-file.js";
import { answering, type Serving, streaming } from "./answering.js";
import { type RolloutTask, tasksIn } from "./rollout-tasks.js";
import { rootOf, seen } from "./run-files.js";

const largest = 64 * 2 ** 20;
const mostFrames = 5000;

interface Found {
  tasks: RolloutTask[];
  task: RolloutTask;
  root: Root;
  /** Below the root; "" is the root itself. */
  directory: string;
}

function found(id: string, task: number, { registry }: Serving): Found {
  if (!/^art-[0-9a-f]{20}$/.test(id)) throw fault("usage", "the id of an artifact: art-…");
  const opened = openArtifact(registry, id);
  const tasks = opened?.artifact.result ? tasksIn(opened.artifact.result) : [];
  const one = tasks[task];
  if (!opened?.run || !one) throw fault("noinput", `'${id}' has recorded no rollout ${task}`);
  const place = opened.artifact.path;
  const output: Root = { base: path.dirname(place), parts: [path.basename(place)], owner: opened.run.owner };
  if (!path.isAbsolute(one.directory)) return { tasks, task: one, root: output, directory: below(one.directory) };
  const places: [string, Root][] = [
    [place, output],
    [opened.run.dir, rootOf(registry, opened.run)],
  ];
  for (const [directory, root] of places) {
    const inside = path.relative(directory, one.directory);
    if (inside !== ".." && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside))
      return { tasks, task: one, root, directory: inside };
  }
  throw fault(
    "noperm",
    `the rollout is at '${one.directory}', which is neither in the output nor in its run's directory`,
    {
      hint: "only what belongs to the run is shown",
    },
  );
}

/** `.` is the directory itself; what leads out is refused when it is opened. */
function below(directory: string): string {
  return directory === "." ? "" : directory.replace(/^\.\//, "");
}

const joined = (directory: string, name: string) => (directory === "" ? name : `${directory}/${name}`);

export const rollout = answering(rolloutApi, async ({ id = "" }, { task = 0, from = 0, limit = 1000 }, serving) => {
  const { tasks, task: one, root, directory } = found(id, task, serving);
  const all = stepsOf(root, joined(directory, one.trajectory));
  const rewards = all.flatMap(({ reward }) => (reward === undefined ? [] : [reward]));
  return {
    tasks: tasks.map(({ name }) => ({ name })),
    task,
    steps: all.slice(from, from + limit),
    frames: framesIn(root, directory),
    ...(from + limit < all.length ? { next: from + limit } : {}),
    ...(rewards.length > 0 ? { total_reward: rewards.reduce((sum, reward) => sum + reward, 0) } : {}),
  };
});

/** A line a step; one that is none is passed over. */
function stepsOf(root: Root, file: string): RolloutStep[] {
  const { fd, stat } = openInside(root, file);
  try {
    if (stat.size > largest) throw fault("dataerr", `'${file}' is too large to be shown: ${stat.size} bytes`);
    const lines = fs.readFileSync(fd, "utf8").split("\n");
    return lines.flatMap((line, i) => (line.trim() === "" ? [] : (stepIn(line, i) ?? [])));
  } finally {
    fs.closeSync(fd);
  }
}

function stepIn(line: string, i: number): RolloutStep | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { step_num, action, response, reward } = value as Record<string, unknown>;
  return {
    step: typeof step_num === "number" ? step_num : i,
    ...(action === undefined || action === null ? {} : { action }),
    ...(response === undefined || response === null ? {} : { response }),
    ...(typeof reward === "number" && Number.isFinite(reward) ? { reward } : {}),
  };
}

/** The numbers of the pictures that are frames by their names; other pictures are none. */
function framesIn(root: Root, directory: string): number[] {
  try {
    const { entries } = listInside(root, joined(directory, "steps"), mostFrames);
    const numbers = entries.flatMap(({ name, kind }) => {
      const number = /^step_(\d{3,9})\.png$/.exec(name)?.[1];
      return number !== undefined && kind === "file" && fileOf(Number(number)) === name ? [Number(number)] : [];
    });
    return numbers.sort((a, b) => a - b);
  } catch (error) {
    if (isFault(error) && error.code === "noinput") return [];
    throw error;
  }
}

function fileOf(n: number): string {
  return `step_${String(n).padStart(3, "0")}.png`;
}

export const frame = streaming(frameApi, async ({ id = "" }, { task = 0, n }, serving, asked) => {
  const { root, directory } = found(id, task, serving);
  const { fd, stat } = openInside(root, joined(directory, `steps/${fileOf(n)}`));
  const close = () => fs.closeSync(fd);
  const bytes = (from: number, to: number) => pieces(fd, from, to);
  await sendFile(asked, { ...seen(stat), type: "image/png", disposition: "inline", bytes, close });
});
