// Opens the palette; what it is made of is loaded when it is first wanted.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { store, useStore } from "./store.js";

/** Whether the palette is open. */
export const palette = store(false);

export function PaletteDoor() {
  const open = useStore(palette);
  const [Palette, setPalette] = useState<ComponentType>();
  useEffect(() => {
    if (open && !Palette)
      import("./palette.js").then(
        (module) => setPalette(() => module.Palette),
        () => {},
      );
  }, [open, Palette]);
  return open && Palette ? <Palette /> : null;
}
