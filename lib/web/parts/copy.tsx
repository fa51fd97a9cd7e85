// A command, or an id, and a button that copies it.
import { useState } from "preact/hooks";
import { toast } from "../shell/toasts.js";
import { Icon } from "./icon.js";

export function Copy({ text, shown = text }: { text: string; shown?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await copyText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <span class="copy">
      <code>{shown}</code>
      <button type="button" class="icon-button" onClick={copy} aria-label={`Copy ${shown}`} title="Copy">
        <Icon name={done ? "check" : "copy"} />
      </button>
    </span>
  );
}

/** Puts a text where paste finds it, and says so. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("This browser does not let the page copy: select the text instead");
  }
}
