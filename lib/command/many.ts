// What V8 is told where many records are at hand. It optimizes what has run for a millisecond; in a command of a thousand
// records, which lives for a quarter of a second, that takes as long as all else. With ten times the patience it does so only
// where it is paid back.

/** So many records are many. */
const few = 16;
let isTold = false;

/** Tells that so many records are at hand, or have been so far. */
export function atHand(records: number): void {
  if (isTold || records < few) return;
  isTold = true;
  // Loaded here, since it takes longer than one record does.
  void import("node:v8").then(({ setFlagsFromString }) => setFlagsFromString("--interrupt-budget=675840"));
}
