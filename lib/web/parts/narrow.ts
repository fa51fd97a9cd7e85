// Whether the screen is that of a phone, and how wide it is.
import { useEffect, useState } from "preact/hooks";

const query = matchMedia("(max-width: 640px)");

export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const changed = () => setNarrow(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return narrow;
}

const step_px = 50;
const steps = () => Math.floor(innerWidth / step_px) * step_px;

/** In whole steps, so that not every pixel draws anew. */
export function usePageWidth(): number {
  const [width, setWidth] = useState(steps);
  useEffect(() => {
    const changed = () => setWidth(steps());
    addEventListener("resize", changed);
    return () => removeEventListener("resize", changed);
  }, []);
  return width;
}
