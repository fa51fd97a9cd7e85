// Which run, and whose it is: the beginning of a row.
import { type RunRow, short } from "../runs/run-row.js";

export function Whose({ run: { id, name, user } }: { run: RunRow }) {
  return (
    <span class="whose">
      <a class="run-name cut" href={`/runs/${id}`}>
        {name}
      </a>
      <span class="soft cut">
        {user} <code>{short(id)}</code>
      </span>
    </span>
  );
}
