// What changed since the last success.
import { type Change, ChangedValues } from "./changed-values.js";
import { handleOf } from "./record.js";

/** What is otherwise in a run than in `since.run`, its last success: the first so many, and all of them on the page of both. */
export function SinceSuccess({ run, since }: { run: string; since: { run: string; changed: readonly Change[] } }) {
  const { run: older, changed } = since;
  const both = `/compare?run=${older}&run=${run}`;
  return (
    <div class="changes">
      <p class="soft">
        {changed.length > 0 ? "Changed" : "Nothing that is recorded changed"} since its last success,{" "}
        <a href={`/runs/${older}`}>{handleOf(older)}</a> <a href={both}>compare both</a>
      </p>
      <ChangedValues changed={changed.slice(0, shown)} />
      {changed.length > shown && <a href={both}>and {changed.length - shown} more</a>}
    </div>
  );
}

const shown = 8;
