// Why a run is as it is: what was raised, what it waits for, what changed since it last went well, and what to try.
import type { runWhyApi } from "../../../serve/api/run-parts.js";
import { Copy } from "../../parts/copy.js";
import { Icon } from "../../parts/icon.js";
import { Scroll } from "../../parts/scroll.js";
import { withQuery } from "../../shell/router.js";
import { useAsk } from "../../shell/use-ask.js";
import { handleOf, type WholeRun } from "./record.js";
import { SinceSuccess } from "./since-success.js";

/** The line that says what was raised, as Python and those after it print it. */
const raised = /^(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception|Interrupt|Exit): ./;

const calm = new Set(["succeeded", "running", "cached"]);

export function Why({ run }: { run: WholeRun }) {
  const { id, state, message, answered_by: by } = run;
  const asks = !calm.has(state) || message !== undefined;
  const { answer } = useAsk<typeof runWhyApi>(
    asks ? "/api/v1/runs/:run/why" : undefined,
    { parts: { run: id } },
    // What has not ended may wait for others.
    { live: ["run"], runs: run.ended_at === undefined ? undefined : [id] },
  );
  const reason = answer?.reason;
  const exception = reason?.log?.findLast((line) => raised.test(line));
  return (
    <>
      {by && (
        <p class="answered">
          {state === "cached" ? "Answered by " : "Follows "}
          <a href={`/runs/${by.id}`}>
            {by.name} {handleOf(by.id)}
          </a>{" "}
          ({by.state}), which {state === "cached" ? "had made" : "makes"} the same.
        </p>
      )}
      {asks && (reason ?? message) && (
        <section class={`run-why ${state === "failed" || state === "lost" ? "bad" : ""}`} aria-label="Why">
          <p class="why-message">
            <Icon name="alert" />
            {exception && <span>{exception}</span>}
            <span class={exception ? "soft" : ""}>{reason?.message ?? message}</span>
          </p>
          {reason?.detail?.map((line) => (
            <p key={line} class="soft">
              {line}
            </p>
          ))}
          {reason?.since && <SinceSuccess run={id} since={reason.since} />}
          {reason?.log && reason.log.length > 0 && (
            <div class="why-log">
              <p class="soft">
                The last lines of its log. <a href={withQuery({ tab: "logs" })}>All of it</a>
              </p>
              <Scroll label="The last lines of the log">
                <pre>{reason.log.join("\n")}</pre>
              </Scroll>
            </div>
          )}
          {reason?.try && (
            <ul class="tries">
              {reason.try.map((line) => (
                <li key={line}>
                  <Remedy line={line} />
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
    </>
  );
}

/** `why: lab run …` has the command to be copied. */
function Remedy({ line }: { line: string }) {
  const [, why, command] = /^(?:(.*?): )?(lab [a-z].*)$/.exec(line) ?? [];
  if (!command) return <span>{line}</span>;
  return (
    <>
      {why && <span>{why}</span>} <Copy text={command} />
    </>
  );
}
