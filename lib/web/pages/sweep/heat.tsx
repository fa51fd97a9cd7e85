// Two axes of a sweep against each other: the others are put together, or kept at one value.
import { useRef } from "preact/hooks";
import { ExportMenu } from "../../charts/export-menu.js";
import { HeatMap, type HeatPoint, type Measure, measures } from "../../charts/heat-map.js";
import { said } from "../../parts/format.js";
import { useQuery } from "../../shell/router.js";

interface Shape {
  drawn: readonly HeatPoint[];
  axes: readonly string[];
  /** Those that matter most first. */
  usual: readonly string[];
  metric: Parameters<typeof HeatMap>[0]["metric"];
  selected: ReadonlySet<string>;
  onChoose(ids: readonly string[]): void;
}

const fewValues = 16;

export function SweepHeat({ drawn, axes, usual, metric, selected, onChoose }: Shape) {
  const box = useRef<HTMLElement>(null);
  const [first = "", second = ""] = [...new Set([...usual.filter((path) => path !== "seed"), ...axes])];
  const [across, setAcross] = useQuery("x", first);
  const [down, setDown] = useQuery("y", second);
  const [measure, setMeasure] = useQuery("cell", "median");
  const [kept, setKept] = useQuery("at");
  const slices = slicesIn(kept);
  const points = drawn.filter(({ values }) =>
    Object.entries(slices).every(([path, word]) => path === across || path === down || said(values[path]) === word),
  );
  const others = axes.flatMap((path) => {
    const words = [...new Set(drawn.map(({ values }) => said(values[path])))];
    return path === across || path === down || words.length > fewValues ? [] : [{ path, words }];
  });
  const slice = (path: string, word: string) => setKept(wordsOf({ ...slices, [path]: word }), { push: true });
  const pick = (label: string, value: string, set: typeof setAcross) => (
    <label>
      {label}
      <select value={value} onChange={(event) => set(event.currentTarget.value, { push: true })}>
        {axes.map((path) => (
          <option key={path} value={path}>
            {short(path)}
          </option>
        ))}
      </select>
    </label>
  );
  const isMeasure = (word: string): word is Measure => (measures as readonly string[]).includes(word);
  return (
    <section class="panel" ref={box}>
      <header>
        <h2>Two axes</h2>
        <div class="picks">
          {pick("across", across, setAcross)}
          {pick("down", down, setDown)}
          <label>
            each the
            <select value={measure} onChange={(event) => setMeasure(event.currentTarget.value, { push: true })}>
              {measures.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
          {others.map(({ path, words }) => (
            <label key={path}>
              {short(path)}
              <select value={slices[path] ?? ""} onChange={(event) => slice(path, event.currentTarget.value)}>
                <option value="">all</option>
                {words.map((word) => (
                  <option key={word}>{word}</option>
                ))}
              </select>
            </label>
          ))}
          <ExportMenu
            title={`${metric.title} by ${short(across)} and ${short(down)}`}
            box={box}
            rows={() => [
              ["run", "state", ...axes, metric.title],
              ...points.map(({ id, state, values, value }) => [id, state, ...axes.map((path) => values[path]), value]),
            ]}
          />
        </div>
      </header>
      {across === down ? (
        <p class="soft">Choose two that differ.</p>
      ) : (
        <HeatMap
          points={points}
          across={across}
          down={down}
          measure={isMeasure(measure) ? measure : "median"}
          metric={metric}
          chosen={selected}
          onChoose={onChoose}
        />
      )}
    </section>
  );
}

function short(path: string): string {
  return path.replace(/^(params|args)\./, "");
}

/** Which axes are kept at which value, as a word of the address: `params.optimizer=lion,seed=0`. */
function slicesIn(words: string): Record<string, string> {
  const pairs = words.split(",").flatMap((word) => {
    const [path = "", value = ""] = word.split("=").map(decodeURIComponent);
    return path && value ? [[path, value] as const] : [];
  });
  return Object.fromEntries(pairs);
}

function wordsOf(slices: Record<string, string>): string {
  const pairs = Object.entries(slices).filter(([, value]) => value !== "");
  return pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join(",");
}
