// What people write about runs: lines stay lines, and the marks of Markdown are drawn. No text becomes an element by itself.
import type { ComponentChildren } from "preact";

export function Prose({ text, before }: { text: string; before?: ComponentChildren }) {
  return (
    <div class="prose">
      {before}
      {blocksOf(text).map((block, i) =>
        typeof block === "string" ? <pre key={i}>{block}</pre> : block.map((line, k) => <Line key={k} line={line} />),
      )}
    </div>
  );
}

/** Code between fences and tables are one text, everything else is lines. */
function blocksOf(text: string): (string | string[])[] {
  const blocks: (string | string[])[] = [];
  let fenced: string[] | undefined;
  for (const line of text.replace(/\n+$/, "").split("\n")) {
    const last = blocks.at(-1);
    if (/^\s{0,3}```/.test(line)) {
      if (fenced) blocks.push(fenced.join("\n"));
      fenced = fenced ? undefined : [];
    } else if (fenced) fenced.push(line);
    else if (/^\s{0,3}\|/.test(line)) {
      if (typeof last === "string" && last.startsWith("|")) blocks[blocks.length - 1] = `${last}\n${line.trim()}`;
      else blocks.push(line.trim());
    } else if (Array.isArray(last)) last.push(line);
    else blocks.push([line]);
  }
  if (fenced) blocks.push(fenced.join("\n"));
  return blocks;
}

function Line({ line }: { line: string }) {
  const heading = /^#{1,6} (.*)/.exec(line)?.[1];
  if (heading !== undefined)
    return (
      <>
        <b>{marked(heading)}</b>
        {"\n"}
      </>
    );
  const [, indent, item] = /^(\s*)[-*+] (.*)/.exec(line) ?? [];
  if (item !== undefined) return <>{[`${indent}• `, ...marked(item), "\n"]}</>;
  const quoted = /^> ?(.*)/.exec(line)?.[1];
  if (quoted !== undefined) return <span class="soft">{["│ ", ...marked(quoted), "\n"]}</span>;
  return <>{[...marked(line), "\n"]}</>;
}

const marks =
  /`([^`]{1,500})`|\*\*([^*]{1,2000})\*\*|(?<![\w*])\*([^*\s][^*]{0,2000})\*(?![\w*])|\[([^[\]]{1,500})\]\((https?:\/\/[^\s()]{1,2000})\)/g;

function marked(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const found of text.matchAll(marks)) {
    const [all, code, strong, emphasis, label, href] = found;
    parts.push(text.slice(at, found.index));
    if (code) parts.push(<code key={at}>{code}</code>);
    else if (strong) parts.push(<b key={at}>{strong}</b>);
    else if (emphasis) parts.push(<em key={at}>{emphasis}</em>);
    else if (href)
      parts.push(
        <a key={at} href={href} rel="noreferrer">
          {label}
        </a>,
      );
    at = found.index + all.length;
  }
  parts.push(text.slice(at));
  return parts;
}
