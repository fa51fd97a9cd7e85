// A button and, below it, what can be done or chosen. Arrows move, Escape closes.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon } from "./icon.js";

export interface Choice {
  title: ComponentChildren;
  /** A link, or something to do. */
  href?: string;
  download?: string;
  run?(): void;
  chosen?: boolean;
}

export function Menu({
  title,
  icon,
  choices,
  label,
}: {
  title?: ComponentChildren;
  icon?: string;
  choices: readonly Choice[];
  /** What the title alone does not say to those who hear it. */
  label?: string;
}) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    box.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
    const outside = (event: Event) => box.current?.contains(event.target as Node) || setOpen(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const move = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === "Escape" || event.key === "Tab") {
      if (event.key === "Escape") event.preventDefault();
      return close();
    }
    const items = [...(box.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items[(to + items.length) % items.length]?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the menu within
    <div class="menu" ref={box} onKeyDown={move}>
      <button
        ref={button}
        type="button"
        class="button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {icon && <Icon name={icon} />}
        {label && <span class="hidden">{label}: </span>}
        {title}
        <Icon name="down" />
      </button>
      {open && (
        <div class="menu-list" role="menu" id={id}>
          {choices.map((choice, i) => (
            <Item key={i} choice={choice} close={close} />
          ))}
        </div>
      )}
    </div>
  );
}

function Item({ choice: { title, href, download, run, chosen }, close }: { choice: Choice; close(): void }) {
  const pick = () => {
    close();
    run?.();
  };
  if (href !== undefined)
    return (
      <a role="menuitem" tabIndex={-1} href={href} download={download} onClick={close}>
        {title}
      </a>
    );
  const chosenOne = chosen === undefined ? {} : ({ role: "menuitemradio", "aria-checked": chosen } as const);
  return (
    <button type="button" role="menuitem" {...chosenOne} tabIndex={-1} onClick={pick}>
      {title}
      {chosen && <Icon name="check" />}
    </button>
  );
}
