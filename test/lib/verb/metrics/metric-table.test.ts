import t from "tap";
import { metricTable } from "../../../../lib/verb/metrics/metric-table.js";

const style = { header: true, colour: false, width: undefined as number | undefined, now: 0 };
const [one, two] = ["20261120-120000-k7q3mz", "20261120-120001-abc123"];
const metric = (run: string, name: string, value: unknown, step?: number, attempt = 1) => ({
  run,
  name,
  value,
  attempt,
  ...(step === undefined ? {} : { step }),
});

function table(records: Record<string, unknown>[], options = {}, width?: number): string[] {
  const gathering = metricTable({ ...style, width }, options);
  for (const record of records) gathering.add(record);
  return gathering.text().split("\n").slice(0, -1);
}

t.test("of one run a line for each metric, with its curve", async (t) => {
  const loss = [8, 4, 2, 1].map((value, i) => metric(one, "loss", value, i + 1));
  t.same(table([...loss, metric(one, "loss", "NaN", 5), metric(one, "val.acc", 0.75, 4)]), [
    "metric   last  step   min   max  points  curve",
    "loss      NaN     5     1     8       5  █▄▂▁",
    "val.acc  0.75     4  0.75  0.75       1",
  ]);
  t.same(table([metric(one, "size", 3)]), ["metric  value", "size        3"]);
  t.same(
    table([metric(one, "loss", 1, 9), metric(one, "loss", 5, 3, 2), metric(one, "loss", 6, 2, 2)])[1]?.slice(0, 16),
    "loss       5     3".slice(0, 16),
    "the last is of the latest attempt",
  );
  t.same(table([]), []);
});

t.test("of several runs a line a run, with as many metrics as there is room for", async (t) => {
  const records = [one, two].flatMap((run) =>
    ["loss", "accuracy", "perplexity"].map((name, i) => metric(run, name, i)),
  );
  t.same(table(records.slice(0, 5)), [
    "run     loss  accuracy  perplexity",
    "k7q3mz     0         1           2",
    "abc123     0         1",
  ]);
  t.same(table(records, {}, 24), [
    "run     loss  accuracy",
    "k7q3mz     0         1",
    "abc123     0         1",
    "and 1 more: --name perplexity, …",
  ]);
});

t.test("with --all a row for each step, in the order of steps, whichever process wrote them", async (t) => {
  const records = [
    metric(one, "loss", 0.5, 2),
    metric(one, "step", 7),
    metric(two, "loss", 1, 1),
    metric(one, "acc", 0.1, 1),
    metric(one, "acc", 0.2, 2),
  ];
  t.same(table(records, { all: true }), [
    "run     step  loss  step  acc",
    "k7q3mz     1              0.1",
    "k7q3mz     2   0.5        0.2",
    "k7q3mz                 7",
    "abc123     1     1",
  ]);
});
