// What is over the page for a while. The browser keeps the focus in it, and Escape closes it.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "./icon.js";

interface Shape {
  open: boolean;
  title: string;
  close(): void;
  children: ComponentChildren;
}

export function Dialog({ wide = false, kind = "", ...shape }: Shape & { wide?: boolean; kind?: string }) {
  return <Over {...shape} kind={`dialog ${wide ? "wide" : ""} ${kind}`} />;
}

/** The same from the side; from below on a narrow screen. */
export function Drawer(shape: Shape) {
  return <Over {...shape} kind="drawer" />;
}

function Over({ open, title, close, children, kind }: Shape & { kind: string }) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (!dialog || !open) return;
    if (!dialog.open) dialog.showModal();
    return () => dialog.close();
  }, [open]);
  if (!open) return null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside it closes it; by keyboard Escape does, and its button
    <dialog
      ref={element}
      class={kind}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === element.current && close()}
    >
      <div class="dialog-inside">
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" class="icon-button" onClick={close} aria-label="Close">
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
