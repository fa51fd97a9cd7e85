// One line of a log: its colours, what was looked for in it, and a link to it.
import { withQuery } from "../../shell/router.js";
import { type Span, spansOf } from "./ansi.js";
import type { Line } from "./log-lines.js";

export function LogLine({
  line,
  q,
  chosen,
  style,
}: {
  line: Line;
  q: string;
  chosen: boolean;
  style?: Record<string, string>;
}) {
  return (
    <div class={`log-line ${chosen ? "chosen" : ""}`} data-at={line.at} style={style}>
      <a href={withQuery({ at: String(line.at) })} class="log-link" tabIndex={-1} aria-label="Link to this line">
        #
      </a>
      <span class="log-text">{spansOf(line.text).map((span, i) => drawn(span, q, i))}</span>
    </div>
  );
}

function drawn(span: Span, q: string, key: number) {
  const { text, look, colour } = span;
  const words = q === "" ? [text] : split(text, q);
  const content = words.map((word, i) => (i % 2 === 1 ? <mark key={`${i}`}>{word}</mark> : word));
  if (look === "" && colour === undefined) return content;
  return (
    <span
      key={key}
      class={look}
      style={colour === undefined ? undefined : { "--given": colour }}
      data-given={colour && ""}
    >
      {content}
    </span>
  );
}

/** What is between the hits, and the hits, in turn. As the server looks: large letters only where one was typed. */
function split(text: string, q: string): string[] {
  const exact = /[A-Z]/.test(q);
  const inside = exact ? text : text.toLowerCase();
  const parts: string[] = [];
  let from = 0;
  for (let at = inside.indexOf(q); at >= 0 && parts.length < 200; at = inside.indexOf(q, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + q.length));
    from = at + q.length;
  }
  parts.push(text.slice(from));
  return parts;
}
