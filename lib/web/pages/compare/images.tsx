// The images that runs have collected, side by side, all at one step.
import type { compareImagesApi } from "../../../serve/api/compare.js";
import { Section } from "../../parts/facts.js";
import { Problem } from "../../parts/problem.js";
import { useQuery } from "../../shell/router.js";
import { useAsk } from "../../shell/use-ask.js";

export function Images({ refs }: { refs: readonly string[] }) {
  const { answer, trouble } = useAsk<typeof compareImagesApi>(
    "/api/v1/compare/images",
    { query: { run: refs } },
    { live: ["run"], runs: refs },
  );
  const [image, setImage] = useQuery("image");
  const [step, setStep] = useQuery("step");
  if (trouble && !answer) return <Problem error={trouble} />;
  if (!answer || answer.images.length === 0) return null;
  const { names, images } = answer;
  const name = names.includes(image) ? image : (names[0] ?? "");
  const named = images.filter((one) => one.name === name);
  const steps = [...new Set(named.flatMap((one) => (one.step === undefined ? [] : [one.step])))].sort((a, b) => a - b);
  const found = step === "" ? -1 : steps.indexOf(Number(step));
  // Where nobody chose, the last step that as many as possible have.
  const having = steps.map((one) => new Set(named.filter((it) => it.step === one).map(({ run }) => run)).size);
  const at = found < 0 ? having.lastIndexOf(Math.max(...having)) : found;
  const shown = steps[at];
  return (
    <Section title="Images">
      <div class="chart-bar">
        <select aria-label="Which image" value={name} onChange={(event) => setImage(event.currentTarget.value)}>
          {names.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        {steps.length > 1 && (
          <label class="chosen">
            Step
            <input
              type="range"
              min="0"
              max={steps.length - 1}
              value={at}
              aria-valuetext={`step ${shown}`}
              onInput={(event) => setStep(String(steps[Number(event.currentTarget.value)]))}
            />
            <output>{shown}</output>
          </label>
        )}
      </div>
      <ul class="images">
        {refs.map((run) => {
          const one = named.find((it) => it.run === run && it.step === shown);
          return (
            <li key={run}>
              {one ? (
                <img
                  src={`/api/v1/runs/${run}/file?path=${encodeURIComponent(one.path)}`}
                  alt={`${one.path} of ${run.slice(-6)}`}
                  loading="lazy"
                />
              ) : (
                <span class="none">none</span>
              )}
              <a href={`/runs/${run}`}>{run.slice(-6)}</a>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
