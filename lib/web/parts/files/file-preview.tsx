// A look at one file: a text, a table, an image or a film; for the rest how to have it.
import type { artifactPreviewApi, previewApi } from "../../../serve/api/files.js";
import type { AnswerOf } from "../../shell/client.js";
import { withQuery } from "../../shell/router.js";
import { useAsk } from "../../shell/use-ask.js";
import { ButtonLink } from "../button.js";
import { bytes, relative } from "../format.js";
import { Icon } from "../icon.js";
import { Problem } from "../problem.js";

type Preview = AnswerOf<typeof previewApi>;

export interface FilesOf {
  of: "run" | "artifact";
  id: string;
}

export function FilePreview({ of, id, path }: FilesOf & { path: string }) {
  const asked = { parts: { run: id, id }, query: { path } };
  const where = of === "run" ? "/api/v1/runs/:run/preview" : "/api/v1/artifacts/:id/preview";
  const { answer, trouble, again } = useAsk<typeof previewApi | typeof artifactPreviewApi>(where, asked, {
    live: [of],
    runs: of === "run" ? [id] : undefined,
  });
  const raw = `/api/v1/${of}s/${encodeURIComponent(id)}/file?path=${encodeURIComponent(path)}`;
  const name = path.split("/").at(-1) ?? path;
  return (
    <section class="file-preview" aria-label={path}>
      <header>
        <h2>
          <code>{name}</code>
        </h2>
        {answer && (
          <span class="soft">
            {bytes(answer.bytes)} · {relative(answer.modified_at)}
          </span>
        )}
        {!trouble && (
          <ButtonLink href={`${raw}&download=true`} download={name} icon="export" title="Download the file">
            Download
          </ButtonLink>
        )}
        <a class="icon-button" href={withQuery({ file: undefined })} aria-label="Close the file" title="Close">
          <Icon name="close" />
        </a>
      </header>
      {trouble && !answer && <Problem error={trouble} again={again} />}
      {answer?.masked && <p class="soft">What looks like a secret is left out.</p>}
      {answer && <Content preview={answer} raw={raw} name={name} />}
      {answer?.cut && <p class="soft">This is its beginning. Download it to have all of it.</p>}
    </section>
  );
}

function Content({ preview, raw, name }: { preview: Preview; raw: string; name: string }) {
  const { kind, text = "", rows = [], modified_at: at } = preview;
  // Another address for other contents, so that an image that was written anew is loaded anew.
  const fresh = `${raw}#${at}`;
  if (kind === "image") return <img src={fresh} alt={name} class="shown-image" />;
  // biome-ignore lint/a11y/useMediaCaption: nobody has written any for what a run films
  if (kind === "video") return <video src={fresh} controls preload="metadata" class="shown-image" />;
  // biome-ignore lint/a11y/useMediaCaption: nor for what it plays
  if (kind === "audio") return <audio src={fresh} controls />;
  if (kind === "csv") return <Rows rows={rows} />;
  if (kind === "binary") return <p class="soft">It is no text, image or film that could be shown here.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
    <pre class="shown-text" tabIndex={0}>
      {kind === "json" ? pretty(text) : text}
    </pre>
  );
}

function Rows({ rows: [head = [], ...rows] }: { rows: string[][] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
    <section class="shown-rows" tabIndex={0} aria-label="Rows of the table">
      <table class="plain-table">
        <thead>
          <tr>
            {head.map((field, i) => (
              <th scope="col" key={`${i} ${field}`} class={isNumber(rows[0]?.[i] ?? "") ? "number" : ""}>
                {field}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={`${i} ${row[0]}`}>
              {row.map((field, j) => (
                <td key={`${j} ${field}`} class={isNumber(field) ? "number" : ""}>
                  {field}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function isNumber(text: string): boolean {
  return text !== "" && !Number.isNaN(Number(text));
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
