// Acting on several records at once, where acting is mostly waiting: what comes out is in the order of what went in.

/**
 * Gives each record to `act`, at most `most` of them at a time, and yields what that returns in the records' order, as soon
 * as it is there: nothing that is done waits for a record that has not come yet. The first is alone: where nobody takes it,
 * nothing more is done. Throws what `act` throws.
 */
export async function* inOrder<R, T>(
  records: AsyncIterable<R>,
  act: (record: R) => Promise<T>,
  at_most: number,
): AsyncGenerator<T> {
  let most = 1;
  const source = records[Symbol.asyncIterator]();
  const under_way: Promise<T>[] = [];
  let coming: Promise<IteratorResult<R>> | undefined;
  try {
    for (let isOver = false; !isOver || under_way.length > 0; ) {
      if (!isOver && under_way.length < most) coming ??= source.next();
      const first = under_way[0];
      const next = coming && under_way.length < most ? await sooner(coming, first) : undefined;
      if (next === undefined) {
        yield await (first as Promise<T>);
        under_way.shift();
        most = at_most;
        continue;
      }
      coming = undefined;
      if (next.done) isOver = true;
      else {
        const acting = act(next.value);
        // It is awaited in its turn.
        acting.catch(() => {});
        under_way.push(acting);
      }
    }
  } finally {
    await source.return?.();
  }
}

/** What comes, unless the first of those under way is done before: then undefined. */
function sooner<R>(coming: Promise<R>, first: Promise<unknown> | undefined): Promise<R | undefined> {
  if (first === undefined) return coming;
  const done = () => undefined;
  return Promise.race([first.then(done, done), coming]);
}
