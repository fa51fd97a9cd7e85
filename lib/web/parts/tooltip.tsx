// More words on something, for who points at it or comes to it by keyboard.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export function Tooltip({ text, children }: { text: ComponentChildren; children: ComponentChildren }) {
  const id = useId();
  return (
    <button type="button" class="tooltip" aria-describedby={id}>
      {children}
      <span role="tooltip" id={id}>
        {text}
      </span>
    </button>
  );
}
