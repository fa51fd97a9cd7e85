import t from "tap";
import { paceOf } from "../../../lib/command/pace.js";

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

t.test("a record that had to be waited for leaves before the next is asked for", async (t) => {
  const pace = paceOf();
  for (let n = 0; n < 3; n += 1) {
    t.ok(pace.mustLeave());
    pace.left();
    await turn();
  }
});

t.test("records that come with the one before leave together, so many at a time", async (t) => {
  const pace = paceOf();
  const said: boolean[] = [];
  for (let n = 0; n < 130; n += 1) {
    said.push(pace.mustLeave());
    if (said.at(-1)) pace.left();
    // A promise that is kept already is no turn of the loop.
    await undefined;
  }
  t.strictSame(
    said.flatMap((must, n) => (must ? [n] : [])),
    [0, 64, 128],
  );
});
