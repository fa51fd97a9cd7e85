// Who leads by a policy's metric: each run at its best and at its last.

import type { Contender } from "../../../serve/api/policies.js";
import { figure } from "../../parts/format.js";
import { Heads } from "../../parts/heads.js";
import { Scroll } from "../../parts/scroll.js";

export function Leaders({
  leaders,
  onLight,
}: {
  leaders: readonly Contender[];
  onLight(run: string | undefined): void;
}) {
  return (
    <Scroll kind="scroll" label="Leaderboard">
      <table class="plain">
        <Heads titles={[">#", "Run", ">Best", ">At step", ">Last", ">Change", ">Of"]} />
        <tbody>
          {leaders.slice(0, 50).map(({ run, name, user, best, last, evaluated }, i) => (
            <tr
              key={run}
              onMouseEnter={() => onLight(run)}
              onMouseLeave={() => onLight(undefined)}
              onFocusIn={() => onLight(run)}
              onFocusOut={() => onLight(undefined)}
            >
              <td class="end">{i + 1}</td>
              <th scope="row">
                <a class="inline" href={run.startsWith("art-") ? `/artifacts/${run}` : `/runs/${run}`}>
                  {name}
                </a>{" "}
                <code class="soft">{run.slice(-6)}</code> <span class="soft light">{user}</span>
              </th>
              <td class="end">
                <b>
                  {best?.evaluation ? (
                    <a href={`/runs/${best.evaluation}`}>{figure(best.value)}</a>
                  ) : (
                    figure(best?.value ?? Number.NaN)
                  )}
                </b>
              </td>
              <td class="end">{best?.step === undefined ? "" : figure(best.step)}</td>
              <td class="end">{last === undefined ? "" : figure(last.value)}</td>
              <td class="end soft">
                {last?.change === undefined
                  ? ""
                  : `${last.change > 0 ? "+" : ""}${figure(Number(last.change.toPrecision(3)))}`}
              </td>
              <td class="end soft">{figure(evaluated)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
