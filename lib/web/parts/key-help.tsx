// The keys that work now.
import { keysNow } from "../shell/keys.js";
import { useStore } from "../shell/store.js";
import { Dialog } from "./dialog.js";

const signs: Record<string, string> = {
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  "mod+k": /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘ K" : "Ctrl K",
};

export function KeyHelp({ open, close }: { open: boolean; close(): void }) {
  const groups = useStore(keysNow);
  if (!open) return null;
  const rows = new Map<string, string[]>();
  for (const { keys, does } of groups.flat()) rows.set(does, [...(rows.get(does) ?? []), signs[keys] ?? keys]);
  return (
    <Dialog open title="Keys" close={close}>
      <dl class="key-help">
        {[...rows].map(([does, keys]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
