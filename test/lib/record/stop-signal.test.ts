import t from "tap";
import { type StopSignal, stopSignal } from "../../../lib/record/stop-signal.js";

const mine = () => stopSignal();
const nodes = () => {
  const controller = new AbortController();
  return { signal: controller.signal as StopSignal, abort: () => controller.abort() };
};

for (const [name, make] of Object.entries({ mine, nodes })) {
  t.test(`${name}: who listens is called once, and sees that it was`, async (t) => {
    const { signal, abort } = make();
    const seen: [string, boolean][] = [];
    const first = () => seen.push(["first", signal.aborted]);
    const gone = () => seen.push(["gone", signal.aborted]);
    signal.addEventListener("abort", first, { once: true });
    signal.addEventListener("abort", first, { once: true });
    signal.addEventListener("abort", gone, { once: true });
    signal.removeEventListener("abort", gone);
    t.equal(signal.aborted, false);
    abort();
    abort();
    t.equal(signal.aborted, true);
    t.strictSame(seen, [["first", true]]);
  });
}
