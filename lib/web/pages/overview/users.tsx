// Who uses what: runs of each person, and the hours of GPUs that they took.
import type { overviewApi } from "../../../serve/api/overview.js";
import { figure } from "../../parts/format.js";
import { Heads } from "../../parts/heads.js";
import type { AnswerOf } from "../../shell/client.js";
import { withQuery } from "../../shell/router.js";

type Share = AnswerOf<typeof overviewApi>["users"][number];

export function Users({ shares, since }: { shares: readonly Share[]; since: string }) {
  const most = Math.max(1e-9, ...shares.map(({ gpu_hours }) => gpu_hours));
  const sorted = [...shares].sort((a, b) => b.gpu_hours - a.gpu_hours || b.running - a.running || b.ended - a.ended);
  if (sorted.length === 0) return <p class="soft">Nobody has run anything.</p>;
  return (
    <div class="scroll-x">
      <table class="short-table">
        <Heads titles={["User", ">Running", ">Waiting", ">Ended", ">Failed", "GPU hours"]} />
        <tbody>
          {sorted.map(({ user, running, queued, ended, failed, gpu_hours }) => (
            <tr key={user}>
              <th scope="row">
                <a href={withQuery({ user }, "/runs")}>{user}</a>
              </th>
              <td class="end">{running || <Zero />}</td>
              <td class="end">{queued || <Zero />}</td>
              <td class="end">{ended ? figure(ended) : <Zero />}</td>
              <td class="end">
                {failed ? (
                  <a
                    class="failed-count"
                    href={withQuery({ user, state: "failed", where: `ended_at > ${since}` }, "/runs")}
                  >
                    {figure(failed)}
                  </a>
                ) : (
                  <Zero />
                )}
              </td>
              <td class="wide">
                <span class="bar">
                  <span style={{ width: `${(100 * gpu_hours) / most}%` }} />
                </span>
                {figure(Number(gpu_hours.toFixed(gpu_hours < 10 ? 1 : 0)))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Zero() {
  return <span class="soft">0</span>;
}
