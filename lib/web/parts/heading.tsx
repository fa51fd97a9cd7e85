// The head of a page: its title, what is said beside it, and what one can do.
import type { ComponentChildren } from "preact";

export function Heading({
  title,
  above,
  beside,
  actions,
}: {
  title: ComponentChildren;
  /** Where one is: links to what this is a part of. */
  above?: ComponentChildren;
  beside?: ComponentChildren;
  actions?: ComponentChildren;
}) {
  return (
    <header class="heading">
      <div>
        {above && <p class="above">{above}</p>}
        <h1>{title}</h1>
        {beside && <div class="beside">{beside}</div>}
      </div>
      {actions && <div class="actions">{actions}</div>}
    </header>
  );
}
