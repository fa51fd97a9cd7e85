// What to try when a run has ended otherwise than it should, by how it ended.
import { bashWord } from "../../job/quote.js";
import type { Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import type { Standing } from "../../record/state.js";
import { shortDuration, shortSize } from "../../record/units.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { sending } from "../send/unsent.js";
import { launchRemedy } from "./launch-remedy.js";

type Ended = Pick<Standing, "mode" | "state" | "hint" | "exit_code" | "message">;

/** What can be done about it, the scheduler's own remedy first; nothing where there is nothing to try. */
export function tries({ run, facts }: RunOnDisk, standing: Ended): { try: string[] } | undefined {
  const { mode, state, hint, exit_code, message = "" } = standing;
  const attempt = facts.attempts.at(-1);
  const used = attempt?.exit?.peak_mem_bytes ?? facts.scheduler?.job?.max_rss_bytes;
  const about: About = { run, again: repeated(run), code: exit_code, used, message, host: attempt?.start?.host };
  const own = advice[mode ?? state]?.(about) ?? [];
  const all = [...(hint ? [hint] : []), ...own];
  return all.length > 0 ? { try: all } : undefined;
}

interface About {
  run: Run;
  /** What follows `lab run` to run the same again. */
  again: string;
  code: number | undefined;
  /** Bytes of memory at its peak, as far as anybody saw. */
  used: number | undefined;
  message: string;
  host: string | undefined;
}

/** By the mode of a failure, or the state of what has none. */
const advice: Record<string, ((about: About) => string[]) | undefined> = {
  oom: ({ run, again, used }) => {
    const { mem_bytes } = run.resources;
    const seen = used ? ` and used at least ${shortSize(used)}` : "";
    const asked = mem_bytes === undefined ? "" : `it asked for ${shortSize(mem_bytes)}${seen}; `;
    return [
      `${asked}ask for more: lab run --set resources.mem='"${doubled(mem_bytes)}"' ${again}`,
      "or use less: a smaller batch, fewer workers",
    ];
  },
  timeout: ({ run: { resources, checkpoints }, again }) => [
    `it had ${shortDuration(resources.time_s ?? 0)}; give it more: lab run --set resources.time='"${twice(resources.time_s)}m"' ${again}`,
    checkpoints?.requeue
      ? "or let it be queued again more often: max_attempts in [checkpoints]"
      : "or write checkpoints and resume from them",
  ],
  node_fail: ({ again }) => [`it was no fault of the code: run it again: lab run ${again}`],
  preempted: ({ again }) => [`it was no fault of the code: run it again: lab run ${again}`],
  input_error: () => ["check that the input exists, is readable on the nodes and has not changed since planning"],
  dependency: () => ["look at the job that it waited for"],
  launch_error: ({ run, again, message, host }) => [
    launchRemedy(message, host),
    `read the rest of its log: lab log ${handleOf(run.id)}`,
    `once it is mended: lab run ${again}`,
  ],
  code_error: ({ run, again, code }) => {
    if (code === 127)
      return ["the command was not found on the node: check [environment] and the command's first word"];
    return code === 126
      ? ["the command could not be executed: is it executable in the snapshot?"]
      : [`read the rest of its log: lab log ${handleOf(run.id)}`, `once it is mended: lab run ${again}`];
  },
  submit_error: ({ again }) => [`once what stood in its way is mended: lab run ${again}`],
  cancelled: ({ again }) => [`if it is to run after all: lab run ${again}`],
  planned: ({ run }) => [`submit it: ${sending(run)}`],
  lost: ({ run }) => [`if nobody will hear of it again: lab forget ${handleOf(run.id)}`],
};

/** What follows `lab run` to run the same again. */
export function repeated({ recipe, command }: Run): string {
  const set = (recipe.set ?? []).map((text) => `--set ${bashWord(text)} `).join("");
  if (recipe.path !== undefined) return `${set}${bashWord(recipe.path)}`;
  const words = typeof command === "string" ? [command] : command;
  return `${set}-- ${words.map(bashWord).join(" ")}`;
}

function doubled(bytes: number | undefined): string {
  const mega = Math.ceil(((bytes ?? 4 * 2 ** 30) * 2) / 2 ** 20);
  return mega % 1024 === 0 ? `${mega / 1024}GB` : `${mega}MB`;
}

/** Minutes. */
function twice(seconds = 600): number {
  return Math.ceil((seconds * 2) / 60);
}
