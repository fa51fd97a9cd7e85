// A bar beside its number: how much of the most there is, in parts that run and that wait where these differ.
export function ShareBar({ of, most, waits = 0 }: { of: number; most: number; waits?: number }) {
  const width = `${(100 * (of + waits)) / Math.max(most, 1e-9)}%`;
  return (
    <span class="share" aria-hidden="true" style={{ width }}>
      {of > 0 && <span style={{ flexGrow: of }} />}
      {waits > 0 && <span class="waits" style={{ flexGrow: waits }} />}
    </span>
  );
}
