// The files of a run: its directories to walk through, and a look at one file.
import type { artifactFilesApi, filesApi } from "../../../serve/api/files.js";
import type { AnswerOf } from "../../shell/client.js";
import { useQuery, withQuery } from "../../shell/router.js";
import { useAsk } from "../../shell/use-ask.js";
import { Copy } from "../copy.js";
import { Empty } from "../empty.js";
import { bytes, relative } from "../format.js";
import { Heads } from "../heads.js";
import { Icon } from "../icon.js";
import { Problem, Problems } from "../problem.js";
import { shellWord } from "../shell-word.js";
import { FilePreview, type FilesOf } from "./file-preview.js";

/** Of a run or of an artifact, by its id. The directory and the file are in the address. */
export function FileView({ of, id }: FilesOf) {
  const [dir] = useQuery("dir");
  const [file] = useQuery("file");
  const path = of === "run" ? "/api/v1/runs/:run/files" : "/api/v1/artifacts/:id/files";
  const asked = { parts: { run: id, id }, query: { dir } };
  const { answer, trouble, again } = useAsk<typeof filesApi | typeof artifactFilesApi>(path, asked, {
    live: [of],
    runs: of === "run" ? [id] : undefined,
  });
  return (
    <div class={`file-view ${file ? "with-file" : ""}`}>
      <div class="file-list">
        <Crumbs top={of} dir={dir} />
        {trouble && <Problem error={trouble} again={again} />}
        {answer && answer.dir === dir && !trouble && (
          <>
            <Problems problems={answer.problems} />
            {answer.files.length === 0 ? (
              <Empty title="Nothing here" text="Whatever the job writes there appears here." />
            ) : (
              <List dir={dir} files={answer.files} file={file} />
            )}
            {answer.more && <p class="soft">There are more. In a terminal:</p>}
            <Copy text={`ls -l ${shellWord(`${answer.place}${dir ? `/${dir}` : ""}`)}`} />
          </>
        )}
      </div>
      {file && <FilePreview key={file} of={of} id={id} path={file} />}
    </div>
  );
}

function Crumbs({ top, dir }: { top: string; dir: string }) {
  const parts = dir === "" ? [] : dir.split("/");
  return (
    <nav class="crumbs" aria-label="Directory">
      <a href={withQuery({ dir: undefined })}>{top}</a>
      {parts.map((part, i) => (
        <span key={parts.slice(0, i + 1).join("/")}>
          <span aria-hidden="true">/</span>
          <a href={withQuery({ dir: parts.slice(0, i + 1).join("/") })}>{part}</a>
        </span>
      ))}
    </nav>
  );
}

type Entry = AnswerOf<typeof filesApi>["files"][number];

function List({ dir, files, file }: { dir: string; files: readonly Entry[]; file: string }) {
  const pathOf = (name: string) => (dir === "" ? name : `${dir}/${name}`);
  return (
    <table class="plain-table files">
      <Heads titles={["Name", ">Size", ">Changed"]} />
      <tbody>
        {files.map((entry) => (
          <tr key={entry.name} class={pathOf(entry.name) === file ? "chosen" : ""}>
            <td>
              <Name entry={entry} path={pathOf(entry.name)} />
            </td>
            <td class="number">{entry.bytes === undefined ? "" : bytes(entry.bytes)}</td>
            <td class="number soft">{entry.modified_at && relative(entry.modified_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Name({ entry, path }: { entry: Entry; path: string }) {
  const { name, kind, link_to: link, problem } = entry;
  if (kind === "link")
    return (
      <span class="soft">
        <code>{name}</code> → <code>{link ?? "?"}</code> (a link: it is shown, not followed)
      </span>
    );
  if (problem || kind === "other")
    return (
      <span class="soft">
        <code>{name}</code> {problem}
      </span>
    );
  if (kind === "directory")
    return (
      <a class="file-name" href={withQuery({ dir: path })}>
        <code>{name}/</code>
        <Icon name="right" />
      </a>
    );
  return (
    <a class="file-name" href={withQuery({ file: path })}>
      <code>{name}</code>
    </a>
  );
}
