// A rollout: frame by frame, with what was done and answered, and what it earned. Arrow keys go from frame to frame.
import type { RolloutStep, rolloutApi } from "../../serve/api/evaluations.js";
import { counted, figure, said } from "../parts/format.js";
import { Problem } from "../parts/problem.js";
import { Segments } from "../parts/segments.js";
import { useKeys } from "../shell/keys.js";
import { useQuery } from "../shell/router.js";
import { useAsk } from "../shell/use-ask.js";

export function Rollout({ artifact }: { artifact: string }) {
  const [task, setTask] = useQuery("task", "0");
  const [at, setAt] = useQuery("step", "0");
  const { answer, trouble, again } = useAsk<typeof rolloutApi>(
    "/api/v1/artifacts/:id/rollout",
    { parts: { id: artifact }, query: { task } as never },
    { live: false },
  );
  const steps = answer?.steps ?? [];
  const current = Math.min(Math.max(0, Number(at) || 0), Math.max(0, steps.length - 1));
  const step = (by: number) => setAt(String(Math.min(Math.max(0, current + by), steps.length - 1)));
  useKeys([
    { keys: "ArrowRight", does: "next step", run: () => step(1) },
    { keys: "ArrowLeft", does: "step before", run: () => step(-1) },
  ]);
  if (trouble) return <Problem error={trouble} again={again} />;
  if (!answer) return <div class="loading" aria-busy="true" />;
  const one = steps[current];
  const frames = new Set(answer.frames);
  const frame =
    one && frames.has(one.step) ? `/api/v1/artifacts/${artifact}/frame?task=${answer.task}&n=${one.step}` : undefined;
  return (
    <>
      <div class="picks">
        {answer.tasks.length > 1 && answer.tasks.length <= 6 ? (
          <Segments
            label="Task"
            choices={answer.tasks.map(({ name }, i) => [String(i), name] as const)}
            chosen={String(answer.task)}
            onChoose={setTask}
          />
        ) : (
          answer.tasks.length > 1 && (
            <label>
              Task
              <select value={String(answer.task)} onChange={(event) => setTask(event.currentTarget.value)}>
                {answer.tasks.map(({ name }, i) => (
                  <option key={name} value={String(i)}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          )
        )}
        <span class="soft">
          {counted(steps.length, "step")}, {counted(answer.frames.length, "frame")}
          {answer.total_reward !== undefined && `, reward ${figure(answer.total_reward)} in all`}
        </span>
      </div>
      <div class="rollout">
        <div class="rollout-frame">
          <div class="picture">
            {frame ? <img src={frame} alt={`Frame ${one?.step}`} /> : <span class="soft">no frame of this step</span>}
          </div>
          <input
            type="range"
            min="0"
            max={Math.max(0, steps.length - 1)}
            value={current}
            aria-label="Step"
            aria-valuetext={`step ${one?.step}`}
            onInput={(event) => setAt(event.currentTarget.value)}
          />
        </div>
        <ol class="rollout-steps">
          {steps.map((other, i) => (
            <li key={other.step}>
              <button type="button" aria-current={i === current ? "step" : undefined} onClick={() => setAt(String(i))}>
                <Step step={other} />
              </button>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}

function Step({ step: { step, action, response, reward } }: { step: RolloutStep }) {
  return (
    <>
      <span class="soft">{step}</span>
      <code class="cut">{said(action)}</code>
      {reward === undefined ? (
        <span />
      ) : (
        <span class={`reward ${reward > 0 ? "good" : reward < 0 ? "bad" : "soft"}`}>{figure(reward)}</span>
      )}
      {response !== undefined && <span class="response">{said(response)}</span>}
    </>
  );
}
