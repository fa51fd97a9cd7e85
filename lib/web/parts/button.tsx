// Something to press, or a link that looks like it.
import type { ComponentChildren } from "preact";
import { Icon } from "./icon.js";

interface Shape {
  children?: ComponentChildren;
  icon?: string;
  /** `plain` has no border until it is pointed at; `main` is the one thing to do here. */
  look?: "plain" | "main";
  title?: string;
  disabled?: boolean;
}

export function Button({
  children,
  icon,
  look,
  title,
  disabled = false,
  pressed,
  onClick,
}: Shape & { pressed?: boolean; onClick: (event: MouseEvent) => void }) {
  return (
    <button
      type="button"
      class={`button ${look ?? ""}`}
      title={title}
      aria-label={children ? undefined : title}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function ButtonLink({
  children,
  icon,
  look,
  title,
  href,
  download,
}: Shape & { href: string; download?: string }) {
  return (
    <a class={`button ${look ?? ""}`} href={href} title={title} download={download}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}
