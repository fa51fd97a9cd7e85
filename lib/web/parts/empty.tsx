// Nothing is here, and how something gets here.
import type { ComponentChildren } from "preact";
import { Copy } from "./copy.js";

export function Empty({
  title,
  text,
  command,
  children,
}: {
  title: string;
  text?: ComponentChildren;
  /** What to type to have something here. */
  command?: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {command && <Copy text={command} />}
      {children}
    </div>
  );
}
