// The metrics of one run that logged ten million values, beside jq over the same file.
import fs from "node:fs";
import path from "node:path";
import { sandbox } from "../support/sandbox.js";
import type { Bench } from "./bench.js";
import { comparedFigure, countFigure } from "./figure.js";
import { alternately } from "./measure.js";
import { built, durationOf, installed, peakOf } from "./programs.js";

const many = 10_000_000;
const rounds = 3;
/** What is asked of them, and how long it may take beside jq, which reads each line once. */
const asked: [words: string[], most: number][] = [
  [["lab-metrics", "--last", "--json"], 0.2],
  [["lab-metrics", "--best", "loss:min", "--json"], 1],
  [["lab-metrics", "--downsample", "500", "--json"], 1],
  [["lab-metrics", "--table"], 1.5],
  [["lab-plot", "--table"], 1.5],
];

export const metrics: Bench = {
  title: "One run with ten million values of one metric.",
  missing: () => (installed("jq") ? undefined : "no jq here (apt-get install jq)"),
  async *figures(say) {
    const box = await sandbox({ name: "metrics" });
    try {
      const line = `printf '{"name":"loss","value":0.5,"step":1}\\n' >>"$LAB_METRICS"`;
      const { stdout } = await box.run(["lab", "run", "-w", "--json", "--", "sh", "-c", line], { cwd: box.dir });
      const { run_dir } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as { run_dir: string };
      const attempt = path.join(run_dir, ".lab/attempt-1");
      const log = fs.readdirSync(attempt).find((name) => name.startsWith("metrics-")) ?? "";
      const file = path.join(attempt, log);
      say("ten million lines");
      await writeLines(file);
      const how = { env: { ...process.env, ...box.env } };
      const jq = () => durationOf(["sh", "-c", 'jq -c "select(.step == 5)" <"$0"', file]);
      for (const [[command = "", ...words], most] of asked) {
        say(`${command} ${words.join(" ")}`);
        const argv = [built(command), ...words, path.basename(run_dir)];
        const compared = await alternately(
          rounds,
          async () => (await durationOf(argv, how)) / 1000,
          async () => (await jq()) / 1000,
        );
        const what = `${command} ${words.join(" ")}`;
        yield comparedFigure({ bench: "metrics", what, unit: "s", against: "jq select" }, compared, {
          of: "ratio",
          most,
        });
        yield countFigure({ bench: "metrics", what: `${what}: peak memory`, unit: "MB" }, peakOf(argv, how));
      }
    } finally {
      box.remove();
    }
  },
};

/** As lab.py writes them. */
async function writeLines(file: string): Promise<void> {
  const out = fs.openSync(file, "w");
  for (let from = 1; from <= many; from += 100_000) {
    const lines = Array.from({ length: 100_000 }, (_, i) => {
      const step = from + i;
      return `{"name":"loss","value":${(1 / (1 + step / 1000) + (step % 97) / 1000).toFixed(6)},"step":${step}}\n`;
    });
    fs.writeSync(out, lines.join(""));
  }
  fs.closeSync(out);
}
