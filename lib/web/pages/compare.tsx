// Runs side by side: what differs first, then their metrics over one another, what decided, and what they drew.
import { useMemo } from "preact/hooks";
import { type ComparedSides, chosenFields, type Looks, titleOf } from "../../graph/compared-curves.js";
import type { ComparedRun } from "../../record/comparison.js";
import type { compareApi } from "../../serve/api/compare.js";
import { ChartControls, useChartSettings } from "../charts/settings.js";
import { Empty } from "../parts/empty.js";
import { Section } from "../parts/facts.js";
import { Heading } from "../parts/heading.js";
import { Problem, Problems } from "../parts/problem.js";
import { TextBlock } from "../parts/text-block.js";
import { useQuery, useQueryAll } from "../shell/router.js";
import { useAsk } from "../shell/use-ask.js";
import { Decided } from "./compare/decided.js";
import { Differences } from "./compare/differences.js";
import { Images } from "./compare/images.js";
import { Overlaid } from "./compare/overlaid.js";
import { Saving } from "./compare/saving.js";

export default function ComparePage() {
  const [refs] = useQueryAll("run");
  const enough = refs.length > 1;
  const question = { query: { run: refs } };
  const { answer, trouble, again } = useAsk<typeof compareApi>(enough ? "/api/v1/compare" : undefined, question, {
    live: ["run"],
    runs: refs,
  });
  const looks = useLooks();
  const now = useChartSettings();
  const key = `${now.smooth} ${now.x} ${now.logX} ${now.logY} ${now.clip}`;
  const settings = useMemo(() => now, [key]);
  if (!enough)
    return (
      <>
        <Heading title="Compare" above={<a href="/runs">Runs</a>} />
        <Empty
          title="Choose two runs or more"
          text="In the list of runs: x chooses a row, c compares what is chosen. In a terminal:"
          command="lab compare RUN RUN"
        />
      </>
    );
  if (!answer)
    return (
      <>
        <Heading title="Compare" above={<a href="/runs">Runs</a>} />
        {trouble ? <Problem error={trouble} again={again} /> : <div class="loading" />}
      </>
    );
  const { runs, fields, metrics, patch } = answer;
  return (
    <>
      <Heading
        title={`${runs.length} runs compared`}
        above={<a href="/runs">Runs</a>}
        beside={namesOf(runs)}
        actions={<Saving answer={answer} settings={settings} looks={looks} />}
      />
      <Problems problems={answer.problems} />
      <Differences sides={answer} metrics={metrics} looks={looks} />
      {metrics.length > 0 && (
        <Section title="Metrics">
          <div class="chart-bar">
            <ChartControls />
            <LooksControls sides={answer} />
          </div>
          <Overlaid sides={answer} metrics={metrics} looks={looks} settings={settings} />
        </Section>
      )}
      <Decided runs={runs} fields={fields} metrics={metrics} />
      <Images refs={runs.map(({ id }) => id)} />
      {patch && (
        <Section title="Source, from the first to the second">
          <TextBlock label="the patch" text={patch} patch />
        </Section>
      )}
    </>
  );
}

/** Whose colours, and what is drawn as one, in the address. */
function useLooks(): Looks {
  const [colour] = useQuery("colour");
  const [fold] = useQuery("fold");
  // What links said before there was more to fold by.
  return useMemo(() => ({ colour, fold: fold === "1" ? "seeds" : fold }), [colour, fold]);
}

function LooksControls({ sides }: { sides: ComparedSides }) {
  const [, setColour] = useQuery("colour");
  const [, setFold] = useQuery("fold");
  const { colour, fold } = useLooks();
  const fields = chosenFields(sides.fields);
  const seeds = (sides.seeds ?? []).length > 0;
  if (fields.length === 0) return null;
  const options = fields.map(({ path }) => (
    <option key={path} value={path}>
      {titleOf(path)}
    </option>
  ));
  return (
    <>
      <label class="chosen">
        Colour by
        <select value={colour} onChange={(event) => setColour(event.currentTarget.value)}>
          <option value="">run</option>
          {options}
        </select>
      </label>
      <label class="chosen">
        Group by
        <select value={fold} onChange={(event) => setFold(event.currentTarget.value)}>
          <option value="">nothing</option>
          {seeds && <option value="seeds">seeds</option>}
          {fields.map(({ path }) => (
            <option key={path} value={path}>
              {titleOf(path)}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function namesOf(runs: readonly ComparedRun[]): string {
  const names = [...new Set(runs.map(({ name }) => name))];
  return names.length > 4 ? `${names.slice(0, 4).join(", ")} and ${names.length - 4} more` : names.join(", ");
}
