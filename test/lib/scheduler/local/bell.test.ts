import t from "tap";
import { makeBell } from "../../../../lib/scheduler/local/bell.js";

const longer = 2 ** 31 - 1;

t.test("a ring ends a wait; one that nobody waited for ends the next; many are one", async (t) => {
  const { ring, wait } = makeBell();
  const first = wait(longer);
  ring();
  ring();
  await first;
  ring();
  ring();
  await wait(longer);
  await wait(1);
  t.pass("and without a ring the time does");
});
