// What was run: the command, the recipe as written and as it came to be, the job's script, and the source with its changes.
import type { runRecipeApi, runScriptApi, runSourceApi } from "../../../serve/api/run-parts.js";
import { Facts, Section } from "../../parts/facts.js";
import { Bytes } from "../../parts/figures.js";
import { Problem } from "../../parts/problem.js";
import { shellWord } from "../../parts/shell-word.js";
import { TextBlock } from "../../parts/text-block.js";
import { useAsk } from "../../shell/use-ask.js";
import { linesNotWritten } from "./recipe-lines.js";
import type { WholeRun } from "./record.js";

export function CodeTab({ run }: { run: WholeRun }) {
  const question = { parts: { run: run.id } };
  const recipe = useAsk<typeof runRecipeApi>("/api/v1/runs/:run/recipe", question, { live: false });
  const script = useAsk<typeof runScriptApi>("/api/v1/runs/:run/script", question, { live: ["run"], runs: [run.id] });
  const { text, effective, path, extends: base = [], set = [] } = recipe.answer ?? {};
  return (
    <>
      <Section title="Command">
        <TextBlock label="the command" text={commandOf(run)} />
      </Section>
      <Source run={run} />
      {recipe.trouble && <Problem error={recipe.trouble} />}
      <div class="run-columns">
        <Section title="Recipe, as it was written">
          <p class="soft">
            {[path, ...base.map((file) => `extends ${file}`), ...set.map((one) => `--set ${one}`)]
              .filter(Boolean)
              .join(", ")}
          </p>
          {text ? (
            <TextBlock label="the recipe" text={text} />
          ) : (
            <p class="soft">It was a command on the command line.</p>
          )}
        </Section>
        <Section title="Recipe, as it came to be">
          <p class="soft">
            in seconds and bytes; <mark class="marked-line">marked</mark> is what it extends, what was set and what is
            usual
          </p>
          {effective && (
            <TextBlock
              label="the effective recipe"
              text={effective}
              {...(text ? { marked: linesNotWritten(effective, text) } : {})}
            />
          )}
        </Section>
      </div>
      {script.answer?.script && (
        <Section
          title={script.answer.array ? "Script of its array" : "Script"}
          beside={<span class="soft">submission {script.answer.submission}</span>}
        >
          <TextBlock label="the script" text={script.answer.script} />
        </Section>
      )}
    </>
  );
}

function commandOf({ argv, command }: WholeRun): string {
  if (typeof command === "string") return argv?.[0] === "bash" && argv[2] !== undefined ? argv[2] : command;
  return (argv ?? command).map(shellWord).join(" ");
}

function Source({ run }: { run: WholeRun }) {
  const { answer, trouble } = useAsk<typeof runSourceApi>(
    "/api/v1/runs/:run/source",
    { parts: { run: run.id } },
    { live: false },
  );
  const { source } = run;
  const snapshot = answer?.snapshot;
  return (
    <Section title="Source">
      {trouble && <Problem error={trouble} />}
      <Facts
        facts={[
          ["root", <code key="root">{source.root}</code>],
          ["commit", source.commit && <code key="commit">{source.commit}</code>],
          ["branch", source.branch],
          ["remote", Object.values(snapshot?.remotes ?? {})[0]],
          [
            "changes",
            source.dirty ? "there were changes that are not committed" : source.commit && "none: it is the commit",
          ],
          [
            "files",
            snapshot && (
              <span key="files">
                {snapshot.files}, <Bytes count={snapshot.bytes} />
              </span>
            ),
          ],
          ["not tracked", snapshot?.untracked?.slice(0, 20).join(", ")],
          [
            "left out",
            snapshot?.left_out
              .slice(0, 10)
              .map(({ path, reason }) => `${path} (${reason})`)
              .join(", "),
          ],
        ]}
      />
      {snapshot?.patch && <TextBlock label="the changes" text={snapshot.patch} patch />}
      {snapshot?.patch_notes?.map((note) => (
        <p key={note} class="soft">
          {note}
        </p>
      ))}
    </Section>
  );
}
