// An answer that costs somebody else something, given to everybody who asks within a while.

/**
 * Asks when the last answer is older (milliseconds), and once however many want to know at a time. A failure is handed to all
 * who wait for it and kept as long: what is down is not asked more often for that.
 */
export function atMostEvery<T>(age_ms: number, ask: () => Promise<T>, now = Date.now): () => Promise<T> {
  let last: { at: number; answer: Promise<T> } | undefined;
  return () => {
    if (last && now() - last.at < age_ms) return last.answer;
    const answer = ask();
    const asked = { at: now(), answer };
    last = asked;
    const done = () => {
      asked.at = now();
    };
    answer.then(done, done);
    return answer;
  };
}
