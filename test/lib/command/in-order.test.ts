import t from "tap";
import { inOrder } from "../../../lib/command/in-order.js";

async function* of<T>(...items: T[]) {
  yield* items;
}

t.test("acts side by side, at most so many, and gives the answers in order", async (t) => {
  const going: (() => void)[] = [];
  let most = 0;
  const act = async (n: number) => {
    most = Math.max(most, going.push(() => {}) - finished);
    await new Promise((done) => setTimeout(done, (5 - n) * 2));
    finished += 1;
    return n * 10;
  };
  let finished = 0;
  const said: number[] = [];
  for await (const one of inOrder(of(0, 1, 2, 3, 4), act, 3)) said.push(one);
  t.strictSame(said, [0, 10, 20, 30, 40]);
  t.equal(most, 3);
});

t.test("what is done does not wait for what has not come yet", async (t) => {
  let more = () => {};
  const later = new Promise<void>((come) => {
    more = come;
  });
  async function* slowly() {
    yield 1;
    await later;
    yield 2;
  }
  const answers = inOrder(slowly(), async (n) => n, 8);
  t.strictSame(await answers.next(), { done: false, value: 1 });
  more();
  t.strictSame(await answers.next(), { done: false, value: 2 });
  t.match(await answers.next(), { done: true });
});

t.test("an error comes in its turn, and the source is left", async (t) => {
  let left = false;
  async function* source() {
    try {
      for (let n = 0; ; n += 1) yield n;
    } finally {
      left = true;
    }
  }
  const act = async (n: number) => {
    if (n === 2) throw new Error("two");
    return n;
  };
  const said: number[] = [];
  await t.rejects(async () => {
    for await (const one of inOrder(source(), act, 4)) said.push(one);
  }, /two/);
  t.strictSame(said, [0, 1]);
  t.ok(left);
});
