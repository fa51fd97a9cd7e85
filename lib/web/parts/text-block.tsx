// Text of a file, to be read and copied; patches in colour, with a word's mark besides.
import { copyText } from "./copy.js";
import { Icon } from "./icon.js";
import { Scroll } from "./scroll.js";

interface Shape {
  text: string;
  label: string;
  patch?: boolean;
  /** Numbers of lines, from 0, that stand out. */
  marked?: ReadonlySet<number>;
}

export function TextBlock({ text, label, patch = false, marked }: Shape) {
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
        <pre>{patch ? <Patch text={text} /> : marked ? <Marked text={text} marked={marked} /> : text}</pre>
      </Scroll>
    </div>
  );
}

function Marked({ text, marked }: { text: string; marked: ReadonlySet<number> }) {
  return (
    <>
      {text
        .split("\n")
        .map((line, i) =>
          marked.has(i) ? <mark key={i} class="marked-line">{`${line}\n`}</mark> : <span key={i}>{`${line}\n`}</span>,
        )}
    </>
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
