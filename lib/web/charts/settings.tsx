// How charts are drawn, in the address, so that a link shows another person the same; and the controls for it.
import type { Settings } from "../../graph/curves.js";
import { useQuery } from "../shell/router.js";

export type ChartSettings = Settings;

export function useChartSettings(): ChartSettings {
  const [smooth] = useQuery("smooth", "0");
  const [x] = useQuery("x", "step");
  const [log] = useQuery("axes");
  const [clip] = useQuery("clip");
  const weight = Number(smooth);
  return {
    smooth: weight > 0 && weight < 1 ? weight : 0,
    x: x === "time" || x === "relative" ? x : "step",
    logX: log.includes("x"),
    logY: log.includes("y"),
    clip: clip === "1",
  };
}

export function ChartControls() {
  const { smooth, x, logX, logY, clip } = useChartSettings();
  const [, setSmooth] = useQuery("smooth", "0");
  const [, setX] = useQuery("x", "step");
  const [, setLog] = useQuery("axes");
  const [, setClip] = useQuery("clip");
  const log = (axis: "x" | "y", on: boolean) =>
    setLog([axis === "x" ? on : logX, axis === "y" ? on : logY].map((is, i) => (is ? "xy"[i] : "")).join(""));
  return (
    <fieldset class="chart-controls" aria-label="How charts are drawn">
      <label>
        Smoothing
        <input
          type="range"
          min="0"
          max="0.99"
          step="0.01"
          value={smooth}
          onInput={(event) => setSmooth(event.currentTarget.value === "0" ? undefined : event.currentTarget.value)}
        />
        <output>{smooth.toFixed(2)}</output>
      </label>
      <label>
        Along
        <select value={x} onChange={(event) => setX(event.currentTarget.value)}>
          <option value="step">step</option>
          <option value="relative">time since start</option>
          <option value="time">time of day</option>
        </select>
      </label>
      <Switch title="Log x" on={logX} set={(on) => log("x", on)} />
      <Switch title="Log y" on={logY} set={(on) => log("y", on)} />
      <Switch title="Clip outliers" on={clip} set={(on) => setClip(on ? "1" : undefined)} />
    </fieldset>
  );
}

export function Switch({ title, on, set }: { title: string; on: boolean; set(on: boolean): void }) {
  return (
    <button type="button" class="button" aria-pressed={on} onClick={() => set(!on)}>
      {title}
    </button>
  );
}
