// Records through a command that has nothing to do with them, beside jq.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Bench } from "./bench.js";
import { comparedFigure } from "./figure.js";
import { alternately } from "./measure.js";
import { built, durationOf, installed, output } from "./programs.js";
import { streamOfRecords } from "./records.js";

const megabytes = 96;
const rounds = 5;

export const passthrough: Bench = {
  title: `${megabytes} MB of runs, statuses and metrics through pipes: cat | command | cat.`,
  missing: () => (installed("jq") ? undefined : "no jq here (apt-get install jq)"),
  async *figures(say) {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "labkit-bench-"));
    try {
      const file = path.join(directory, "records.ndjson");
      say(`${megabytes} MB of records`);
      fs.writeFileSync(file, streamOfRecords(megabytes * 1e6));
      const bytes = fs.statSync(file).size;
      const through = (words: string) => [
        "sh",
        "-c",
        `cat "$1" | ${words} | cat >/dev/null`,
        built("lab-create"),
        file,
      ];
      const rate = (words: string) => async () => bytes / 1e3 / (await durationOf(through(words)));
      output(["sh", "-c", `"$0" --json <"$1" | cmp - "$1"`, built("lab-create"), file]);
      const compared = await alternately(rounds, rate(`"$0" --json`), rate("jq -c ."));
      const named = { bench: "passthrough", what: "lab-create --json", unit: "MB/s", against: "jq -c ." };
      yield comparedFigure(named, compared, { of: "ratio", least: 1 });
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  },
};
