import t from "tap";
import { tellingOfPoints } from "../../../../lib/verb/send/answered-points.js";

const point = (id: string, sweep: string, decision: string) => ({
  type: "run",
  id,
  name: "grid",
  sweep: { id: sweep, index: 0, of: 3, point: {} },
  decision: { decision },
});

async function* stream(records: object[]): AsyncGenerator<object> {
  yield* records;
}

async function told(records: object[]): Promise<string[]> {
  const said: string[] = [];
  const passed: object[] = [];
  for await (const record of tellingOfPoints(stream(records), (message) => said.push(message))) passed.push(record);
  t.same(passed, records, "all records go on, in their order");
  return said;
}

t.test("a line each sweep tells how many of its points others answer for", async (t) => {
  const sweep = "20260101-000000-aaaaaa";
  const records = [
    { type: "sweep", id: sweep },
    point("1", sweep, "hit"),
    point("2", sweep, "follows"),
    point("3", sweep, "claimed"),
    point("4", "20260101-000000-bbbbbb", "claimed"),
    { type: "run", id: "5", name: "no point", decision: { decision: "hit" } },
    { ...point("6", sweep, "hit"), sweep: { id: sweep, index: 0, of: 3, point: {}, aggregate: true } },
  ];
  t.same(await told(records), [
    "sweep aaaaaa (grid): 3 points: 1 answered by earlier runs, 1 by runs under way, 1 to compute",
  ]);
  t.same(await told([]), []);
});
