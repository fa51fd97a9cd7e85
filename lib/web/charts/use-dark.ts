// Whether it is dark now; anew when the theme changes, here or in the system.
import { useEffect, useState } from "preact/hooks";
import { useStore } from "../shell/store.js";
import { theme } from "../shell/theme.js";
import { isDark } from "./palette.js";

export function useDark(): boolean {
  const chosen = useStore(theme);
  const [dark, setDark] = useState(isDark());
  useEffect(() => {
    const look = () => setDark(isDark());
    // The frame writes it down after it was chosen.
    const soon = setTimeout(look);
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", look);
    return () => {
      clearTimeout(soon);
      system.removeEventListener("change", look);
    };
  }, [chosen]);
  return dark;
}
