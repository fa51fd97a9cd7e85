// What went wrong, in the server's words, and what to do.
import { Button } from "./button.js";
import { Icon } from "./icon.js";

export function Problem({
  error,
  message = error?.message ?? "something went wrong",
  hint = (error as { hint?: string } | undefined)?.hint,
  again,
}: {
  error?: Error;
  message?: string;
  hint?: string | undefined;
  again?: (() => void) | undefined;
}) {
  return (
    <div class="problem" role="alert">
      <Icon name="alert" />
      <div>
        <p class="message">{message}</p>
        {hint && <p class="hint">{hint}</p>}
      </div>
      {again && <Button onClick={again}>Try again</Button>}
    </div>
  );
}

/** What could not be read of an answer that is there all the same. */
export function Problems({ problems }: { problems?: readonly { id?: string; message: string }[] | undefined }) {
  if (!problems || problems.length === 0) return null;
  const [first, ...rest] = problems;
  return (
    <details class="problems">
      <summary>
        {first?.message}
        {rest.length > 0 && `, and ${rest.length} more`}
      </summary>
      <ul>
        {problems.map(({ id, message }) => (
          <li key={`${id}${message}`}>
            {id && <code>{id}</code>} {message}
          </li>
        ))}
      </ul>
    </details>
  );
}
