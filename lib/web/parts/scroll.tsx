// A box that scrolls within itself, also by keyboard.
import type { ComponentChildren, Ref } from "preact";

export function Scroll({
  label,
  kind = "",
  box,
  onScroll,
  children,
}: {
  label: string;
  kind?: string;
  box?: Ref<HTMLElement>;
  onScroll?: (place: HTMLElement) => void;
  children: ComponentChildren;
}) {
  return (
    <section
      class={`scroll-box ${kind}`}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls by the focus
      tabIndex={0}
      {...(box ? { ref: box } : {})}
      {...(onScroll
        ? { onScroll: ({ currentTarget }: { currentTarget: HTMLElement }) => onScroll(currentTarget) }
        : {})}
    >
      {children}
    </section>
  );
}
