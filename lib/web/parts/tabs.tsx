// Several views of one thing; which one is in the address (`?tab=`).
import { useLayoutEffect, useRef } from "preact/hooks";
import { useKeys } from "../shell/keys.js";
import { useQuery } from "../shell/router.js";

export interface Tab {
  id: string;
  title: string;
  count?: number | undefined;
}

/** The row of tabs; `useTab` tells which is chosen. */
export function Tabs({ tabs, name = "tab", label }: { tabs: readonly Tab[]; name?: string; label: string }) {
  const [chosen, choose] = useQuery(name, tabs[0]?.id);
  const row = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const button = row.current?.querySelector<HTMLElement>("[aria-selected=true]");
    if (!row.current || !button) return;
    row.current.scrollLeft =
      button.offsetLeft - row.current.offsetLeft - (row.current.clientWidth - button.offsetWidth) / 2;
  }, [chosen]);
  const turn = (by: number) => {
    const at = tabs.findIndex(({ id }) => id === chosen);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next) choose(next.id);
    return next;
  };
  useKeys([
    { keys: "]", does: "next part", run: () => turn(1) },
    { keys: "[", does: "part before", run: () => turn(-1) },
  ]);
  const step = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const next = turn(by);
    if (!next) return;
    const buttons = (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[role=tab]");
    buttons[tabs.indexOf(next)]?.focus();
  };
  return (
    <div ref={row} class="tabs" role="tablist" aria-label={label} tabIndex={-1} onKeyDown={step}>
      {tabs.map(({ id, title, count }) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`tab-${id}`}
          aria-selected={id === chosen}
          tabIndex={id === chosen ? 0 : -1}
          onClick={() => choose(id, { push: true })}
        >
          {title}
          {count !== undefined && <span class="count">{count}</span>}
        </button>
      ))}
    </div>
  );
}

/** The id of the chosen tab. */
export function useTab(tabs: readonly Tab[], name = "tab"): string {
  const [chosen] = useQuery(name, tabs[0]?.id);
  return tabs.some(({ id }) => id === chosen) ? chosen : (tabs[0]?.id ?? "");
}
