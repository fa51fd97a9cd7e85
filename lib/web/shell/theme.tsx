// Light, dark, or as the system has it.
import { useEffect } from "preact/hooks";
import { Icon } from "../parts/icon.js";
import { recall, remember } from "./remembered.js";
import { store, useStore } from "./store.js";

export type Theme = "auto" | "light" | "dark";
const order: readonly Theme[] = ["auto", "light", "dark"];
const says: Record<Theme, string> = { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
const chosen = recall("theme");
export const theme = store<Theme>(chosen === "light" || chosen === "dark" ? chosen : "auto");

export function nextTheme(): void {
  theme.set(order[(order.indexOf(theme.get()) + 1) % order.length] ?? "auto");
  remember("theme", theme.get() === "auto" ? undefined : theme.get());
}

/** The button that goes from one to the next. */
export function ThemeButton() {
  const now = useStore(theme);
  useEffect(() => {
    if (now === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = now;
  }, [now]);
  return (
    <button type="button" class="icon-button" onClick={nextTheme} aria-label={says[now]} title={says[now]}>
      <Icon name={now} />
    </button>
  );
}
