// Moments, durations and sizes, with the exact value for who points at them.
import { useEffect, useState } from "preact/hooks";
import { absolute, bytes, elapsed, relative } from "./format.js";

/** The time now, anew every so many milliseconds while the component is there. */
export function useNow(every_ms: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return now;
}

/** How long ago something was; the moment itself in its title. */
export function Time({ at }: { at: string | undefined }) {
  const now = useNow(20_000);
  if (at === undefined) return null;
  return (
    <time class="time" dateTime={at} title={absolute(at)}>
      {relative(at, now)}
    </time>
  );
}

/** How long something took, or has been taking since `since`. */
export function Duration({ s, since }: { s?: number | undefined; since?: string | undefined }) {
  if (since !== undefined) return <Running since={since} />;
  if (s === undefined) return null;
  return (
    <span class="duration" title={`${s} s`}>
      {elapsed(s)}
    </span>
  );
}

function Running({ since }: { since: string }) {
  const s = (useNow(1000) - Date.parse(since)) / 1000;
  return <span class="duration">{elapsed(s)}</span>;
}

export function Bytes({ count }: { count: number | undefined }) {
  if (count === undefined) return null;
  return (
    <span class="bytes" title={`${count.toLocaleString("en-US")} bytes`}>
      {bytes(count)}
    </span>
  );
}
