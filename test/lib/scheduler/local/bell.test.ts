import t from "tap";
import { makeBell } from "../../../../lib/scheduler/local/bell.js";

const longer = 2 ** 31 - 1;

t.test("a ring ends a wait; one that nobody waited for ends the next; many are one", async (t) => {
  const { ring, wait } = makeBell();
  const first = wait(longer, 1);
  ring();
  ring();
  t.ok(await first);
  ring();
  ring();
  t.ok(await wait(longer, 1));
  t.notOk(await wait(1, longer), "and without a ring the time does");
});

t.test("what rings soon after is of the same ring, each in a turn of its own of the event loop or not", async (t) => {
  const { ring, wait } = makeBell();
  const first = wait(longer, 200);
  ring();
  for (let i = 0; i < 10; i += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    ring();
  }
  t.ok(await first);
  t.notOk(await wait(1, 1));
});

t.test("nothing is gathered for longer than was to be waited", async (t) => {
  const { ring, wait } = makeBell();
  ring();
  t.ok(await wait(1, longer));
});
