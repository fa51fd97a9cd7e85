// The doctor: what runs depend on, and whether it is as it should be; what is not comes first.
import type { doctorApi } from "../../serve/api/queue.js";
import { Copy } from "../parts/copy.js";
import { Time } from "../parts/figures.js";
import { counted } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { Problem } from "../parts/problem.js";
import type { AnswerOf } from "../shell/client.js";
import { useAsk } from "../shell/use-ask.js";

type Check = AnswerOf<typeof doctorApi>["checks"][number];

export default function DoctorPage() {
  const { answer, trouble, again } = useAsk<typeof doctorApi>("/api/v1/doctor", {}, { live: false });
  const bad = answer?.checks.filter(({ ok }) => !ok) ?? [];
  const good = answer?.checks.filter(({ ok }) => ok) ?? [];
  return (
    <>
      <Heading
        title="Doctor"
        beside={
          answer && (
            <>
              {bad.length === 0 ? "All is well" : counted(bad.length, "thing is not well", "things are not well")} ·
              looked at <Time at={answer.as_of} />
            </>
          )
        }
        actions={<Copy text="lab doctor" />}
      />
      {trouble && <Problem error={trouble} again={again} />}
      {!answer && !trouble && <div class="loading" aria-busy="true" />}
      {bad.length > 0 && (
        <section class="panel">
          <h2>Not well</h2>
          <Findings list={bad} />
        </section>
      )}
      {good.length > 0 && (
        <section class="panel">
          <header>
            <h2>Well</h2>
            <p>this page only looks: lab doctor also tries to write</p>
          </header>
          <Findings list={good} />
        </section>
      )}
    </>
  );
}

function Findings({ list }: { list: readonly Check[] }) {
  return (
    <ul class="findings">
      {list.map(({ name, ok, severity, message, hint, path }) => (
        <li key={`${name} ${path} ${message}`}>
          <span class={`state ${ok ? "succeeded" : severity === "warning" ? "queued" : "failed"}`}>
            {ok ? "ok" : (severity ?? "error")}
          </span>
          <b>{name}</b>
          <span class="words">
            {message}
            {path && message !== path && (
              <>
                {" "}
                <code class="soft">{path}</code>
              </>
            )}
            {!ok && hint && <p class="todo">{hint}</p>}
          </span>
        </li>
      ))}
    </ul>
  );
}
