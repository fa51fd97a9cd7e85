// Text of a file, to be read and copied; patches in colour, with a word's mark besides.
import { copyText } from "./copy.js";
import { Icon } from "./icon.js";
import { Scroll } from "./scroll.js";

export function TextBlock({ text, label, patch = false }: { text: string; label: string; patch?: boolean }) {
  return (
    <div class="text-block">
      <button
        type="button"
        class="icon-button"
        aria-label={`Copy ${label}`}
        title="Copy"
        onClick={() => copyText(text)}
      >
        <Icon name="copy" />
      </button>
      <Scroll label={label}>
        <pre>{patch ? <Patch text={text} /> : text}</pre>
      </Scroll>
    </div>
  );
}

function Patch({ text }: { text: string }) {
  return (
    <>
      {text.split("\n").map((line, i) => (
        <span key={i} class={kindOf(line)}>
          {`${line}\n`}
        </span>
      ))}
    </>
  );
}

function kindOf(line: string): string {
  if (/^(diff |--- |\+\+\+ |index )/.test(line)) return "patch-head";
  if (line.startsWith("@@")) return "patch-place";
  return line.startsWith("+") ? "patch-added" : line.startsWith("-") ? "patch-removed" : "";
}
