// Who is best: producers of artifacts by what the evaluations of these found, over their steps.

export interface Evaluated {
  /** The run that made what was evaluated; what no run made stands for itself, by its id. */
  run: string;
  name: string;
  user: string;
  step?: number;
  value: number;
  evaluation?: string;
}

export interface Standing {
  run: string;
  name: string;
  user: string;
  evaluated: number;
  best: { value: number; step?: number; evaluation?: string };
  last: { value: number; step?: number; change?: number };
  /** By step; those without one stand at their place in the order given. */
  points: [step: number, value: number][];
}

/** The best first; of equals who got there by fewer steps. `change` is from the evaluation before the last. Pure. */
export function leaderboard(evaluated: readonly Evaluated[], goal: "min" | "max"): Standing[] {
  const runs = new Map<string, Evaluated[]>();
  for (const one of evaluated) if (Number.isFinite(one.value)) runs.set(one.run, [...(runs.get(one.run) ?? []), one]);
  const isBetter = (a: number, b: number) => (goal === "min" ? a < b : a > b);
  const standings = [...runs.values()].map((all): Standing => {
    // Steps ascend, and what has none comes last.
    const ordered = all.slice().sort((a, b) => (a.step ?? Number.MAX_VALUE) - (b.step ?? Number.MAX_VALUE));
    const [first] = ordered as [Evaluated];
    const best = ordered.reduce((one, other) => (isBetter(other.value, one.value) ? other : one), first);
    const last = ordered.at(-1) ?? first;
    const before = ordered.at(-2);
    return {
      ...{ run: first.run, name: first.name, user: first.user, evaluated: ordered.length },
      best: {
        value: best.value,
        ...stepOf(best),
        ...(best.evaluation === undefined ? {} : { evaluation: best.evaluation }),
      },
      last: { value: last.value, ...stepOf(last), ...(before ? { change: last.value - before.value } : {}) },
      points: ordered.map(({ step, value }, i) => [step ?? i, value]),
    };
  });
  return standings.sort((a, b) =>
    a.best.value === b.best.value
      ? (a.best.step ?? 0) - (b.best.step ?? 0) || (a.run < b.run ? -1 : 1)
      : isBetter(a.best.value, b.best.value)
        ? -1
        : 1,
  );
}

function stepOf({ step }: Evaluated): { step?: number } {
  return step === undefined ? {} : { step };
}
