// Which fields runs have: for those who choose columns, and for those who write filters.
import { fieldsApi } from "../../serve/api/runs.js";
import { breather } from "../breathing.js";
import { answering } from "./answering.js";
import { asking, reporting, standingOf } from "./index/asking.js";
import { type Described, described } from "./index/describe.js";
import { selectRuns } from "./index/select-runs.js";

const most = 2000;

export const fields = answering(
  fieldsApi,
  async (_, filters, serving) => {
    const index = await asking(serving);
    const rows = await selectRuns(index, filters, "", serving.context.now, reporting(serving));
    const shown: Described[] = [];
    const rest = breather();
    for (const column of [...index.table.columns.values()]) {
      const one = await described(column, rows, rest);
      if (one) shown.push(one);
      await rest();
    }
    shown.sort((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1));
    return { fields: shown.slice(0, most), ...standingOf(index) };
  },
  { tag: ({ index }, { note }) => (note === undefined ? index.version() : undefined) },
);
