// Killing commands right before their writes: how often a command writes, a kill at each write (or, in the suite, at a few
// of them), the passes that follow, and what lab-fsck finds then. The table says what was tried.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Test } from "tap";
import type { Fields } from "./cluster.js";
import { restorer } from "./restore.js";
import { type Result, records, root, type Sandbox } from "./sandbox.js";

/** `LAB_CRASH=all` tries every write of every command; else so many of each, its first and its last among them. */
const all = process.env["LAB_CRASH"] === "all";
const enough = all ? Number.POSITIVE_INFINITY : 5;

/** So many inputs are enough for the kills of a command that takes one at a time. */
export const supply = all ? 72 : enough + 3;

const hook = path.join(root, "test/support/kill-at.cjs");
/** One after the other: in a pipe a pass that acts stops when nobody reads it any more. */
export const passes = ["sh", "-c", "lab-reconcile --json && lab-register --json && lab-advance --json"];

interface Row {
  command: string;
  writes: number;
  kills: number;
  after: string;
}

export interface Killing {
  argv: (input: string) => string[];
  env?: Record<string, string>;
}

export interface Kills {
  /** Kills the command at each of its writes, every time with another input, then looks after it; the inputs that it got. */
  everywhere(t: Test, name: string, inputs: string[], how: Killing): Promise<string[]>;
  /** The same of a command that is about all that there is: each kill finds the same place, which is put back afterwards. */
  whole(t: Test, name: string, argv: string[], then: (t: Test) => Promise<void>): Promise<void>;
  /** The passes, as a person or her cron job calls them after a crash; then nothing is wrong that lab-fsck cannot mend. */
  recover(t: Test): Promise<void>;
  /** Every run that lists show, with nothing wrong on stderr: what a kill left half-written is no fact. */
  listed(t: Test): Promise<Map<string, Fields>>;
  /** What came of those that were killed last, for the table. */
  after(words: string): void;
}

/** Kills in one place; all add their rows to `table`. */
export function killsIn(place: Sandbox, table: Row[]): Kills {
  /** Runs the command with one input, to its end or up to its n-th write; and how many writes there were. */
  const killedAt = async (at: number, input: string, { argv, env = {} }: Killing) => {
    const counted = path.join(os.tmpdir(), `counted-${Math.random()}`);
    const words = argv(input);
    const kill = { command: words[0], at, roots: [place.dir], counted };
    const more = { NODE_OPTIONS: `--require "${hook}"`, LAB_TEST_KILL: JSON.stringify(kill), ...env };
    const result: Result = await place.run(words, { input: `${input}\n`, env: more });
    const writes = fs.existsSync(counted) ? Number(fs.readFileSync(counted, "utf8")) : 0;
    return { ...result, writes };
  };

  const passed = async (t: Test) => {
    const { code, stderr } = await place.run(passes);
    t.equal(code, 0, `the passes: ${stderr}`);
  };

  const wrong = async () => {
    const { stdout } = await place.run(["lab-fsck", "--json"]);
    return (records(stdout) as Fields[])
      .filter(({ repairable }) => !repairable)
      .map(({ check, path: file, message }) => `${check} ${file}: ${message}`);
  };

  const recover = async (t: Test, words = "in the end", before: string[] = []) => {
    await passed(t);
    t.same(
      (await wrong()).filter((one) => !before.includes(one)),
      [],
      `lab-fsck ${words}`,
    );
  };

  const listed = async (t: Test) => {
    const { code, stdout, stderr } = await place.run(["lab-ls", "--all", "--json"]);
    t.match({ code, stderr }, { code: 0, stderr: "" }, "lists are whole");
    return new Map((records(stdout) as Fields[]).map((status) => [status["id"], status]));
  };

  return {
    recover,
    listed,
    after(words) {
      const row = table.at(-1);
      if (row) row.after = words;
    },
    async everywhere(t, name, inputs, how) {
      const left = [...inputs];
      const used: string[] = [];
      const next = () => {
        const input = left.shift();
        if (input === undefined) throw new Error(`${name}: not enough inputs`);
        used.push(input);
        return input;
      };
      // The first makes what there is only once; the second is as all that follow.
      let end = await killedAt(0, next(), how);
      if (end.code === 0) end = await killedAt(0, next(), how);
      t.equal(end.code, 0, `${name}: ${end.stderr}`);
      t.ok(end.writes > 0, `${name} writes`);
      const points = spread(end.writes, supply - 2);
      const wanted = points.length;
      let kills = 0;
      const lane = async () => {
        for (let at = points.shift(); at !== undefined; at = points.shift()) {
          const { signal, code, stderr } = await killedAt(at, next(), how);
          if (signal === "SIGKILL") kills += 1;
          else t.equal(code, 0, `${name} at ${at}: ${stderr}`);
        }
      };
      await Promise.all([lane(), lane()]);
      t.ok(kills >= 0.8 * wanted - 1, `${name} was killed ${kills} times of ${wanted}`);
      table.push({ command: name, writes: end.writes, kills, after: "" });
      await recover(t, `after ${name}`);
      return used;
    },
    async whole(t, name, argv, then) {
      const kept = fs.mkdtempSync(path.join(os.tmpdir(), "labkit-kept-"));
      t.teardown(() => fs.rmSync(kept, { recursive: true, force: true }));
      const restore = restorer(place.dir, path.join(kept, "tree"));
      const how = { argv: () => argv };
      const ids = async () => records((await place.run(["lab-ls", "--all", "--json"])).stdout).map(({ id }) => id);
      const [known, before] = [(await ids()).sort(), await wrong()];
      restore();
      const { code, stderr, writes } = await killedAt(0, "", how);
      t.equal(code, 0, `${name}: ${stderr}`);
      t.ok(writes > 0, `${name} writes`);
      await then(t);
      let kills = 0;
      for (const at of spread(writes)) {
        restore();
        if ((await killedAt(at, "", how)).signal === "SIGKILL") kills += 1;
        await recover(t, `after ${name}, killed at ${at}`, before);
        const left = await ids();
        t.same(
          known.filter((id) => !left.includes(id)),
          [],
          "no run is lost",
        );
        const again = await place.run(argv);
        t.equal(again.code, 0, `${name} again: ${again.stderr}`);
        await then(t);
      }
      t.ok(kills > 0);
      table.push({ command: name, writes, kills, after: "done at the second try" });
    },
  };
}

/** The writes before which a command is killed, from 1. */
function spread(writes: number, most = enough): number[] {
  const count = Math.min(writes, enough, most);
  return Array.from({ length: count }, (_, i) => 1 + Math.round((i * (writes - 1)) / Math.max(1, count - 1)));
}

/** The table as lines. */
export function printed(table: readonly Row[]): string[] {
  const width = Math.max(...table.map(({ command }) => command.length));
  const rows = table.map(
    ({ command, writes, kills, after }) =>
      `${command.padEnd(width)}  ${String(writes).padStart(6)}  ${String(kills).padStart(5)}  ${after}`,
  );
  return [`${"command".padEnd(width)}  writes  kills  then`, ...rows];
}
